"""Writes down what audiences were told of warnings, and says what of it is new to one officer.

Only what is kept of an audience's own numbers goes in, and what is told is there at the moment it is read: a tip that is
shut out takes with it the warning that it made.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.insight.analysis import day_number
from satark.insight.noticing import Noted, news
from satark.insight.reading import Reading, reading
from satark.insight.watching import Series, watched
from satark.store.clock import hour_of, now
from satark.store.engine import Store
from satark.store.tallies import Audience, WarningNotice
from satark.store.writing import upsert
from satark.tips.tallies.audiences import Eyes
from satark.tips.tallies.calendar import day_of
from satark.tips.viewing import Viewer

KEY = ("audience", "district", "category")

_audience: Any = Audience
_notice: Any = WarningNotice


async def tell(store: Store, audience: str) -> int:
    """Look at the warnings of an audience. Returns how many it was told of; of two who look at once, one tells."""
    async with store.read() as db:
        counted = (await db.execute(select(_audience.counted).where(_audience.key == audience))).scalar_one_or_none()
        if not counted:
            return 0
        found = await watched(Reading(db, audience, counted), day_of(hour_of(now())))
        there, week = {(one.district, one.category) for one in found.warnings}, day_number(found.newest)
        if not news(await _noted(db, audience), there, week):
            return 0
    async with store.write() as db:
        return await _write(db, audience, there, week)


async def forget_others(store: Store, audiences: Collection[str]) -> None:
    """Nobody sees with any other eyes."""
    async with store.read() as db:
        known = set((await db.execute(select(_notice.audience).distinct())).scalars())
    for key in sorted(known - set(audiences)):
        async with store.write() as db:
            await db.execute(delete(WarningNotice).where(_notice.audience == key))


async def new_to(store: Store, viewer: Viewer, since: int, *, synthetic: bool) -> dict[Series, int]:
    """The warnings of a viewer that are there now, and of which their audience was told after `since` (unix seconds); with
    when that was."""
    own = _notice.audience == Eyes.of(viewer, synthetic=synthetic).key
    wanted = select(_notice.district, _notice.category, _notice.told).where(own, _notice.there, _notice.told > since)
    async with store.read() as db:
        told = {(row.district, row.category): row.told for row in await db.execute(wanted)}
    if not told:
        return {}
    async with reading(store, viewer, synthetic=synthetic) as of:
        found = await watched(of, day_of(hour_of(now()))) if of else None
    there = {(one.district, one.category) for one in found.warnings} if found else set()
    return {key: at for key, at in told.items() if key in there}


async def _noted(db: AsyncConnection, audience: str) -> dict[Series, Noted]:
    rows = await db.execute(select(WarningNotice).where(_notice.audience == audience))
    return {(row.district, row.category): Noted(row.week, row.there) for row in rows}


async def _write(db: AsyncConnection, audience: str, there: Collection[Series], week: int) -> int:
    """By what is noted now: another worker may have been here since."""
    due, told = news(await _noted(db, audience), there, week), 0
    for district, category in sorted(due.tell):
        row = WarningNotice(audience=audience, district=district, category=category, week=week, told=now())
        new = upsert(db, WarningNotice).values(**row.model_dump())
        again = {name: new.excluded[name] for name in ("week", "told", "there")}
        new = new.on_conflict_do_update(index_elements=KEY, set_=again, where=_notice.week < week)
        told += (await db.execute(new)).rowcount
    for keys, is_there in ((due.back, True), (due.gone, False)):
        if keys:
            await db.execute(update(WarningNotice).where(_those(audience, keys)).values(there=is_there))
    if due.forget:
        await db.execute(delete(WarningNotice).where(_those(audience, due.forget)))
    return told


def _those(audience: str, keys: Collection[Series]) -> Any:
    return (_notice.audience == audience) & tuple_(_notice.district, _notice.category).in_(sorted(keys))
