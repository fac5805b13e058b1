"""No administrator alone gives anybody access, or decides who is accused (P12)."""

from collections.abc import AsyncIterator

import httpx
import pytest

from conftest import House
from satark.panel.people import add_officer
from satark.routing.edits import CategoryEdit
from satark.store.clock import DAY
from tests.panel.second import HALF, PAGE, administrator, confirmed, decide
from tests.panel.test_admin_overwriting import elsewhere
from tests.panel.test_administration import DISTRICT, STATION, Desk, desk_in
from tests.promises.test_p4_accused_learn_nothing import as_officer

NEW = {"name": "Naya", "login": "naya", "role": "officer", "office": "range/varanasi"}
ALL = "SELECT count(*) FROM "


@pytest.fixture
async def desk(both_houses: House) -> AsyncIterator[Desk]:
    async with desk_in(both_houses) as made:
        await add_officer(both_houses.core.store, "dig", "Old DIG", "a long password", ["range/varanasi"], "en")
        yield made


async def person(desk: Desk) -> str:
    found: str = await desk.value("SELECT id FROM officer WHERE login = 'dig'")
    return found


async def test_one_alone_makes_no_account_and_knows_no_password(desk: Desk) -> None:
    asked = await desk.post("people", **NEW)
    assert "first half of the password" in asked.text
    assert await desk.value(f"{ALL} officer WHERE login = 'naya'") == 0
    assert (await decide(desk.client)).status_code == 403, "nobody confirms what they asked for"
    password = await confirmed(desk.house, asked.text)
    assert len(password) == 23
    assert await desk.value(f"{ALL} officer WHERE login = 'naya'") == 1
    new = httpx.AsyncClient(transport=httpx.ASGITransport(app=desk.house.web), base_url="http://testserver")
    for wrong in (HALF.findall(asked.text)[0], password[12:]):
        assert (await new.post("/panel/sign-in", data={"login": "naya", "password": wrong})).status_code == 401
    assert (await new.post("/panel/sign-in", data={"login": "naya", "password": password})).is_redirect
    assert await desk.value(f"{ALL} change_request WHERE secret IS NOT NULL") == 0


async def test_one_alone_takes_over_nobody(desk: Desk) -> None:
    path = f"people/{await person(desk)}"
    before = await desk.value("SELECT password FROM officer WHERE login = 'dig'")
    asked = await desk.post(f"{path}/recover")
    assert await desk.value("SELECT password FROM officer WHERE login = 'dig'") == before
    password = await confirmed(desk.house, asked.text)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=desk.house.web), base_url="http://testserver")
    assert (await client.post("/panel/sign-in", data={"login": "dig", "password": password})).is_redirect


async def test_one_alone_gives_no_post_and_switches_nobody_on(desk: Desk) -> None:
    path = f"people/{await person(desk)}"
    assert (await desk.post(f"{path}/post", office=STATION)).headers["location"] == f"{PAGE}?asked=yes"
    assert await desk.value(f"{ALL} post WHERE office_id = '{STATION}'") == 0
    await confirmed(desk.house)
    assert await desk.value(f"{ALL} post WHERE office_id = '{STATION}'") == 1
    await desk.post(f"{path}/switch", active="no")
    await desk.post(f"{path}/switch", active="yes")
    assert await desk.value(f"{ALL} officer WHERE login = 'dig' AND active") == 0
    await confirmed(desk.house)
    assert await desk.value(f"{ALL} officer WHERE login = 'dig' AND active") == 1


async def test_one_alone_does_not_decide_who_is_accused(desk: Desk) -> None:
    def accuses() -> bool:
        category = desk.house.core.pack.category("police_corruption")
        assert category
        return category.accuses_police and not category.hidden

    for changes in ({}, {"accuses_police": "yes", "hidden": "yes"}):
        assert (await desk.category("police_corruption", **changes)).headers["location"] == f"{PAGE}?asked=yes"
        assert accuses()
    second = await administrator(desk.house, "second")
    assert (await decide(second)).is_redirect
    assert not accuses()
    assert (await decide(second)).status_code == 409, "it was asked for before that was changed"
    assert (await desk.category("gambling", weight="2")).headers["location"] != f"{PAGE}?asked=yes"


NAMED_POLICE = {"name-en": "Police bribes", "name-hi": "पुलिस की रिश्वत", "detail-en": "Money", "detail-hi": "पैसे"}


async def test_one_alone_does_not_change_what_citizens_read_where_they_choose_whom_to_accuse(desk: Desk) -> None:
    """Two names that are exchanged send a tip to the very office that it is about."""
    asks = [
        lambda: desk.category("gambling", **{"name-en": "Police bribes"}),
        lambda: desk.category("police_corruption", **{"detail-en": "Of shops"}),
        lambda: desk.post("categories", **NAMED_POLICE),
        lambda: desk.office(STATION, **{"name-en": "Lines"}),
        lambda: desk.post("offices", kind="outpost", parent=STATION, **{"name-en": "Naya", "name-hi": "नया"}),
        lambda: desk.word("DIG office", "en", "SP office"),
        lambda: desk.word("Is it one of these?", "en", "Is it none of these?"),
    ]
    for ask in asks:
        answer = await ask()
        assert answer.is_redirect, answer.text
        assert answer.headers["location"] == f"{PAGE}?asked=yes"
    assert await desk.value(f"{ALL} edit") == 0
    officer, second = await as_officer(desk.house, "dig"), await administrator(desk.house, "second")
    for page in ((await officer.get("/panel/oversight")).text, (await second.get(PAGE)).text):
        for words in ("Police bribes", "Of shops", "Lines", "Naya", "DIG office", "SP office", "Is it none of these?"):
            assert f"“{words}”" in page, "who confirms reads what citizens would"
    assert (await desk.word("Language", "en", "Tongue")).headers["location"] != f"{PAGE}?asked=yes"


async def test_one_alone_undoes_nothing_that_their_process_has_not_heard_of(desk: Desk) -> None:
    """A form that says no version is held against what two confirmed in another process a moment ago."""
    gambling = desk.house.core.pack.category("gambling")
    assert gambling
    await elsewhere(
        desk, CategoryEdit("gambling", gambling.name, gambling.detail, gambling.weight, accuses_police=True)
    )
    answer = await desk.category("gambling", weight="2")
    assert answer.headers["location"] == f"{PAGE}?asked=yes"
    await desk.house.core.jurisdiction.look()
    assert desk.house.core.pack.category("gambling").accuses_police  # type: ignore[union-attr]


async def test_what_is_declined_or_too_old_is_not_done(desk: Desk) -> None:
    second = await administrator(desk.house, "second")
    await desk.post("people", **NEW)
    assert (await decide(second, "decline")).is_redirect
    await desk.post("people", **NEW)
    await desk.do(f"UPDATE change_request SET expires = expires - {4 * DAY} WHERE state = 'waiting'")
    assert "Confirm</button>" not in (await second.get(PAGE)).text
    assert await desk.value(f"{ALL} officer WHERE login = 'naya'") == 0


async def test_the_office_concerned_and_the_authority_outside_see_it(desk: Desk) -> None:
    seen = {}
    for login, office in (
        ("sho", STATION),
        ("sp", DISTRICT),
        ("out", "outside/vigilance"),
        ("far", "district/ghazipur"),
    ):
        await add_officer(desk.house.core.store, login, login, "a long password", [office], "en")
        seen[login] = await as_officer(desk.house, login)
    await desk.post("people", **{**NEW, "office": STATION})
    for login, client in seen.items():
        page = (await client.get("/panel/oversight")).text
        assert ("naya" in page) is (login != "far"), login
        assert ("change of accounts or rules" in (await client.get("/panel/tips")).text) is (login != "far"), login
        await client.aclose()


async def test_each_leaves_an_audit_entry(desk: Desk) -> None:
    await confirmed(desk.house, (await desk.post("people", **NEW)).text)
    actors = "SELECT count(DISTINCT actor) FROM audit_entry WHERE action IN ('ask add officer', 'add officer')"
    assert await desk.value(actors) == 2


@pytest.mark.parametrize("locale", ["hi", "ur", "en", "bho"])
async def test_the_pages_speak_each_language(desk: Desk, locale: str) -> None:
    await desk.post("people", **NEW)
    await desk.category("police_corruption")
    await desk.do(f"UPDATE officer SET locale = '{locale}'")
    assert (await desk.client.get(PAGE)).status_code == 200
    officer = await as_officer(desk.house, "dig")
    assert (await officer.get("/panel/oversight")).status_code == 200
