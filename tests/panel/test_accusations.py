"""Who names an office above their own asks the office above that one (E7)."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from conftest import House
from tests.panel.test_conflict import Desks, desks_of

STATION, DISTRICT, RANGE = "station/jaunpur/kotwali", "district/jaunpur", "range/varanasi"
OFFICES = {
    "sho": STATION,
    "second": STATION,
    "sp": DISTRICT,
    "dig": RANGE,
    "vigilance": "outside/vigilance",
}
EVERYBODY = {"sho", "second", "sp", "dig"}


@pytest.fixture
async def desks(both_houses: House) -> AsyncIterator[Desks]:
    async with desks_of(both_houses, OFFICES, STATION) as made:
        yield made


async def pages_of(desks: Desks, login: str) -> list[str]:
    await desks.clients[login].get(desks.path)
    return [(await desks.clients[login].get(path)).text for path in (desks.path, "/panel/tips", "/panel/decisions")]


async def test_the_sho_hides_nothing_from_the_sp_and_the_sp_learns_nothing(desks: Desks) -> None:
    before = await pages_of(desks, "sp"), await pages_of(desks, "second")
    assert (await desks.act("sho", "accuse", office=DISTRICT, words="my <SP> is in it")).headers[
        "location"
    ] == desks.path
    assert await desks.who_sees() == EVERYBODY
    assert (await pages_of(desks, "sp"), await pages_of(desks, "second")) == before
    assert "The office above decides." in (await desks.clients["sho"].get(desks.path)).text
    page = (await desks.clients["dig"].get(desks.path)).text
    assert "my &lt;SP&gt; is in it" in page
    assert 'value="accept"' in page
    assert "1 tip waits for your decision" in (await desks.clients["dig"].get("/panel/tips")).text
    assert desks.path in (await desks.clients["dig"].get("/panel/decisions")).text


async def test_accepted_it_is_hidden_from_the_office_and_all_below(desks: Desks) -> None:
    await desks.act("sho", "accuse", office=DISTRICT)
    assert (await desks.act("dig", "accusation", office=DISTRICT, act="accept")).headers["location"] == desks.path
    assert await desks.who_sees() == {"dig"}
    assert await desks.value("assigned") == RANGE
    assert (await desks.act("dig", "accusation", office=DISTRICT, act="withdraw")).is_redirect
    assert await desks.who_sees() == {"sp", "dig"}
    assert "a reason" not in (await desks.clients["sp"].get(desks.path)).text


async def test_declined_nothing_changes_and_who_asked_sees_it(desks: Desks) -> None:
    before = await pages_of(desks, "sp")
    await desks.act("sho", "accuse", office=DISTRICT)
    assert (await desks.act("dig", "accusation", office=DISTRICT, act="decline")).is_redirect
    assert await desks.who_sees() == EVERYBODY
    assert await pages_of(desks, "sp") == before
    assert "declined" in (await desks.clients["sho"].get(desks.path)).text
    assert (await desks.act("dig", "accusation", office=DISTRICT, act="accept")).status_code == 403


@pytest.mark.parametrize("login", ["sho", "second", "sp"])
@pytest.mark.parametrize("act", ["accept", "decline", "withdraw"])
async def test_nobody_else_decides(desks: Desks, login: str, act: str) -> None:
    await desks.act("sho", "accuse", office=DISTRICT)
    assert (await desks.act(login, "accusation", office=DISTRICT, act=act)).status_code == 403
    assert await desks.who_sees() == EVERYBODY


async def test_the_range_named_from_below_is_decided_outside(desks: Desks) -> None:
    await desks.act("sp", "accuse", office=RANGE)
    assert await desks.who_sees() == EVERYBODY | {"vigilance"}
    assert (await desks.act("dig", "accusation", office=RANGE, act="decline")).status_code == 403
    await desks.act("vigilance", "accusation", office=RANGE, act="accept")
    assert await desks.who_sees() == {"vigilance"}


async def test_a_kind_that_accuses_police_changes_when_it_is_accepted(desks: Desks) -> None:
    fields = {"category": "police_corruption", "station": STATION, "office": DISTRICT}
    assert (await desks.act("sho", "classify", **fields)).is_redirect
    assert await desks.value("category") == "gambling"
    await desks.act("dig", "accusation", office=DISTRICT, act="accept")
    assert await desks.value("category") == "police_corruption"
    assert await desks.who_sees() == {"dig"}


async def test_an_office_below_is_named_at_once_and_that_is_undone_by_who_did(desks: Desks) -> None:
    await desks.act("sp", "accuse", office=STATION)
    assert await desks.who_sees() == {"sp", "dig"}
    await desks.act("sp", "accusation", office=STATION, act="withdraw")
    await desks.act("sp", "assign", office=STATION)
    assert await desks.who_sees() == EVERYBODY


async def test_each_leaves_an_audit_entry(desks: Desks) -> None:
    await desks.act("sho", "accuse", office=DISTRICT)
    await desks.act("dig", "accusation", office=DISTRICT, act="decline")
    await desks.act("sho", "accuse", office=DISTRICT)
    await desks.act("dig", "accusation", office=DISTRICT, act="accept")
    await desks.act("dig", "accusation", office=DISTRICT, act="withdraw")
    async with desks.house.core.store.read() as db:
        said = await db.execute(text("SELECT action FROM audit_entry WHERE action LIKE '%accus%' ORDER BY number"))
        assert [row.action for row in said] == [
            "ask to accuse", "decline accusation", "ask to accuse", "accuse", "take back accusation",
        ]  # fmt: skip
