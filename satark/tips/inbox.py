"""The list of tips as an officer sees it: pages, numbers by status, and what has just arrived."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.tables import Tip
from satark.tips.queries import Filters
from satark.tips.viewing import Viewer, unread
from satark.tips.ways import Place, count_on, found_on, way_to, way_to_news

PAGE = 50
# So many of a status are counted; more are "999+". Where something is asked for, many may be looked at for each that counts,
# and counting stops earlier: that depends on nothing but the filters (P4).
MOST_COUNTED, MOST_COUNTED_OF_FILTERED = 1000, 100
# So many of the newest unread tips are watched for an arrival.
WATCHED = 100

_tip: Any = Tip


@dataclass(frozen=True)
class Page:
    """Some tips, newest hour first; inside an hour their order is that of random ids. `newer` and `older` are the places
    where their neighbours begin, None where there are none."""

    tips: Sequence[Any]
    newer: Place | None = None
    older: Place | None = None


async def inbox(
    db: AsyncConnection, viewer: Viewer, filters: Filters, place: Place | None = None, *, newer: bool = False
) -> Page:
    """The page behind a place, or before it (`newer`); the first without one."""
    way = await way_to(db, viewer, filters)
    found = found_on(way, viewer, place, PAGE + 1, newer=newer).subquery()
    shown = select(Tip, unread(viewer).label("fresh")).where(_tip.id.in_(select(found.c.id)))
    tips = list(await db.execute(shown.order_by(_tip.hour.desc(), _tip.id.desc())))
    more = len(tips) > PAGE
    if newer and not more:
        return await inbox(db, viewer, filters)
    tips = tips[-PAGE:] if newer else tips[:PAGE]
    ends = [Place(tip.hour, tip.id) for tip in (tips[0], tips[-1])] if tips else [None, None]
    return Page(tips, ends[0] if place is not None else None, ends[1] if newer or more else None)


async def listed(db: AsyncConnection, viewer: Viewer, filters: Filters, most: int) -> Sequence[Any]:
    """The tips of all pages together, in the same order; no more than `most`."""
    found = found_on(await way_to(db, viewer, filters), viewer, None, most).subquery()
    wanted = select(Tip).where(_tip.id.in_(select(found.c.id)))
    return (await db.execute(wanted.order_by(_tip.hour.desc(), _tip.id.desc()))).all()


async def counts(db: AsyncConnection, viewer: Viewer, filters: Filters) -> dict[str, int]:
    """How many tips there are by status, whatever status is filtered; `most_counted` is that many or more."""
    others = replace(filters, status="")
    return await count_on(db, await way_to(db, viewer, others), viewer, most_counted(filters))


def most_counted(filters: Filters) -> int:
    return MOST_COUNTED if replace(filters, status="") == Filters() else MOST_COUNTED_OF_FILTERED


async def newest(db: AsyncConnection, viewer: Viewer) -> list[tuple[int, str]]:
    """The tips in which something came last that nobody of the viewer's offices has looked at: the hour and the tip's id,
    the newest first, `WATCHED` at most."""
    found = await db.execute(found_on(way_to_news(viewer), viewer, None, WATCHED))
    return [(row.hour, row.id) for row in found]


def arrived(known: Sequence[tuple[int, str]], seen: Sequence[tuple[int, str]]) -> bool:
    """Whether something is among the newest that was not. What moves up from behind is no news: a colleague read one."""
    last = known[-1] if len(known) == WATCHED else (0, "")
    return any(one > last for one in set(seen) - set(known))
