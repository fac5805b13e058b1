"""What is still at a provider is deleted there, however its tip or its draft ended."""

from typing import Any

from sqlalchemy import insert, text

from conftest import House
from satark.evidence.discarding import discard_abandoned
from satark.evidence.leftovers import discard_due, left_over
from satark.evidence.preparing import NOT_FETCHED
from satark.store.clock import hour_of, now
from satark.store.tables import Evidence
from satark.tips.destroying import take_away


async def put(house: House, **facts: Any) -> str:
    row = Evidence(kind="audio", channel="ivr", source=b"where", hour=hour_of(now()) - 30, **facts)
    async with house.core.store.write() as db:
        await db.execute(insert(Evidence).values(**row.model_dump()))
    return row.id


async def states(house: House) -> dict[str, tuple[str, bool]]:
    async with house.core.store.read() as db:
        rows = await db.execute(text("SELECT id, state, source IS NOT NULL AS there FROM evidence"))
        return {row.id: (row.state, bool(row.there)) for row in rows}


class Provider:
    """Deletes what it is asked to, unless it is down."""

    def __init__(self) -> None:
        self.is_down = False
        self.asked = 0

    async def discard(self, channel: str, sealed: bytes) -> None:
        self.asked += 1
        if self.is_down:
            raise OSError(f"{channel} {sealed!r}")


async def test_what_is_here_is_deleted_there_until_it_is_gone(both_houses: House) -> None:
    store, provider = both_houses.core.store, Provider()
    ready = await put(both_houses, state="ready", tip_id="a-tip")
    waiting = await put(both_houses, state="waiting", tip_id="a-tip")
    lost = await put(both_houses, state="withheld", reason=NOT_FETCHED, tip_id="a-tip")
    provider.is_down = True
    assert await discard_due(store, provider.discard) == 0
    assert await left_over(store) == {"ivr": 2}
    provider.is_down = False
    assert await discard_due(store, provider.discard) == 1
    assert await discard_due(store, provider.discard) == 0
    assert provider.asked == 2
    assert await states(both_houses) == {ready: ("ready", False), waiting: ("waiting", True), lost: ("withheld", True)}
    assert await left_over(store) == {"ivr": 1}


async def test_a_tip_and_a_draft_that_are_destroyed_leave_nothing_there(both_houses: House) -> None:
    store, provider = both_houses.core.store, Provider()
    of_a_tip, of_a_draft = (
        await put(both_houses, state="ready", tip_id="a-tip"),
        await put(both_houses, state="waiting"),
    )
    async with store.write() as db:
        await take_away(db, ["a-tip"])
    assert await discard_abandoned(both_houses.core.keeper) == 0
    assert await states(both_houses) == dict.fromkeys((of_a_tip, of_a_draft), ("discarded", True))
    assert await discard_due(store, provider.discard) == 2
    assert await discard_abandoned(both_houses.core.keeper) == 2
    assert await states(both_houses) == {}
