"""Puts files that were withheld back among those that wait, at an operator's word: what was wrong is mended, or this version
can clean what an older one could not."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.tables import Evidence

_row: Any = Evidence


async def retry_withheld(db: AsyncConnection, reasons: Collection[str] = ()) -> Counter[str]:
    """Put back what was withheld, for one of `reasons` or (empty) for any. Returns how many files, by reason.

    Files that were destroyed stay so: without their key, or without anything stored and anywhere to fetch it from, there
    is nothing to clean. Those that are tried already begin anew with their attempts.
    """
    there = (_row.key.is_not(None) & (_row.blob != "")) | _row.source.is_not(None)
    wanted = (_row.state == "withheld") & there
    if reasons:
        wanted &= _row.reason.in_(reasons)
    counted = select(_row.reason, func.count()).where(wanted).group_by(_row.reason)
    found: Counter[str] = Counter(dict((await db.execute(counted)).all()))
    stored = case((_row.key.is_not(None) & (_row.blob != ""), "kept"), else_="waiting")
    await db.execute(update(Evidence).where(wanted).values(state=stored, reason="", attempts=0, due=0))
    tried = _row.state.in_(("kept", "waiting")) & (_row.attempts > 0)
    await db.execute(update(Evidence).where(tried).values(attempts=0, due=0))
    return found
