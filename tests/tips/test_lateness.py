"""The table of what is late is what one would count tip by tip, for everybody."""

from collections import defaultdict
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from satark.store.engine import Store
from satark.store.officers import Officer
from satark.store.tables import Accusation, Recusal, Tip, TipReader
from satark.tips.clocks import step_of
from satark.tips.lateness import ESCALATED, late_by_office, number_of_late
from satark.tips.viewing import Viewer, viewer_of, visible
from tests.tips.standing import wrong
from tests.tips.test_inbox import HOUR, KOTWALI, OFFICES, PACK, SP, VIEWERS, some_tips, store

__all__ = ["store"]
Table = dict[tuple[str, str], tuple[int, int, int, int]]


async def counted_one_by_one(db: Any, viewer: Viewer) -> Table:
    """From the tips themselves and who reads them."""
    reading = defaultdict(set)
    for row in await db.execute(select(TipReader.tip_id, TipReader.office_id)):  # type: ignore[call-overload]
        reading[row.tip_id].add(row.office_id)
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for tip in await db.execute(select(Tip).where(visible(viewer))):
        if tip.due_hour is not None:
            turn = tip.assigned or (tip.district if tip.district in reading[tip.id] else "")
            found[turn, str(step_of(tip.status, tip.assigned))].append(tip)
    table: Table = {}
    for key, tips in found.items():
        late = [tip for tip in tips if tip.due_hour <= HOUR]
        escalated = [tip for tip in late if tip.late >= ESCALATED]
        table[key] = (len(tips) - len(late), len(late), len(escalated), min(tip.due_hour for tip in tips))
    return table


async def table_of(db: Any, viewer: Viewer) -> Table:
    rows = await late_by_office(db, viewer)
    return {(row.office, row.step): (row.in_time, row.late, row.escalated, row.oldest) for row in rows}


@pytest.fixture
async def full(store: Store) -> Store:
    """Tips of which many are in two offices of one person, accuse one of theirs, or were handed up by them."""
    async with store.write() as db:
        await some_tips(150).write(db)
        officer = Officer(id="x", login="x", name="x", password="x")
        await db.execute(insert(Officer).values(**officer.model_dump()))
        handed_up = (await db.execute(select(Tip.id).order_by(Tip.id).limit(30))).scalars()  # type: ignore[call-overload]
        await db.execute(insert(Recusal), [{"tip_id": one, "officer_id": "x", "hour": HOUR} for one in handed_up])
    assert await wrong(store) == []
    return store


async def test_it_is_what_one_counts_one_by_one(full: Store) -> None:
    async with full.read() as db:
        for name, viewer in VIEWERS.items():
            table = await counted_one_by_one(db, viewer)
            assert await table_of(db, viewer) == table, name
            assert await number_of_late(db, viewer) == sum(late for _, late, *_ in table.values()), name
            assert table, name
        assert len(await table_of(db, VIEWERS["dig"])) > 2


async def test_the_accused_and_who_handed_up_find_nothing_of_it_in_any_number(full: Store) -> None:
    """P4: with those tips and without them, the table is the same."""
    everybody = {name: viewer_of("y", "y", "en", held, PACK.parents) for name, held in OFFICES.items()}
    async with full.read() as db:
        with_them = {name: await table_of(db, viewer) for name, viewer in everybody.items()}
    async with full.write() as db:
        accusing = select(Accusation.tip_id).where(Accusation.office_id.in_((KOTWALI, SP)))  # type: ignore[call-overload, attr-defined]
        ids = set((await db.execute(accusing)).scalars())
        assert len(ids) > 10
        for table in ("tip_reader", "accusation"):
            for one in ids:
                await db.execute(text(f"DELETE FROM {table} WHERE tip_id = :one"), {"one": one})
    async with full.read() as db:
        for name in ("sho", "two", "was there"):
            assert await table_of(db, everybody[name]) == with_them[name], name
        assert await table_of(db, everybody["dig"]) != with_them["dig"]
