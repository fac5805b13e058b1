"""A pass over all numbers: new audiences, months in which something changed, months that were never counted."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.engine import Store
from satark.store.tables import Tip, TipReader
from satark.store.tallies import TALLIES, Audience, TallyMark, TallyMonth
from satark.tips.tallies.audiences import Eyes, drop, register, registered
from satark.tips.tallies.calendar import month_of, months
from satark.tips.tallies.keeping import recount

# Who opens a page of numbers before their audience was counted waits for it, if it has no more tips than that.
SOON_COUNTED = 20_000
# Of marks that one statement deletes.
MOST_IDS = 1000

_tip: Any = Tip
_reader: Any = TipReader
_audience: Any = Audience
_month: Any = TallyMonth
_mark: Any = TallyMark


async def bring_up_to_date(store: Store, wanted: Mapping[str, Eyes], hour: int) -> bool:
    """Count what is to be counted for these audiences, and no others, in this hour. False where some of it was changed
    meanwhile and waits for the next pass."""
    await _settle_audiences(store, wanted)
    marked = await _recount_marked(store, wanted, hour)
    missing = await _count_missing(store, wanted, hour)
    if marked and missing:
        await _note(store, wanted, hour)
    return marked and missing


async def rebuild(store: Store, wanted: Mapping[str, Eyes], hour: int) -> bool:
    """Count every month from its tips, and set right what differs. Nobody sees numbers that are half."""
    await _settle_audiences(store, wanted)
    async with store.write() as db:
        tables: tuple[Any, ...] = (*TALLIES, TallyMonth)
        for table in tables:
            await db.execute(delete(table).where(table.audience.not_in(select(_audience.key))))
    async with store.read() as db:
        known = await _all_months(db, hour)
    done = [await recount(store, month, wanted) for month in reversed(known)]
    return await bring_up_to_date(store, wanted, hour) and all(done)


async def count_soon(store: Store, eyes: Eyes, hour: int) -> bool:
    """Count an audience that was never counted, then and there. False where it has so many tips that it waits for the next
    pass."""
    async with store.write() as db:
        await register(db, eyes)
    async with store.read() as db:
        some = select(_reader.tip_id).where(_reader.office_id.in_(eyes.offices)).limit(SOON_COUNTED + 1).subquery()
        if (await db.execute(select(func.count()).select_from(some))).scalar_one() > SOON_COUNTED:
            return False
    own = {eyes.key: eyes}
    if not await _count_missing(store, own, hour):
        return False
    await _note(store, own, hour)
    return True


async def _settle_audiences(store: Store, wanted: Mapping[str, Eyes]) -> None:
    async with store.read() as db:
        known = await registered(db)
    new, old = wanted.keys() - known.keys(), known.keys() - wanted.keys()
    for key in sorted(new):
        async with store.write() as db:
            await register(db, wanted[key])
    for key in sorted(old):
        async with store.write() as db:
            await drop(db, key)


async def _recount_marked(store: Store, wanted: Mapping[str, Eyes], hour: int) -> bool:
    """A mark that comes while its month is counted stays."""
    marks: dict[int, list[str]] = defaultdict(list)
    async with store.read() as db:
        for row in await db.execute(select(TallyMark)):
            marks[row.month].append(row.id)
    done = True
    for month in sorted(marks, reverse=True):
        if await recount(store, month, wanted) if month <= month_of(hour) else True:
            await _unmark(store, marks[month])
        else:
            done = False
    return done


async def _unmark(store: Store, ids: Sequence[str]) -> None:
    async with store.write() as db:
        for at in range(0, len(ids), MOST_IDS):
            await db.execute(delete(TallyMark).where(_mark.id.in_(ids[at : at + MOST_IDS])))


async def _count_missing(store: Store, wanted: Mapping[str, Eyes], hour: int) -> bool:
    """Months that were never counted for some audience, the newest first."""
    missing: dict[int, dict[str, Eyes]] = defaultdict(dict)
    async with store.read() as db:
        known = await _all_months(db, hour)
        within = (_month.counted, _month.month >= known[0])
        numbers = select(_month.audience, func.count()).where(*within).group_by(_month.audience)
        counted = {row[0]: row[1] for row in await db.execute(numbers)}
        for key in [key for key in wanted if counted.get(key, 0) < len(known)]:
            there = set((await db.execute(select(_month.month).where(*within, _month.audience == key))).scalars())
            for month in set(known) - there:
                missing[month][key] = wanted[key]
    done = [await recount(store, month, missing[month]) for month in sorted(missing, reverse=True)]
    return all(done)


async def _all_months(db: AsyncConnection, hour: int) -> range:
    """From that of the first tip to that of now."""
    first = (await db.execute(select(func.min(_tip.hour)))).scalar_one_or_none()
    return months(hour if first is None else min(first, hour), hour)


async def _note(store: Store, audiences: Mapping[str, Eyes], hour: int) -> None:
    """When it was counted, no finer than the hour: a number that is counted at another minute than others tells that
    something happened."""
    async with store.write() as db:
        own = _audience.key.in_(audiences) & (_audience.counted != hour)
        await db.execute(update(Audience).where(own).values(counted=hour))
