"""Who has a tip, and who has it no more (E1): on every page, for both databases."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from conftest import House
from tests.panel.test_conflict import Desks, desks_of

STATION, OTHER = "station/jaunpur/kotwali", "station/jaunpur/line-bazar"
OFFICES = {
    "sho": STATION,
    "new": OTHER,
    "sp": "district/jaunpur",
    "deputy": "district/jaunpur",
    "dig": "range/varanasi",
}


@pytest.fixture
async def desks(both_houses: House) -> AsyncIterator[Desks]:
    async with desks_of(both_houses, OFFICES, STATION) as made:
        yield made


async def rows_of(desks: Desks, query: str) -> list[tuple[object, ...]]:
    async with desks.house.core.store.read() as db:
        return [tuple(row) for row in await db.execute(text(query))]


async def test_who_has_it_no_more_reads_nothing_and_does_nothing(desks: Desks) -> None:
    assert (await desks.act("sp", "assign", office=OTHER)).is_redirect
    assert await desks.who_sees() == {"new", "sp", "deputy", "dig"}
    for verb, fields in (
        ("report", {"text": "x", "step": "send"}),
        ("close", {"status": "closed", "outcome": "unfounded"}),
    ):
        assert (await desks.act("sho", verb, **fields)).status_code == 404
    inbox = (await desks.clients["sho"].get("/panel/tips")).text
    assert desks.path not in inbox
    assert "There is no tip here." in inbox
    assert await desks.value("status") == "assigned"


async def test_the_informant_is_told_once(desks: Desks) -> None:
    await desks.act("sp", "assign", office=OTHER)
    await desks.act("sp", "assign", office=STATION)
    assert await rows_of(desks, "SELECT count(*) FROM message WHERE kind = 'message'") == [(1,)]
    assert await rows_of(desks, "SELECT count(*) FROM status_change WHERE status = 'assigned'") == [(1,)]
    await desks.act("sp", "close", status="closed", outcome="unfounded")
    await desks.act("sp", "assign", office=OTHER)
    assert await rows_of(desks, "SELECT count(*) FROM message WHERE kind = 'message'") == [(3,)]


async def test_a_mistaken_assignment_is_taken_back_by_who_made_it(desks: Desks) -> None:
    await desks.act("sp", "assign", office=OTHER)
    for login in ("deputy", "dig", "new"):
        assert "take-back" not in (await desks.clients[login].get(desks.path)).text
        assert (await desks.act(login, "take-back")).status_code == 403
    assert "Take the assignment back" in (await desks.clients["sp"].get(desks.path)).text
    assert (await desks.act("sp", "take-back")).is_redirect
    assert await desks.who_sees() == {"sho", "sp", "deputy", "dig"}
    assert await desks.value("assigned") == STATION
    assert (await desks.act("sp", "take-back")).status_code == 403, "once"
    assert await rows_of(desks, "SELECT count(*) FROM message WHERE kind = 'message'") == [(1,)]
    assert await rows_of(desks, "SELECT detail FROM audit_entry WHERE action = 'take back assignment'") == [(OTHER,)]


async def test_the_first_assignment_is_taken_back_to_the_district(desks: Desks) -> None:
    assert (await desks.act("sp", "take-back")).is_redirect
    assert await desks.who_sees() == {"sp", "deputy", "dig"}
    assert await desks.value("assigned") == ""
    assert await rows_of(desks, "SELECT DISTINCT turn, step FROM tip_reader") == [("district/jaunpur", "assign")]


async def test_what_was_acted_on_or_handed_back_is_not_taken_back(desks: Desks) -> None:
    await desks.act("sho", "report", text="went there", step="send")
    assert (await desks.act("sp", "take-back")).status_code == 403
    await desks.act("sp", "assign", office=OTHER)
    await desks.act("new", "hand-back")
    assert (await desks.act("sp", "take-back")).status_code == 403


async def test_many_are_assigned_as_one_is(desks: Desks) -> None:
    reference = desks.path.rsplit("/", 1)[1]
    page = await desks.clients["sp"].get("/panel/tips")
    token = page.text.split('name="csrf" value="', 1)[1].split('"', 1)[0]
    await desks.clients["sp"].post(
        "/panel/tips/bulk", data={"csrf": token, "act": "assign", "chosen": reference, "office": OTHER}
    )
    assert await desks.who_sees() == {"new", "sp", "deputy", "dig"}
