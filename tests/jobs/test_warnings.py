"""Early warnings are told of: once to each office, of its own numbers, in the panel, by e-mail and in browsers."""

import asyncio
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from conftest import MONDAY, House, Watch, served
from satark.jobs.counting import count_changes
from satark.jobs.digests import send_digests
from satark.jobs.pushes import push_news
from satark.jobs.warnings import tell_warnings
from satark.panel.people import add_officer
from satark.panel.roles import Role
from satark.store.columns import random_id
from satark.store.sealing import Seal
from satark.store.writing import Rows
from satark.tips.letters import Letter, Piece
from satark.tips.opening import NewTip, open_tip
from satark.tips.tallies.keeping import take_out
from satark.tips.tallies.marks import mark
from tests.jobs.test_digests import PostOffice, serving
from tests.jobs.test_pushes import Browser, PushService
from tests.panel.test_insight_changes import JAUNPUR, KOTWALI, count
from tests.panel.test_signing_in import PASSWORD, Desk

OFFICES = {"dig": "range/varanasi", "sp": JAUNPUR, "sho": KOTWALI}


@pytest.fixture
async def calm(both_houses: House, watch: Watch) -> House:
    """Monday noon, after 40 weeks of a tip of gambling a day, and nothing to warn of. The SHO reads Hindi."""
    house = both_houses
    watch.put(MONDAY + timedelta(hours=12))
    for login, office in OFFICES.items():
        await add_officer(house.core.store, login, login, PASSWORD, [office], "hi" if login == "sho" else "en")
    await add_officer(house.core.store, "analyst", "analyst", PASSWORD, [JAUNPUR], "en", Role.ANALYST)
    await tell(house, [watch.hour - back * 24 for back in range(280)], "gambling")
    await change(house, "UPDATE tip_reader SET fresh = false")
    await count(house, watch)
    return house


async def tell(house: House, hours: Iterable[int], category: str, *accused: str) -> None:
    rows, readers = Rows(), frozenset(OFFICES.values()) - frozenset(accused)
    for hour in hours:
        new = NewTip(
            channel="webform", locale="hi", category=category, district=JAUNPUR, station=KOTWALI, readers=readers,
            accused=frozenset(accused), letter=Letter(pieces=(Piece(text="x"),)), receipt=random_id(), hour=hour,
        )  # fmt: skip
        open_tip(rows, Seal(house.core.keys["content.pub"]), new)
    async with house.core.store.write() as db:
        await rows.write(db)


async def change(house: House, statement: str) -> None:
    async with house.core.store.write() as db:
        await db.execute(text(statement))


async def rows(house: House, query: str) -> list[Any]:
    async with house.core.store.read() as db:
        return [tuple(row) for row in await db.execute(text(query))]


async def rise(house: House, watch: Watch, category: str = "weapons", *accused: str) -> None:
    """Twenty tips in the newest whole week, counted by the worker; nobody has them unread."""
    hour = watch.hour - 3 * 24
    await tell(house, [hour] * 20, category, *accused)
    async with house.core.store.write() as db:
        await mark(db, hour)
    await change(house, "UPDATE tip_reader SET fresh = false")
    assert await count_changes({"bench": house.bench})


async def told(house: House) -> int:
    """Two workers at once."""
    return sum(await asyncio.gather(*(tell_warnings({"bench": house.bench}) for _ in range(2))))


async def desk(house: House, login: str) -> Desk:
    made = Desk(house, login)
    await made.sign_in()
    return made


async def badge(at: Desk, path: str = "/panel/tips") -> str:
    found = re.findall(r'<span class="warned"[^>]*>(?:<b[^>]*>(\d+)</b>)?', (await at.client.get(path)).text)
    assert found
    assert len(set(found)) == 1
    return str(found[0])


async def test_each_office_is_told_once_until_it_looks(calm: House, watch: Watch) -> None:
    desks = {login: await desk(calm, login) for login in OFFICES}
    assert await told(calm) == 0
    await rise(calm, watch)
    assert await told(calm) == 3, "the range, the district and the station"
    assert await told(calm) == 0
    assert {login: await badge(one) for login, one in desks.items()} == dict.fromkeys(OFFICES, "1")
    assert await badge(desks["sp"], "/panel/insight/warned") == "1"
    watch.seconds += 60
    page = (await desks["sp"].client.get("/panel/insight/warnings")).text
    assert '<b class="fresh">New</b>' in page
    assert "1 new early warning" not in page
    assert '<b class="fresh">' not in (await desks["sp"].client.get("/panel/insight/warnings")).text
    assert {login: await badge(one) for login, one in desks.items()} == {"dig": "1", "sp": "", "sho": "1"}
    assert await badge(desks["sp"], "/panel/insight/warned") == ""
    watch.seconds += 7 * 24 * 3600
    for category in ("weapons", "liquor"):
        await rise(calm, watch, category)
    desks = {login: await desk(calm, login) for login in OFFICES}
    assert await told(calm) == 3, "that of weapons lasts, that of liquor is new"
    assert await badge(desks["sp"]) == "1"
    assert await badge(desks["dig"]) == "2"


async def test_what_is_there_no_more_is_forgotten_with_its_week(calm: House, watch: Watch) -> None:
    await rise(calm, watch)
    assert await told(calm) == 3
    sp = await desk(calm, "sp")
    await change(calm, "UPDATE tip SET category = 'gambling' WHERE category = 'weapons'")
    async with calm.core.store.write() as db:
        await mark(db, watch.hour - 3 * 24)
    assert await count_changes({"bench": calm.bench})
    assert await badge(sp) == "", "what is shown is there at the moment"
    assert await told(calm) == 3, "now gambling is too much"
    assert await badge(sp) == "1"
    assert await rows(calm, "SELECT DISTINCT category, there FROM warning_notice ORDER BY 1") == [
        ("gambling", True), ("weapons", False),
    ]  # fmt: skip
    watch.seconds += 5 * 7 * 24 * 3600
    assert await count_changes({"bench": calm.bench})
    assert await told(calm) == 0
    assert await rows(calm, "SELECT category FROM warning_notice") == []
    await rise(calm, watch)
    assert await told(calm) == 3


async def test_who_serves_no_more_leaves_nothing(calm: House, watch: Watch) -> None:
    await rise(calm, watch)
    await told(calm)
    await change(calm, "UPDATE officer SET active = false WHERE login IN ('sp', 'dig')")
    assert await told(calm) == 0
    assert len(await rows(calm, "SELECT audience FROM warning_notice")) == 1
    analyst = await desk(calm, "analyst")
    assert (await analyst.client.get("/panel/insight/warned")).status_code == 403
    assert "early warning" not in (await analyst.client.get("/panel/insight/")).text


async def test_an_e_mail_and_a_browser_say_how_many(calm: House, watch: Watch) -> None:
    mail, pushes = PostOffice(), PushService()
    await change(calm, "UPDATE officer SET digest = 'hourly', email = login || '@police.test' WHERE login <> 'analyst'")
    async with serving(mail) as smtp, served(pushes.app) as url:
        settings = calm.core.settings
        settings.smtp_url, settings.mail_from, settings.push_hosts = SecretStr(smtp), "Satark <s@police.test>", url
        browsers = {}
        for login in ("sp", "sho"):
            browsers[login] = Browser(f"{url}/push/{login}")
            at = await desk(calm, login)
            token = re.findall(r'csrf" value="([^"]+)', (await at.client.get("/panel/account")).text)[0]
            await at.client.post("/panel/account/push", data={"csrf": token, **browsers[login].form})
        await rise(calm, watch)
        await told(calm)

        async def notices() -> tuple[int, int]:
            """What two workers at once send."""
            bench = {"bench": calm.bench}
            sent = await asyncio.gather(*(push_news(bench) for _ in range(2)), *(send_digests(bench) for _ in range(2)))
            return sum(sent[:2]), sum(sent[2:])

        assert await notices() == (2, 3)
        read = {name: browsers[name].read(body).strip() for name, _, body in pushes.came}
        assert read == {"sp": "1 new early warning", "sho": "1 नई पूर्व चेतावनी"}
        came = mail.take()
        first = {name.split("@")[0]: one.get_content().split("\n\n")[0].strip() for name, one in came.items()}
        english = "1 early warning is new."
        assert first == {"dig": english, "sp": english, "sho": "1 पूर्व चेतावनी नई है।"}
        assert not re.search("weapons|jaunpur|kotwali", str(came["dig@police.test"]).lower())
        watch.seconds += 3600
        assert await notices() == (0, 0), "each is told of once"
        watch.seconds += 60
        await rise(calm, watch, "liquor")
        assert await told(calm) == 3
        watch.seconds += 3600
        dig = await desk(calm, "dig")
        assert (await dig.client.get("/panel/insight/warnings")).status_code == 200
        assert await notices() == (2, 2), "who looked is told no more"
        last = {name: browsers[name].read(body).strip() for name, _, body in pushes.came[2:]}
        assert last["sp"] == "2 new early warnings"
        assert "1 early warning is new." in mail.take()["sp@police.test"].get_content(), "one was in the last e-mail"


async def test_the_accused_are_told_the_same_with_and_without_the_tips(calm: House, watch: Watch) -> None:
    await rise(calm, watch)
    await told(calm)
    noted = "SELECT n.* FROM warning_notice n JOIN audience a ON a.key = n.audience WHERE a.spec LIKE '%[\"{}\"]%'"
    before = await rows(calm, noted.format(KOTWALI))
    assert len(before) == 1
    await rise(calm, watch, "police_corruption", KOTWALI)
    assert await told(calm) == 2, "the range and the district"
    assert await rows(calm, noted.format(KOTWALI)) == before
    sho, sp = await desk(calm, "sho"), await desk(calm, "sp")
    assert (await badge(sho), await badge(sp)) == ("1", "2")


async def test_an_accusation_named_later_takes_its_notice_along_at_once(calm: House, watch: Watch) -> None:
    sho, sp = await desk(calm, "sho"), await desk(calm, "sp")
    quiet = (await sho.client.get("/panel/tips")).text
    await rise(calm, watch)
    await told(calm)
    assert (await badge(sho), await badge(sp)) == ("1", "1")
    async with calm.core.store.write() as db:
        those = "SELECT id FROM tip WHERE category = 'weapons'"
        await db.execute(text(f"INSERT INTO accusation (tip_id, office_id) SELECT id, '{KOTWALI}' FROM ({those}) AS t"))
        await db.execute(text(f"DELETE FROM tip_reader WHERE office_id = '{KOTWALI}' AND tip_id IN ({those})"))
        await take_out(db, watch.hour - 3 * 24, KOTWALI)
    assert (await badge(sho), await badge(sp)) == ("", "1")
    assert (await sho.client.get("/panel/tips")).text == quiet
    await count_changes({"bench": calm.bench})
    assert await told(calm) == 0
