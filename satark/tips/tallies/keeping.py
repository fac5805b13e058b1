"""Keeps the numbers of audiences: a month is counted anew, and what differs is written in one transaction.

Who counts reads the version of the month first, and writes only if it is still the same: of two who count at once one
gives up, and so does who began before an accusation (`take_out`).
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from secrets import randbits
from typing import Any

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from satark.routing.policy import is_barred
from satark.store.engine import Store
from satark.store.tallies import TALLIES, TallyMonth
from satark.store.writing import upsert
from satark.tips.tallies.audiences import Eyes, hold_still, registered
from satark.tips.tallies.counting import Numbers, count, keys_of, numbers_of, seen_by
from satark.tips.tallies.loading import facts_of_month
from satark.tips.tallies.marks import mark_months, touched

# Rows written in one transaction, about: on SQLite nobody else writes meanwhile.
MOST_ROWS = 5000
# Rows looked up or deleted by one statement.
MOST_KEYS = 200

_month: Any = TallyMonth


@dataclass(frozen=True)
class Change:
    """What is to be written of a month of an audience, that was read at this version: rows that are new or differ, and the
    keys of those that are gone, by table."""

    audience: str
    month: int
    version: int
    rows: Mapping[type[SQLModel], Sequence[dict[str, Any]]]
    gone: Mapping[type[SQLModel], Sequence[tuple[Any, ...]]]

    @property
    def size(self) -> int:
        return sum(map(len, (*self.rows.values(), *self.gone.values())))


def change(audience: str, month: int, version: int, kept: Numbers, right: Numbers) -> Change:
    """From what is kept to what is right (pure)."""
    rows: dict[type[SQLModel], list[dict[str, Any]]] = {}
    gone: dict[type[SQLModel], list[tuple[Any, ...]]] = {}
    for table in TALLIES:
        before, after = kept.get(table, {}), right.get(table, {})
        names, own = (*keys_of(table), *numbers_of(table)), {"audience": audience, "month": month}
        rows[table] = [
            own | dict(zip(names, (*key, *numbers), strict=True))
            for key, numbers in after.items()
            if before.get(key) != numbers
        ]
        gone[table] = [key for key in before if key not in after]
    return Change(audience, month, version, rows, gone)


async def kept_numbers(db: AsyncConnection, audiences: Collection[str], month: int) -> dict[str, Numbers]:
    """The rows of a month as they are kept, of each audience."""
    found: dict[str, dict[type[SQLModel], dict[Any, Any]]] = {
        key: {table: {} for table in TALLIES} for key in audiences
    }
    for table in TALLIES:
        own: Any = table
        keys, numbers = keys_of(table), numbers_of(table)
        wanted = select(own.audience, *(getattr(table, name) for name in (*keys, *numbers)))
        for row in await db.execute(wanted.where(own.audience.in_(audiences), own.month == month)):
            found[row[0]][table][tuple(row[1 : len(keys) + 1])] = tuple(row[len(keys) + 1 :])
    return dict(found)


async def recount(store: Store, month: int, audiences: Mapping[str, Eyes]) -> bool:
    """Count a month for these audiences. False where it changed under somebody's hands for one of them: that one keeps the
    numbers it has, and the month is to be counted once more."""
    offices = {office for eyes in audiences.values() for office in eyes.offices}
    async with store.write() as db:
        await _make_months(db, audiences, (month,))
    async with store.read() as db:
        before = await _months(db, audiences, month)
        tips = await facts_of_month(db, month, offices)
        kept = await kept_numbers(db, sorted(before), month)
    changes = await asyncio.to_thread(
        lambda: [
            change(key, month, before[key].version, one, count(seen_by(audiences[key], tips), month))
            for key, one in kept.items()
        ]
    )
    wanted = [one for one in changes if one.size or not before[one.audience].counted]
    written = [await _write_all(store, some) for some in _in_parts(wanted)]
    return all(written) and len(changes) == len(audiences)


async def take_out(db: AsyncConnection, hour: int, office: str) -> None:
    """A tip of that hour accuses an office: in the same transaction it is in no number any more of those whom that shuts
    out. All of them are counted anew, whether they read the tip just now or some time ago."""
    await hold_still(db)
    barred = {key: eyes for key, eyes in (await registered(db)).items() if is_barred(eyes.bars, {office}, hour)}
    await mark_months(db, touched(hour))
    if not barred:
        return
    await _make_months(db, barred, touched(hour))
    for month in touched(hour):
        await _count_in(db, month, barred)


async def _count_in(db: AsyncConnection, month: int, audiences: Mapping[str, Eyes]) -> None:
    """Count a month inside a transaction. Who counts it elsewhere gives up; what was never counted stays so."""
    own = _month.audience.in_(audiences) & (_month.month == month)
    # Locked in the order of `recount`, so that neither waits for the other.
    locked = select(TallyMonth).where(own).order_by(_month.audience).with_for_update()
    counted = [row.audience for row in await db.execute(locked) if row.counted]
    await db.execute(update(TallyMonth).where(own).values(version=_month.version + 1))
    if not counted:
        return
    tips = await facts_of_month(db, month, {office for key in counted for office in audiences[key].offices})
    for key, kept in (await kept_numbers(db, counted, month)).items():
        right = await asyncio.to_thread(lambda eyes: count(seen_by(eyes, tips), month), audiences[key])
        await _write_rows(db, change(key, month, 0, kept, right))


async def _make_months(db: AsyncConnection, audiences: Iterable[str], months: Iterable[int]) -> None:
    # Versions begin anywhere: of an audience that is dropped and comes back, none is what it was before.
    rows = [
        TallyMonth(audience=key, month=month, version=randbits(30)).model_dump()
        for key in sorted(audiences)
        for month in months
    ]
    if rows:
        await db.execute(upsert(db, TallyMonth).on_conflict_do_nothing(), rows)


async def _months(db: AsyncConnection, audiences: Collection[str], month: int) -> dict[str, Any]:
    """The month's row of each audience."""
    own = _month.audience.in_(audiences) & (_month.month == month)
    return {row.audience: row for row in await db.execute(select(TallyMonth).where(own))}


def _in_parts(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Changes that are written together. Those of one audience are never parted."""
    part: list[Change] = []
    for one in changes:
        if part and sum(other.size for other in part) + one.size > MOST_ROWS:
            yield part
            part = []
        part.append(one)
    if part:
        yield part


async def _write_all(store: Store, changes: Iterable[Change]) -> bool:
    """False where some could not be written."""
    async with store.write() as db:
        written = [await _write(db, one) for one in changes]
    return all(written)


async def _write(db: AsyncConnection, one: Change) -> bool:
    """Write a change, if nobody has counted or accused meanwhile."""
    own = (_month.audience == one.audience) & (_month.month == one.month) & (_month.version == one.version)
    if not (await db.execute(update(TallyMonth).where(own).values(version=one.version + 1, counted=True))).rowcount:
        return False
    await _write_rows(db, one)
    return True


async def _write_rows(db: AsyncConnection, one: Change) -> None:
    for table, rows in one.rows.items():
        own: Any = table
        keys = [getattr(own, name) for name in keys_of(table)]
        mine = (own.audience == one.audience) & (own.month == one.month)
        stale = [*one.gone[table], *(tuple(row[name] for name in keys_of(table)) for row in rows)]
        for at in range(0, len(stale), MOST_KEYS):
            await db.execute(delete(table).where(mine, tuple_(*keys).in_(stale[at : at + MOST_KEYS])))
        if rows:
            await db.execute(insert(table), list(rows))
