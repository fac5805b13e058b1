"""Finds words in the tips that an officer may see, though nothing of them is at rest in the clear.

The index of each letter is opened as it is read, the newest tips first, for as long as there is time; then the officer may
go further back. Only what they may see is read at all (P4).
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.sealing import Locker
from satark.store.tables import LetterWords, Tip
from satark.tips.inbox import PAGE
from satark.tips.queries import Filters
from satark.tips.viewing import Viewer, unread, visible
from satark.tips.ways import Place, found_on, way_to
from satark.tips.wording import has_all

BATCH = 2_000
SECONDS = 1.5

_tip: Any = Tip
_words: Any = LetterWords


@dataclass(frozen=True)
class Found:
    """Tips that have all the words, newest first. `reached` is how far back it was searched, None where to the end."""

    tips: Sequence[Any]
    reached: Place | None


async def search(
    db: AsyncConnection, locker: Locker, viewer: Viewer, filters: Filters, needles: tuple[bytes, ...],
    place: Place | None = None, seconds: float = SECONDS,
) -> Found:  # fmt: skip
    """Search behind a place in the list, until a page is full or the time is over."""
    way = await way_to(db, viewer, filters)
    end, hits = time.monotonic() + seconds, list[Place]()
    while True:
        some = found_on(way, viewer, place, BATCH).subquery()
        own = (_words.hour == some.c.hour) & (_words.tip_id == some.c.id)
        each = select(some.c.id, some.c.hour, _words.words).outerjoin(LetterWords, own)
        rows = (await db.execute(each.order_by(some.c.hour.desc(), some.c.id.desc()))).all()
        by_tip = groupby(rows, lambda row: row[:2])
        tips = [(Place(hour, tip), [letter.words for letter in letters]) for (tip, hour), letters in by_tip]
        hits += await asyncio.to_thread(_hits, locker, tips, needles)
        place = tips[-1][0] if len(tips) == BATCH else None
        if len(hits) > PAGE:
            hits, place = hits[:PAGE], hits[PAGE - 1]
        if place is None or len(hits) == PAGE or time.monotonic() > end:
            break
    shown = select(Tip, unread(viewer).label("fresh")).where(_tip.id.in_([hit.id for hit in hits]), visible(viewer))
    return Found((await db.execute(shown.order_by(_tip.hour.desc(), _tip.id.desc()))).all(), place)


def _hits(locker: Locker, tips: Sequence[tuple[Place, list[bytes | None]]], needles: tuple[bytes, ...]) -> list[Place]:
    """Those whose letters, taken together, have all that is looked for."""
    return [place for place, locked in tips if has_all(b"".join(locker.open(one) for one in locked if one), needles)]
