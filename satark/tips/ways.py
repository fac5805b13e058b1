"""The way into a list of tips: off which index it is read, so that no page reads all there are.

Every index has its tips in the order of the inbox. What is asked for besides is checked tip by tip, so the narrowest index
is the best; which one that is, is counted, as far as it matters. Planners are not asked: SQLite knows no numbers, and
PostgreSQL hopes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from satark.store.tables import Tip, TipReader
from satark.tips.lateness import lateness_is, office_of
from satark.tips.life import Status
from satark.tips.numbers import span
from satark.tips.queries import Filters, looked_for
from satark.tips.viewing import Viewer, not_hidden, visible

# As many tips can be checked one by one for a page. Where more are on every way, any of them soon fills a page.
ENOUGH = 25_000
# Those with few tips for each value first: that is what is taken where none is narrow. Where tips are, is known of each
# office's own: what one of a district has of another's is not found among all of that other's.
COLUMNS = ("station", "assigned", "category", "channel", "locale", "district")
PLACES = ("station", "district")

Parts = Sequence[ColumnElement[bool]]
Statuses = Mapping[str, Parts]

_tip: Any = Tip


@dataclass(frozen=True)
class Place:
    """A tip's place in the list: its hour, and its id inside the hour."""

    hour: int
    id: str = ""

    def __str__(self) -> str:
        return f"{self.hour}-{self.id}"


@dataclass(frozen=True)
class Way:
    """An index of `row`, by its columns of a tip's id and hour. `size` is all that is read of it; `parts` are what is read
    of it one by one, each in the order of the inbox, and `statuses` the same by status. `rest` is what is asked for besides;
    `reads` is that it has nothing but what the viewer's offices read."""

    row: Any
    id: Any
    hour: Any
    size: ColumnElement[bool]
    parts: Parts
    statuses: Statuses
    rest: Filters
    reads: bool = False


def _of_offices(
    viewer: Viewer, filters: Filters, row: Any, clauses: Sequence[ColumnElement[bool]], **answered: str
) -> Way:
    """What the viewer's offices have; of it, what is as the clauses say, so that `answered` is asked for no more."""
    mine = [and_(row.office_id == office, *clauses) for office in sorted(viewer.offices)]
    statuses = {one.value: [and_(part, row.status == one.value) for part in mine] for one in Status}
    some = _of_status(filters, statuses)
    # An index with more than the office in front is ordered within a status only.
    parts = some or (list(chain(*statuses.values())) if clauses else mine)
    return Way(row, row.tip_id, row.hour, or_(*(some or mine)), parts, statuses, _but(filters, **answered), reads=True)


def _of_filter(filters: Filters, row: Any, clause: ColumnElement[bool], **answered: str) -> Way:
    """A way on which all tips are as the clause says, so that `answered` is asked for no more."""
    statuses = {one.value: [and_(clause, row.status == one.value)] for one in Status}
    some = _of_status(filters, statuses)
    parts = some or list(chain(*statuses.values()))
    return Way(row, row.id, row.hour, and_(clause, *some), parts, statuses, _but(filters, **answered))


def _of_status(filters: Filters, statuses: Statuses) -> Parts:
    return statuses.get(filters.status, ())


def _but(filters: Filters, **answered: str) -> Filters:
    """What is still to be checked. A status that there is was chosen with the part of the index."""
    return replace(filters, status="" if filters.status in list(Status) else filters.status, **answered)


def _asked(viewer: Viewer, filters: Filters) -> Iterator[Way]:
    """A way for each filter that has an index."""
    row: Any = aliased(Tip)
    mine: Any = aliased(TipReader)
    if filters.turn and filters.step:
        wait = [mine.turn == office_of(filters.turn), mine.step == filters.step]
        late = [lateness_is(filters.overdue, mine)] if filters.overdue else []
        yield _of_offices(viewer, filters, mine, [*wait, *late], turn="", step="", overdue="")
    if beginning := span(filters.reference):
        few = _of_filter(filters, row, row.reference.between(*beginning), reference="")
        yield few if filters.status else replace(few, parts=[few.size])
    for name in COLUMNS:
        if not (value := getattr(filters, name)):
            continue
        if name in PLACES:
            yield _of_offices(viewer, filters, mine, [getattr(mine, name) == value], **{name: ""})
        else:
            yield _of_filter(filters, row, getattr(row, name) == value, **{name: ""})
    if least := int(filters.priority[:1]) if filters.priority.isdecimal() else 0:
        yield _of_filter(filters, row, and_(row.priority > literal_column("0"), row.priority >= least), priority="")
    if filters.overdue:
        # On it are all tips with a clock; whether they are late is asked for still.
        yield _of_filter(filters, row, row.due_hour >= literal_column("0"))


def way_to_news(viewer: Viewer) -> Way:
    """What is unread, in the order in which the last of it came."""
    row: Any = aliased(TipReader)
    parts = [and_(row.office_id == office, row.fresh) for office in sorted(viewer.offices)]
    return Way(row, row.tip_id, row.fresh_hour, or_(*parts), parts, {}, Filters(), reads=True)


async def way_to(db: AsyncConnection, viewer: Viewer, filters: Filters) -> Way:
    """The narrowest; where none is narrow, the first of those that are asked for."""
    row: Any = aliased(TipReader)
    ways = [
        *_asked(viewer, filters),
        _of_offices(viewer, filters, row, [row.fresh] if filters.unread else [], unread=""),
    ]
    if len(ways) == 1:
        return ways[0]
    counted = [select(literal_column("1")).where(way.size).limit(ENOUGH).subquery() for way in ways]
    sizes = union_all(
        *(select(literal(at).label("at"), func.count()).select_from(one) for at, one in enumerate(counted))
    )
    _, at = min((size, at) for at, size in await db.execute(sizes))
    return ways[at]


def _kept(way: Way, viewer: Viewer) -> ColumnElement[bool]:
    """Of the tips on a way, those that the viewer may see and looks for (P4). PostgreSQL looks at each of them, as SQLite
    does, and finds no other way: that is what the offset is for."""
    hour = way.row.hour
    clauses = [not_hidden(viewer, way.id, hour) if way.reads else visible(viewer, way.id, hour)]
    if wanted := looked_for(viewer, way.rest):
        clauses.insert(0, exists().where(_tip.id == way.id, *wanted).correlate(way.row))
    return select(literal_column("1")).where(*clauses).correlate(way.row).offset(0).exists()


def found_on(way: Way, viewer: Viewer, place: Place | None, most: int, *, newer: bool = False) -> Select[Any]:
    """The tips on a way that are next behind a place (or, `newer`, before it) in the order of the inbox: `id`, `hour`."""
    order = (way.hour, way.id) if newer else (way.hour.desc(), way.id.desc())
    shown = select(way.id.label("id"), way.hour.label("hour")).where(_kept(way, viewer)).order_by(*order).limit(most)
    if place is not None:
        here, there = tuple_(way.hour, way.id), tuple_(literal(place.hour), literal(place.id))
        shown = shown.where(here > there if newer else here < there)
    if len(way.parts) == 1:
        return shown.where(way.parts[0])
    parts = union(*(select(shown.where(part).subquery()) for part in way.parts)).subquery()
    order = (parts.c.hour, parts.c.id) if newer else (parts.c.hour.desc(), parts.c.id.desc())
    return select(parts.c.id, parts.c.hour).order_by(*order).limit(most)


async def count_on(db: AsyncConnection, way: Way, viewer: Viewer, most: int) -> dict[str, int]:
    """How many tips there are of each status on a way, `most` at most."""
    some = select(way.id).where(_kept(way, viewer)).limit(most)
    counted = {
        status: union(*(select(some.where(part).subquery()) for part in parts)).subquery()
        for status, parts in way.statuses.items()
    }
    numbers = (
        select(literal(status).label("status"), func.count().label("number")).select_from(one)
        for status, one in counted.items()
    )
    return {row.status: min(row.number, most) for row in await db.execute(union_all(*numbers)) if row.number}
