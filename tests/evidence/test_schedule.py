"""The database knows of a file's work no more than the quarter of an hour."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from conftest import House
from satark.evidence import schedule
from satark.evidence.preparing import MOST_ATTEMPTS, prepare_due
from satark.evidence.schedule import COARSE, LEASE, Pauses, due_after, lease_end
from tests.evidence import samples


@given(st.integers(0, 2**32), st.integers(0, 3_600))
def test_times_are_coarse_and_on_the_safe_side(moment: int, pause: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(schedule, "now", lambda: moment)
        assert lease_end() % COARSE == due_after(pause) % COARSE == 0
        assert moment + LEASE <= lease_end() < moment + LEASE + COARSE
        assert moment + pause - COARSE < due_after(pause) <= moment + pause


def test_a_pause_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(schedule, "steady", lambda: clock[0])
    pauses = Pauses()
    pauses.begin("a", 5)
    pauses.begin("b", 50)
    assert pauses.current() == ["a", "b"]
    clock[0] += 5
    assert pauses.current() == ["b"]


async def broken(channel: str, source: bytes) -> AsyncIterator[bytes]:
    raise ConnectionError
    yield b""


async def dues(house: House) -> list[tuple[str, int, int]]:
    async with house.core.store.read() as db:
        rows = await db.execute(text("SELECT state, attempts, due FROM evidence ORDER BY state"))
        return [(row.state, row.attempts, row.due) for row in rows]


async def test_no_row_keeps_the_second_of_its_arrival_or_work(both_houses: House) -> None:
    """A file that is ready, one that is withheld, one that waits to be fetched again, and one that is given up."""
    keeper = both_houses.core.keeper
    await keeper.keep(samples.pieces(samples.jpeg()), "image/jpeg", 2**24)
    await keeper.keep(samples.pieces(b"<html>"), "text/html", 2**24)
    async with both_houses.core.store.write() as db:
        await db.execute(
            text(
                "INSERT INTO evidence (id, kind, mime, size, state, reason, original, cleaned, blob, voice, source, channel, attempts, due, hour) VALUES ('f', 'photo', '', 0, 'waiting', '', '', '', '', '', :source, 'x', 0, 0, 1)"
            ),
            {"source": b"x"},
        )
    await prepare_due(keeper, broken, 2**24)
    found = await dues(both_houses)
    assert [(state, attempts) for state, attempts, _ in found] == [("ready", 1), ("waiting", 1), ("withheld", 1)]
    assert [due % COARSE for _, _, due in found] == [0, 0, 0]
    assert {due for state, _, due in found if state != "waiting"} == {0}
    await prepare_due(keeper, broken, 2**24)
    assert (await dues(both_houses))[1][1] == 1, "and what failed a moment ago is left alone"
    keeper.pauses.end_all()
    await prepare_due(keeper, broken, 2**24)
    assert (await dues(both_houses))[1][1] == 2
    assert MOST_ATTEMPTS > 2
