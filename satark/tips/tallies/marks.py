"""Marks the months in which something changed. It costs one small row, for whoever counts does so later."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.clock import hour_of, now
from satark.store.tallies import TallyMark
from satark.store.writing import Rows
from satark.tips.tallies.calendar import months
from satark.tips.tallies.counting import REPEATED_WITHIN


def touched(hour: int) -> range:
    """The months whose numbers a tip of that hour has a part in: its own, and those in which another may repeat it."""
    return months(hour, max(hour, min(hour + REPEATED_WITHIN, hour_of(now()))))


async def mark(db: AsyncConnection, *hours: int) -> None:
    """What is counted of tips of these hours has changed. Called in the transaction that changes it."""
    await mark_months(db, {month for hour in hours for month in touched(hour)})


def put_marks(rows: Rows, changed: Iterable[int]) -> None:
    """The same of months, with what else is written in the transaction."""
    for month in changed:
        rows.put(TallyMark, month=month)


async def mark_months(db: AsyncConnection, changed: Iterable[int]) -> None:
    rows = Rows()
    put_marks(rows, changed)
    await rows.write(db)
