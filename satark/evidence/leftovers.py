"""What is still at a provider although the core has it, or does not want it: deleted there, until it is gone.

A row of evidence keeps where its file came from, sealed to the courier, for as long as the provider may still have it.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from satark.evidence.preparing import NOT_FETCHED
from satark.store.clock import hour_of, now
from satark.store.engine import Store
from satark.store.tables import Evidence

log = logging.getLogger(__name__)

AT_ONCE = 50

_row: Any = Evidence
Discard = Callable[[str, bytes], Awaitable[None]]
"""(channel, sealed source): the file is gone at its provider, or it raises."""


def _left() -> ColumnElement[bool]:
    found: ColumnElement[bool] = _row.source.is_not(None) & (_row.state != "waiting")
    return found


async def discard_due(store: Store, discard: Discard) -> int:
    """Delete what is left over, each for itself. Returns how many are gone. What could never be fetched stays where it is:
    it is nowhere else."""
    wanted = select(_row.id, _row.channel, _row.source).where(_left() & (_row.reason != NOT_FETCHED))
    async with store.read() as db:
        rows = (await db.execute(wanted.order_by(func.random()).limit(AT_ONCE))).all()
    return sum([await _discard(store, discard, row) for row in rows])


async def _discard(store: Store, discard: Discard, row: Any) -> bool:
    try:
        await discard(row.channel, row.source)
    except Exception as error:  # noqa: BLE001 - whatever a provider does, the next one is discarded
        log.warning("file %s is still at its provider (%s)", row.id, type(error).__name__)
        return False
    async with store.write() as db:
        await db.execute(update(Evidence).where(_row.id == row.id, _row.state != "waiting").values(source=None))
    return True


async def left_over(store: Store) -> dict[str, int]:
    """How many files that came in before this hour are still at their providers, by channel."""
    old = _left() & (_row.hour < hour_of(now()))
    counted = select(_row.channel, func.count().label("number")).where(old).group_by(_row.channel)
    async with store.read() as db:
        return {row.channel: row.number for row in await db.execute(counted)}
