"""Tips as far as they are counted, read set by set."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.tables import Accusation, StatusChange, Tip, TipReader
from satark.tips.life import Status
from satark.tips.tallies.calendar import first_hour
from satark.tips.tallies.counting import REPEATED_WITHIN, Facts, state_of
from satark.tips.tallies.waits import Wait

_tip: Any = Tip
_reader: Any = TipReader
_accusation: Any = Accusation
_step: Any = StatusChange

_COLUMNS = (
    _tip.id, _tip.hour, _tip.category, _tip.district, _tip.station, _tip.cell, _tip.status, _tip.outcome, _tip.synthetic,
)  # fmt: skip


async def facts_of_month(db: AsyncConnection, month: int, offices: Collection[str]) -> list[Facts]:
    """What `counting.count` wants to know of a month: its tips, and those of the 30 days before, that any of these offices
    reads."""
    return await facts(db, first_hour(month) - REPEATED_WITHIN, first_hour(month + 1), offices)


async def facts(
    db: AsyncConnection, start: int, end: int, offices: Collection[str], wanted: ColumnElement[bool] | None = None
) -> list[Facts]:
    """Tips from one hour up to another that any of these offices reads, of those that are `wanted`. `readers` are of these
    offices alone."""
    time = [_tip.hour >= start, _tip.hour < end]
    read = [_reader.hour >= start, _reader.hour < end, _reader.office_id.in_(offices)]
    if wanted is not None:
        time.append(wanted)
        read.append(_reader.tip_id.in_(select(_tip.id).where(*time)))
    readers = await _by_tip(db, select(_reader.tip_id, _reader.office_id).where(*read))
    accusing = select(_accusation.tip_id, _accusation.office_id).join(Tip, _tip.id == _accusation.tip_id)
    accused = await _by_tip(db, accusing.where(*time))
    is_read = exists().where(_reader.tip_id == _tip.id, *read).correlate(Tip)
    steps = await _steps(db, (*time, is_read))
    rows = await db.execute(select(*_COLUMNS).where(*time, is_read))
    return [_facts(row, readers[row.id], accused[row.id], _waits(row.hour, steps[row.id])) for row in rows]


def _facts(row: Any, readers: Iterable[str], accused: Iterable[str], waits: tuple[tuple[Wait, int], ...]) -> Facts:
    state = state_of(row.status, row.outcome, reported=any(wait is Wait.ACTION for wait, _ in waits))
    place = (row.category, row.district, row.station, row.cell)
    return Facts(row.id, row.hour, *place, state, row.synthetic, frozenset(readers), frozenset(accused), waits)


async def _by_tip(db: AsyncConnection, wanted: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for tip_id, office in await db.execute(wanted):
        found[tip_id].add(office)
    return found


async def _steps(db: AsyncConnection, wanted: Iterable[Any]) -> dict[str, list[Any]]:
    """When a tip first took each step, by tip: `status`, `hour`."""
    columns = (_step.tip_id, _step.status)
    first = select(*columns, func.min(_step.hour).label("hour")).join(Tip, _tip.id == _step.tip_id)
    found: dict[str, list[Any]] = defaultdict(list)
    for row in await db.execute(first.where(*wanted, _step.status != Status.RECEIVED.value).group_by(*columns)):
        found[row.tip_id].append(row)
    return found


def _waits(hour: int, steps: Iterable[Any]) -> tuple[tuple[Wait, int], ...]:
    first: dict[Wait, int] = {}
    for step in steps:
        for wait in _ended_by(step.status):
            first[wait] = min(first.get(wait, step.hour), step.hour)
    return tuple((wait, first[wait] - hour) for wait in Wait if wait in first)


def _ended_by(status: str) -> Iterable[Wait]:
    """The waits that a step ends, if nothing ended them before. Whatever follows the beginning, somebody looked."""
    yield Wait.SEEN
    if status == Status.ASSIGNED:
        yield Wait.ASSIGNED
    if status == Status.ACTION_TAKEN:
        yield Wait.ACTION
