"""Opens the numbers of a viewer: what is kept of their audience (tips/tallies/), less what is theirs alone.

Whatever is read is of what the viewer sees (P4). Tips that they recused themselves from are taken away here, for they are
an officer's own and few. What is kept may be a minute old; of an office that was accused, it never is.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.clock import hour_of, now
from satark.store.engine import Store
from satark.store.tables import Recusal, Tip
from satark.store.tallies import Audience
from satark.tips.tallies.audiences import Eyes
from satark.tips.tallies.counting import REPEATED_WITHIN, Numbers, count, seen_by
from satark.tips.tallies.loading import facts
from satark.tips.tallies.marks import touched
from satark.tips.tallies.passing import count_soon
from satark.tips.viewing import Viewer

_audience: Any = Audience
_recusal: Any = Recusal
_tip: Any = Tip


@dataclass(frozen=True)
class Reading:
    """Numbers of a viewer, in one transaction. `counted` is the hour since 1970 at whose beginning they were all right.
    `hidden` is what to take away (-1) and to give back (+1) of a month for the tips they recused themselves from."""

    db: AsyncConnection
    audience: str
    counted: int
    hidden: Sequence[tuple[int, int, Numbers]] = ()


@asynccontextmanager
async def reading(store: Store, viewer: Viewer, *, synthetic: bool) -> AsyncIterator[Reading | None]:
    """The numbers of a viewer; None as long as they are being counted for the first time."""
    eyes = Eyes.of(viewer, synthetic=synthetic)
    async with store.read() as db:
        counted = await _counted(db, eyes)
    if counted or await count_soon(store, eyes, hour_of(now())):
        async with store.read() as db:
            yield Reading(db, eyes.key, await _counted(db, eyes), await _hidden(db, eyes, viewer.officer_id))
    else:
        yield None


async def _counted(db: AsyncConnection, eyes: Eyes) -> int:
    return (await db.execute(select(_audience.counted).where(_audience.key == eyes.key))).scalar_one_or_none() or 0


async def _hidden(db: AsyncConnection, eyes: Eyes, officer_id: str) -> list[tuple[int, int, Numbers]]:
    """What the tips that an officer recused themselves from are in the numbers of their audience: those tips with all that
    may repeat one another, counted with them and without."""
    mine = select(Tip).join(Recusal, _recusal.tip_id == _tip.id).where(_recusal.officer_id == officer_id)
    recused = (await db.execute(mine)).all()
    if not recused:
        return []
    first, last = min(tip.hour for tip in recused), max(tip.hour for tip in recused)
    near = or_(*map(_near, recused))
    tips = seen_by(eyes, await facts(db, first - REPEATED_WITHIN, last + REPEATED_WITHIN + 1, eyes.offices, near))
    ids = {tip.id for tip in recused}
    less = [tip for tip in tips if tip.id not in ids]
    changed = sorted({month for tip in recused for month in touched(tip.hour)})
    return [(sign, month, count(some, month)) for month in changed for sign, some in ((-1, tips), (1, less))]


def _near(tip: Any) -> Any:
    """Tips of the same category and place, so near in time that one may repeat the other."""
    where = _tip.cell == tip.cell if tip.cell else and_(_tip.cell == "", _tip.station == tip.station)
    time = _tip.hour.between(tip.hour - REPEATED_WITHIN, tip.hour + REPEATED_WITHIN)
    return and_(_tip.category == tip.category, where, time)
