"""What an administrator changes in the panel: said everywhere at once, or refused with a reason."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from conftest import House
from satark.app import build_core
from satark.channels.messages import Envelope, Inbound, Kind, Secret
from satark.jobs.clocks import empty_closed
from satark.jobs.worker import forget_old
from satark.language import LANGUAGES
from satark.panel.people import add_officer
from satark.panel.roles import Role
from satark.routing.edits import wording_key
from satark.routing.jurisdiction import Jurisdiction
from satark.routing.pack import RULES, Keep
from satark.routing.wording import labels, prompts
from satark.store.clock import hour_of, now
from satark.store.health import Health
from satark.store.writing import Rows
from tests.panel.second import confirmed
from tests.promises.test_p4_accused_learn_nothing import add_tip, as_officer, form_of

PASSWORD = "a long password"
STATION, DISTRICT, OUTPOST = "station/jaunpur/kotwali", "district/jaunpur", "outpost/jaunpur/naya-ghat"
NEW_OUTPOST = {
    "kind": "outpost",
    "parent": STATION,
    "name-en": "Naya Ghat",
    "name-hi": "नया घाट",
    "lat": "25.76",
    "lon": "82.69",
}


class Desk:
    """An administrator at work, with a citizen and officers beside them."""

    def __init__(self, house: House, client: httpx.AsyncClient) -> None:
        self.house = house
        self.client = client
        self.said = 0

    async def post(self, path: str, **fields: str) -> httpx.Response:
        token = await form_of(self.client, "/panel/account")
        return await self.client.post(f"/panel/admin/{path}", data={**token, **fields})

    async def get(self, path: str) -> str:
        answer = await self.client.get(f"/panel/admin/{path}")
        assert answer.status_code == 200
        return answer.text

    async def office(self, key: str, **changes: str) -> httpx.Response:
        office = self.house.core.pack.offices[key]
        names = {f"name-{locale}": name for locale, name in office.name.items()}
        return await self.post("office", **{"id": key, "parent": office.parent, **names, **changes})

    async def category(self, key: str, **changes: str) -> httpx.Response:
        one = self.house.core.pack.category(key)
        assert one is not None
        words = {
            f"{field}-{locale}": said for field in ("name", "detail") for locale, said in getattr(one, field).items()
        }
        return await self.post("category", **{"id": key, "weight": str(one.weight), **words, **changes})

    async def word(self, message: str, lang: str, *forms: str, verb: str = "keep") -> httpx.Response:
        fields = {f"form-{at}": form for at, form in enumerate(forms)}
        return await self.post(f"wording/{wording_key('', message)[1:]}", lang=lang, verb=verb, **fields)

    async def say(self, phone: str, *said: Inbound) -> None:
        chat = self.house.core.registry.channels["simulator"]
        self.said += len(said)
        items = [Envelope(Secret(phone), Secret(f"{phone}-{self.said}-{at}"), one) for at, one in enumerate(said)]
        await self.house.core.door.receive(chat, items)

    async def read(self, phone: str) -> dict[str, Any]:
        """The last bubble on a telephone."""
        await self.house.work()
        chat: Any = self.house.core.registry.channels["simulator"]
        bubble: dict[str, Any] = list(chat._inboxes[phone].values())[-1]
        return bubble

    async def value(self, query: str) -> Any:
        async with self.house.core.store.read() as db:
            return (await db.execute(text(query))).scalar_one()

    async def do(self, statement: str, **values: Any) -> None:
        async with self.house.core.store.write() as db:
            await db.execute(text(statement), values)


@asynccontextmanager
async def desk_in(house: House) -> AsyncIterator[Desk]:
    await add_officer(house.core.store, "admin", "Admin", PASSWORD, [], "en", Role.ADMINISTRATOR)
    client = await as_officer(house, "admin")
    yield Desk(house, client)
    await client.aclose()


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    async with desk_in(house) as made:
        yield made


@pytest.fixture
async def each(both_houses: House) -> AsyncIterator[Desk]:
    """A desk on SQLite, and one on PostgreSQL: for what is asked of the database."""
    async with desk_in(both_houses) as made:
        yield made


def tap(choice: str) -> Inbound:
    return Inbound(Kind.CHOICE, choice=choice)


async def officer(house: House, login: str, office: str) -> httpx.AsyncClient:
    await add_officer(house.core.store, login, login, PASSWORD, [office], "en")
    return await as_officer(house, login)


async def tip_of(house: House, number: int = 1) -> str:
    rows = Rows()
    path = f"/panel/tips/{add_tip(house, rows, number, frozenset())}"
    async with house.core.store.write() as db:
        await rows.write(db)
    return path


async def elsewhere(house: House) -> Jurisdiction:
    """The jurisdiction as another process has it, at its next look."""
    core = build_core(house.core.settings, environ={})
    await core.jurisdiction.look()
    await core.store.dispose()
    return core.jurisdiction


async def test_an_outpost_is_added_and_gets_a_tip(each: Desk) -> None:
    assert (await each.post("offices", **NEW_OUTPOST)).is_redirect
    await confirmed(each.house)
    assert "Naya Ghat" in await each.get("offices")
    sp, path = await officer(each.house, "sp", DISTRICT), await tip_of(each.house)
    page, token = await sp.get(path), await form_of(sp, path)
    assert f'value="{OUTPOST}"' in page.text
    assert (await sp.post(f"{path}/assign", data={**token, "office": OUTPOST})).is_redirect
    assert (await (await officer(each.house, "asi", OUTPOST)).get(path)).status_code == 200
    other = await elsewhere(each.house)
    assert other.pack.offices[OUTPOST] == each.house.core.pack.offices[OUTPOST]
    assert await each.value("SELECT detail FROM audit_entry WHERE action = 'add office'") == OUTPOST


async def test_a_category_is_renamed_on_the_form_and_in_a_chat(desk: Desk) -> None:
    form = "/channels/webform/?lang=en"
    assert "Gambling and satta" in (await desk.client.get(form)).text
    assert (await desk.category("gambling", **{"name-en": "Betting dens"})).is_redirect
    await confirmed(desk.house)
    assert "Betting dens" in (page := (await desk.client.get(form)).text)
    assert "Gambling and satta" not in page
    await desk.say("91", tap("language:en"))
    assert "Betting dens" in str(await desk.read("91"))


async def test_what_is_taken_away_while_somebody_chooses_it_is_still_taken(desk: Desk) -> None:
    await desk.say("91", tap("language:en"), tap("category:gambling"), Inbound(Kind.TEXT, "a den"), tap("done"))
    await desk.say("92", tap("language:en"))
    assert (await desk.category("gambling", hidden="yes")).is_redirect
    assert (await desk.post("office/close", id=STATION)).is_redirect
    await desk.say("91", tap(f"at:{STATION}"), tap("check:send"))
    await desk.say("92", tap("category:gambling"), Inbound(Kind.TEXT, "a den"), tap("done"), tap(f"at:{STATION}"))
    await desk.say("92", tap("check:send"))
    found = "SELECT count(*) FROM tip WHERE category = 'gambling' AND district = '{}' AND station = '{}'"
    assert await desk.value(found.format(DISTRICT, STATION)) == 2
    page = (await desk.client.get("/channels/webform/?lang=en")).text
    assert "category:gambling" not in page
    assert f"at:{STATION}" not in page
    page = (await desk.client.get("/channels/webform/?poster=jnp-kotwali")).text
    unknown, poster = re.findall(r"<option [^>]*>", page.partition('<select id="place"')[2])[:2]
    assert (unknown, poster) == ('<option value="">', f'<option value="at:{DISTRICT}">')


async def test_a_closed_office_gets_nothing_and_can_be_accused(desk: Desk) -> None:
    sp, path = await officer(desk.house, "sp", DISTRICT), await tip_of(desk.house)
    assert (await desk.post("office/close", id=STATION)).is_redirect
    page = (await sp.get(path)).text
    offered = {name: re.findall(r'<option value="([^"]+)"', page.split(f'id="{name}"')[1].split("</select>")[0])
               for name in ("office", "accuse-office")}  # fmt: skip
    assert STATION not in offered["office"]
    assert STATION in offered["accuse-office"]
    assert "(closed office)" in page
    csrf = await form_of(sp, path)
    assert (await sp.post(f"{path}/assign", data={**csrf, "office": STATION})).status_code == 403
    assert (await sp.post(f"{path}/accuse", data={**csrf, "office": STATION, "words": "x"})).is_redirect
    assert f'value="{STATION}"' not in await desk.get("people")
    assert (await desk.post("office/open", id=STATION)).is_redirect
    assert f'value="{STATION}"' in await desk.get("people")


async def test_an_office_with_people_or_offices_below_is_not_closed(each: Desk) -> None:
    await each.post("offices", **NEW_OUTPOST)
    await confirmed(each.house)
    await officer(each.house, "sho", STATION)
    answer = await each.post("office/close", id=STATION)
    assert answer.status_code == 422
    for why in ("open offices below it", "People serve there"):
        assert why in answer.text
    assert not each.house.core.pack.offices[STATION].closed
    assert (await each.post("office/close", id=DISTRICT)).status_code == 422
    assert await each.value("SELECT count(*) FROM audit_entry WHERE action = 'close office'") == 0


async def closing(desk: Desk) -> list[str]:
    """All that an administrator sees of it: the answer, and every page of offices and people, before the worker was there
    and after it; but for the number of the last change, which tells of administrators alone."""
    answer = await desk.post("office/close", id=STATION)
    seen = [f"{answer.status_code} {sorted(answer.headers.items())} {answer.text}"]
    for work in (None, empty_closed):
        if work:
            await work({"bench": desk.house.bench})
        seen += [await desk.get(page) for page in ("offices", "people", f"office?id={STATION}")]
    await desk.post("office/open", id=STATION)
    return [re.sub(r'name="version" value="\d+"', "", page) for page in seen]


async def test_who_closes_an_office_does_not_learn_whether_it_had_work_and_the_office_above_gets_it(each: Desk) -> None:
    """One tip accuses the district: it goes past that."""
    tips = [await tip_of(each.house, number) for number in range(3)]
    without = await closing(each)
    ids = [await each.value(f"SELECT id FROM tip WHERE reference = '{path.rsplit('/', 1)[1]}'") for path in tips]
    await each.do(f"UPDATE tip SET assigned = '{STATION}', status = 'assigned', due_hour = NULL")
    await each.do(f"UPDATE tip SET status = 'closed' WHERE id = '{ids[2]}'")
    await each.do(f"INSERT INTO accusation (tip_id, office_id) VALUES ('{ids[1]}', '{DISTRICT}')")
    await each.do(f"DELETE FROM tip_reader WHERE tip_id = '{ids[1]}' AND office_id = '{DISTRICT}'")
    await each.do("UPDATE tip_reader SET fresh = false")
    assert await closing(each) == without
    assigned = [await each.value(f"SELECT assigned FROM tip WHERE id = '{one}'") for one in ids]
    assert assigned == [DISTRICT, "range/varanasi", STATION]
    fresh = "SELECT count(*) FROM tip_reader JOIN tip ON id = tip_id WHERE fresh AND office_id = assigned"
    assert await each.value(fresh) == 2
    assert await each.value("SELECT count(*) FROM tip WHERE due_hour IS NOT NULL") == 2
    assert (
        await each.value(f"SELECT count(*) FROM tip_reader WHERE tip_id = '{ids[1]}' AND office_id = '{DISTRICT}'") == 0
    )
    assert await each.value("SELECT count(*) FROM audit_entry WHERE actor = 'closing'") == 2
    assert await empty_closed({"bench": each.house.bench}) == 0


async def test_an_office_moves_is_renamed_and_put_back(each: Desk) -> None:
    circle = {"kind": "circle", "parent": DISTRICT, "name-en": "City", "name-hi": "नगर"}
    assert (await each.post("offices", **circle)).is_redirect
    await confirmed(each.house)
    moved = {"parent": "circle/jaunpur/city", "name-en": "Kotwali City", "lat": "25.75", "lon": "82.68"}
    assert (await each.office(STATION, **moved)).is_redirect
    await confirmed(each.house)
    pack = each.house.core.pack
    assert pack.district_of(STATION) == DISTRICT
    assert STATION in each.house.core.door.desk.world.stations[DISTRICT]
    assert "Kotwali City" in (await each.client.get("/channels/webform/?lang=en")).text
    assert (await each.post("office/restore", id=STATION)).is_redirect
    await confirmed(each.house)
    assert each.house.core.pack.offices[STATION] == each.house.core.jurisdiction.base.offices[STATION]
    assert (await elsewhere(each.house)).pack.offices[STATION].name["en"] == "Kotwali"
    assert (await each.post("office/restore", id="circle/jaunpur/city")).status_code == 422


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"lat": "28.6", "lon": "77.2"}, "not in the district"),
        ({"lat": "here", "lon": "82.6"}, "not in the district"),
        ({"lat": "nan", "lon": "82.6"}, "not in the district"),
        ({"name-hi": ""}, "needs one"),
        ({"name-en": "A name longer than a row of a list"}, "too long"),
        ({"parent": "district/ghazipur"}, "stays in its district"),
        ({"name-en": "Line Bazar"}, "another of that name"),
    ],
)
async def test_a_change_that_cannot_be_says_why(desk: Desk, changes: dict[str, str], why: str) -> None:
    answer = await desk.office(STATION, **changes)
    assert answer.status_code == 422
    assert why in answer.text
    assert await desk.value("SELECT count(*) FROM edit") == 0


async def test_categories_are_added_ordered_and_filled(desk: Desk) -> None:
    new = {"name-en": "Cyber fraud", "name-hi": "साइबर ठगी", "detail-en": "By telephone", "detail-hi": "फ़ोन से"}
    assert (await desk.post("categories", **new)).headers["location"].endswith("?asked=yes")
    await confirmed(desk.house)
    assert [one.id for one in desk.house.core.pack.categories][-2:] == ["cyber_fraud", "other"]
    assert (await desk.post("categories/move", id="cyber_fraud", way="up")).is_redirect
    assert [one.id for one in desk.house.core.pack.categories][-3:] == ["cyber_fraud", "serious_crime", "other"]
    own = {"own_clock": "yes", "seen": "1", "assigned": "2", "action": "3", "always": "yes"}
    items = {"item-0-en": "Ask the bank", "item-0-hi": "बैंक से पूछें", "item-2-en": "Ask the bank", "item-2-hi": "फिर पूछें"}
    assert (await desk.category("cyber_fraud", weight="5", **own, **items)).is_redirect
    made = desk.house.core.pack.category("cyber_fraud")
    assert made is not None
    assert (made.weight, made.clock.seen, made.clock.always) == (5, 1, True)
    assert [item.id for item in made.checklist] == ["ask_the_bank", "ask_the_bank_2"]
    assert (
        await desk.category("cyber_fraud", **{"item-0-id": "ask_the_bank_2", "item-0-en": "Call", "item-0-hi": "कॉल"})
    ).is_redirect
    assert [item.id for item in desk.house.core.pack.category("cyber_fraud").checklist] == ["ask_the_bank_2"]  # type: ignore[union-attr]
    answer = await desk.category("other", accuses_police="yes")
    assert answer.status_code == 422
    assert "cannot be one that accuses the police" in answer.text


def kept(content: str, address: str) -> dict[str, str]:
    """The fields of the form of retention."""
    return {f"{what}-{rule}": days for rule in RULES for what, days in (("content", content), ("address", address))}


async def test_clocks_and_retention_are_numbers_of_the_pack(desk: Desk) -> None:
    assert (await desk.post("clocks", kind="hours", start="8", end="20", **{"day-6": "yes"})).is_redirect
    assert (await desk.post("clocks", kind="clock", seen="1", assigned="2", action="9")).is_redirect
    assert (await desk.post("clocks", kind="retention", **kept("30", "3"))).is_redirect
    pack = (await elsewhere(desk.house)).pack
    assert (pack.hours.days, pack.hours.start, pack.hours.end) == ({6}, 8, 20)
    assert pack.category("cow_smuggling").clock.action == 9  # type: ignore[union-attr]
    assert pack.retention["not_actionable"] == Keep(30, 3)
    assert (await desk.post("clocks", kind="retention", **kept("30", "0"))).status_code == 422
    assert (await desk.post("clocks", kind="retention", **kept("4000", "3"))).status_code == 422
    assert (await desk.post("clocks/restore", kind="hours")).is_redirect
    assert desk.house.core.pack.hours == desk.house.core.jurisdiction.base.hours


async def test_return_addresses_are_destroyed_after_the_days_that_were_set(each: Desk) -> None:
    await each.say(
        "91", tap("language:en"), tap("category:gambling"), Inbound(Kind.TEXT, "x"), tap("done"), tap("at:unknown")
    )
    await each.say("91", tap("check:send"))
    await each.do("UPDATE tip SET status = 'closed', changed_hour = :hour", hour=hour_of(now()) - 4 * 24)
    await forget_old({"bench": each.house.bench})
    assert await each.value("SELECT count(*) FROM return_address") == 1
    await each.post("clocks", kind="retention", **kept("30", "3"))
    await forget_old({"bench": each.house.bench})
    assert await each.value("SELECT count(*) FROM return_address") == 0


async def test_an_edit_that_cannot_be_stops_nothing_and_is_named_once(
    each: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever a hand wrote into the table."""
    news = next(message.text for message in prompts()["news"])
    clock = {"type": "clock", "clock": {"seen": 1, "assigned": 2, "action": 3}}
    words = {"type": "wording", "locale": "en", "forms": ["A tip!"]}
    stored = {
        ("wording", wording_key("en", news)): {**words, "message": news},
        ("wording", wording_key("en", labels()["news"])): {**words, "message": labels()["news"]},
        ("office", STATION): {
            "type": "office",
            "key": STATION,
            "kind": "station",
            "parent": STATION,
            "name": {"en": "x"},
        },
        ("retention", ""): {"type": "nothing"},
        ("hours", ""): clock,
        ("clock", ""): clock,
    }
    for number, ((kind, key), value) in enumerate(stored.items(), 1):
        await each.do("INSERT INTO edit (kind, key, value, number) VALUES (:kind, :key, :value, :number)",
                      kind=kind, key=key, value=json.dumps(value), number=number)  # fmt: skip
    core = each.house.core
    for _ in range(2):
        await core.jurisdiction.look()
    assert core.pack.clock.action == 3
    assert core.pack.offices[STATION].name["en"] == "Kotwali"
    assert core.pack.wording == {}
    lines = [record.getMessage() for record in caplog.records if "left out" in record.getMessage()]
    assert len(lines) == 5
    assert not any("tip" in line.casefold() for line in lines)
    assert (await each.office(STATION, **{"name-en": "Kotwali City"})).is_redirect


async def test_the_door_notes_an_hour_once_and_the_courier_what_went_wrong(each: Desk) -> None:
    assert "never" in await each.get("channels")
    await each.say("91", tap("language:en"))
    await each.house.core.door.stop()
    await each.house.core.door.start()
    assert await each.value("SELECT in_hour FROM channel_health WHERE channel = 'simulator'") == hour_of(now())
    await each.do("UPDATE channel_health SET in_hour = 1 WHERE channel = 'simulator'")
    await each.say("91", tap("category:gambling"))
    assert await each.value("SELECT in_hour FROM channel_health WHERE channel = 'simulator'") == 1
    page = await each.get("channels")
    assert re.search(r"<td>1</td><td>0</td><td>0</td></tr>", page), "the promise and the question, in one bubble"
    await each.house.work()
    assert await each.value("SELECT out_hour FROM channel_health WHERE channel = 'simulator'") == hour_of(now())
    health = each.house.bench.courier.health
    for _ in range(2):
        await health.failed("simulator")
    assert re.search(r"<td>0</td><td>0</td><td>2</td></tr>", await each.get("channels"))
    await health.stopped("simulator", "190")
    assert "190" in await each.get("channels")
    await health.went("simulator")
    assert "190" not in await each.get("channels")


async def test_the_page_of_channels_asks_them_and_names_nobody(desk: Desk) -> None:
    await desk.say("919876500001", tap("language:en"))
    answer = await desk.post("channels")
    assert "Simulated call" in answer.text
    assert "9876500001" not in answer.text
    assert ">Off</i>" in answer.text
    assert await desk.value("SELECT count(*) FROM audit_entry WHERE action = 'check channels'") == 1


async def test_another_process_tells_which_channels_are_on(each: Desk) -> None:
    await Health(each.house.core.store).note_troubles(
        ["whatsapp"], {"telegram": "is not configured: SATARK_TELEGRAM_X"}
    )
    page = await each.get("channels")
    states = dict(re.findall(r'<th scope="row">([\w ]+)</th><td><i class="chip[^"]*">([^<]+)<', page))
    assert states == {
        "Web page": "On", "Simulated chat": "On", "Simulated call": "On", "Telephone call": "Off", "Telegram": "in trouble", "WhatsApp": "On",
    }  # fmt: skip
    assert "SATARK_TELEGRAM_X" in page
    await Health(each.house.core.store).note_troubles(["telegram"], {})
    states = dict(
        re.findall(r'<th scope="row">([\w ]+)</th><td><i class="chip[^"]*">([^<]+)<', await each.get("channels"))
    )
    assert (states["Telegram"], states["WhatsApp"]) == ("On", "Off")


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_pages_speak_each_language(desk: Desk, locale: str) -> None:
    await desk.do("UPDATE officer SET locale = :locale", locale=locale)
    for path in ("offices", f"office?id={STATION}", "categories", "category?id=other", "clocks", "wording", "channels"):
        await desk.get(path)
