"""Stations, circles and districts beside each other.

For officers alone, with the exact numbers of what they may open. Analysts have no such page: the overview gives them all
tips ever, station by station, and a table of some months beside it would be taken from that. A station of 10 tips, 9 of
them in the quarters shown, has one tip in all other months: a number under 3, worked out. Both would have to be protected
together, as one tree of numbers, for every window that was ever shown.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from satark.insight.asking import Window
from satark.insight.comparison import Compared, Comparison, compare
from satark.insight.funnel import Funnel, Placed
from satark.insight.offices import Offices, offices, offices_of
from satark.insight.reading import Reading
from satark.panel.gate import Page, Work, guarded
from satark.panel.insight.asked import MONTHS, numbers_for, scope_asked, window_asked
from satark.panel.insight.files import MAKERS, Asked, as_file, in_order
from satark.paper.sheets import Cell
from satark.store.clock import hour_of, now
from satark.tips.life import Outcome

KINDS = ("station", "circle", "district")
MEASURES = ("acted", "backlog", "again", "per_100k")
ENDS = (Outcome.ACTED, Outcome.UNFOUNDED, Outcome.REFERRED)
# Of points from which a line of the funnel is drawn: close where it is steep.
STEPS = 24
COLUMNS = (
    "office", "tips", "per_100k", "median", "ninetieth", "acted", "standing", "backlog", "again",
    "ended_acted", "ended_unfounded", "ended_referred",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """An office, what is known of it, and its tips of the newest twelve months."""

    name: str
    of: Compared
    monthly: Sequence[int]


SORTS: dict[str, Callable[[Row], Any]] = {
    "name": lambda row: row.name,
    "tips": lambda row: row.of.record.tips,
    "per_100k": lambda row: row.of.per_100k and row.of.per_100k.value,
    "median": lambda row: row.of.median,
    "ninetieth": lambda row: row.of.ninetieth,
    "acted": lambda row: row.of.acted and row.of.acted.value,
    "backlog": lambda row: row.of.backlog and row.of.backlog.value,
    "again": lambda row: row.of.again and row.of.again.value,
}


@dataclass(frozen=True)
class Beside:
    """All that the page and its files show."""

    rows: list[Row]
    comparison: Comparison
    elsewhere: int


async def show(work: Work) -> Response:
    asked, kinds = asked_of(work), kinds_of(work)
    found = await _beside(work, asked)
    if found is None:
        return work.page("insight/counting.html", here="stations")
    funnel: Funnel = getattr(found.comparison, asked.measure)
    limits = await asyncio.to_thread(limits_of, funnel)
    return work.page(
        "insight/stations.html", asked=asked, found=found, kinds=kinds, months=MONTHS, limits=limits, ends=ENDS,
        categories=work.core.pack.categories, measures=measures_of(found), times=not asked.category,
    )  # fmt: skip


def file(kind: str) -> Page:
    async def give(work: Work) -> Response:
        found = await _beside(work, asked_of(work))
        if found is None:
            return work.page("insight/counting.html", here="stations")
        return await as_file(work, kind, "stations", COLUMNS, [cells_of(row) for row in found.rows])

    return give


def kinds_of(work: Work) -> list[str]:
    """The kinds of which an officer has some."""
    return [kind for kind in KINDS if offices_of(work.core.pack, work.viewer.offices, kind)] or ["station"]


def asked_of(work: Work) -> Asked:
    window, measure = window_asked(work), work.request.query_params.get("measure", "")
    return Asked.of(
        work, kinds_of(work), tuple(SORTS), "-tips", months=window.last - window.first + 1,
        measure=measure if measure in MEASURES else MEASURES[0], category=scope_asked(work).category,
    )  # fmt: skip


async def _beside(work: Work, asked: Asked) -> Beside | None:
    async with numbers_for(work) as of:
        return await beside(of, work, asked, window_asked(work)) if of else None


async def beside(of: Reading, work: Work, asked: Asked, window: Window) -> Beside:
    pack, year = work.core.pack, Window.until(hour_of(now()))
    known = offices_of(pack, work.viewer.offices, asked.kind)
    found = await offices(of, pack, known, asked.kind, window, year, asked.category)
    comparison = await asyncio.to_thread(compare, found.records)
    rows = rows_of(found, comparison, work.name if asked.kind == "district" else work.full_name)
    falling, sort = asked.sort.startswith("-"), asked.sort.removeprefix("-")
    return Beside(in_order(rows, SORTS[sort], falling=falling), comparison, found.elsewhere)


def rows_of(found: Offices, comparison: Comparison, name: Callable[[str], str]) -> list[Row]:
    """By name."""
    rows = [Row(name(office), one, found.monthly[office]) for office, one in comparison.offices.items()]
    return sorted(rows, key=lambda row: row.name)


def measures_of(found: Beside) -> list[str]:
    return [one for one in MEASURES if one != "per_100k" or found.comparison.per_100k.offices]


def limits_of(funnel: Funnel) -> dict[str, Any]:
    """The lines of its chart, in percent where it is of shares."""
    most = max((one.size for one in funnel.offices.values()), default=0)
    times = 100 if funnel.kind == "share" else 1
    sizes = sorted({max(1.0, float(round(most * (at / STEPS) ** 2))) for at in range(1, STEPS + 1)}) if most else []
    known = [(size, funnel.limits(size)) for size in sizes]

    def side(name: str) -> list[list[float]]:
        return [[size, round(getattr(one, name) * times, 1)] for size, one in known]

    return {
        "target": round(funnel.target * times, 1),
        "lines": [
            {"name": "95 %", "low": side("low"), "high": side("high")},
            {"name": "99.8 %", "low": side("very_low"), "high": side("very_high")},
        ],
    }


def cells_of(row: Row) -> tuple[Cell | None, ...]:
    one = row.of
    return (
        row.name, one.record.tips, round(one.per_100k.value, 1) if one.per_100k else None, _hours(one.median),
        _hours(one.ninetieth), _percent(one.acted), one.acted.standing if one.acted else None, _percent(one.backlog),
        _percent(one.again), *(one.record.outcomes.get(end, 0) for end in ENDS),
    )  # fmt: skip


def _hours(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _percent(placed: Placed | None) -> float | None:
    return round(100 * placed.value, 1) if placed else None


ROUTES = [
    guarded("/insight/stations", show),
    *(guarded(f"/insight/stations.{kind}", file(kind)) for kind in MAKERS),
]
