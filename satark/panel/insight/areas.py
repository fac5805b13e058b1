"""The index of sensitivity of station areas and of groups of villages, each opened into its parts. For officers alone: its
parts are quotients of exact numbers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from satark.insight.areas import days_of, near, of_clusters, of_stations
from satark.insight.asking import Window
from satark.insight.offices import offices_of
from satark.insight.reading import Reading
from satark.insight.sensitivity import Area, Sensitivity, sensitivity
from satark.panel.gate import Page, Work, guarded
from satark.panel.insight.asked import MONTHS, numbers_for, window_asked
from satark.panel.insight.files import MAKERS, Asked, as_file, in_order
from satark.store.clock import hour_of, now

KINDS = ("station", "cluster")
PARTS = ("rate", "trend", "seriousness", "unresolved")
COLUMNS = ("area", "score", "tips", *PARTS)
# Rows of the page; a file has them all.
MOST = 100


@dataclass(frozen=True)
class Row:
    """An area. `km` is how far its middle is from the place that it is named after, None for a station."""

    name: str
    km: float | None
    area: Area
    of: Sensitivity


SORTS: dict[str, Callable[[Row], Any]] = {
    "name": lambda row: row.name,
    "score": lambda row: row.of.score,
    "tips": lambda row: row.area.tips,
    "rate": lambda row: row.of.rate.points,
    "trend": lambda row: row.of.trend.points,
    "seriousness": lambda row: row.of.seriousness.points,
    "unresolved": lambda row: row.of.unresolved.points,
}


async def show(work: Work) -> Response:
    asked = asked_of(work)
    rows = await _rows(work, asked)
    if rows is None:
        return work.page("insight/counting.html", here="areas")
    return work.page(
        "insight/areas.html", asked=asked, rows=rows[:MOST], more=len(rows) - MOST, kinds=KINDS, months=MONTHS,
        parts=PARTS, index=work.core.pack.insight.index,
    )  # fmt: skip


def file(kind: str) -> Page:
    async def give(work: Work) -> Response:
        rows = await _rows(work, asked_of(work))
        if rows is None:
            return work.page("insight/counting.html", here="areas")
        told = [
            (
                title_of(row),
                round(row.of.score, 1),
                row.area.tips,
                *(round(getattr(row.of, one).points, 1) for one in PARTS),
            )
            for row in rows
        ]
        return await as_file(work, kind, "areas", COLUMNS, [*told])

    return give


def title_of(row: Row) -> str:
    return row.name if row.km is None else f"{row.name}, {row.km:.1f} km"


def asked_of(work: Work) -> Asked:
    window = window_asked(work)
    return Asked.of(work, KINDS, tuple(SORTS), "-score", months=window.last - window.first + 1)


async def _rows(work: Work, asked: Asked) -> list[Row] | None:
    window = window_asked(work)
    async with numbers_for(work) as of:
        if of is None:
            return None
        areas = await areas_in(of, work, asked.kind, window)
    rows = await asyncio.to_thread(indexed, work, asked.kind, areas, window)
    falling, sort = asked.sort.startswith("-"), asked.sort.removeprefix("-")
    return in_order(rows, SORTS[sort], falling=falling)


async def areas_in(of: Reading, work: Work, kind: str, window: Window) -> dict[str, Area]:
    pack = work.core.pack
    if kind == "cluster":
        return await of_clusters(of, pack, window)
    return await of_stations(of, pack, offices_of(pack, work.viewer.offices, "station"), window)


def indexed(work: Work, kind: str, areas: dict[str, Area], window: Window) -> list[Row]:
    """By name."""
    pack, hour = work.core.pack, hour_of(now())
    found = sensitivity(areas, pack.insight.index, days_of(window, hour), days_of(window.before, hour))
    if kind == "cluster":
        places = near(pack, list(areas))
        rows = [
            Row(work.names(places[key].spot.name), places[key].km, areas[key], one)
            for key, one in found.items()
            if key in places
        ]
    else:
        rows = [Row(work.full_name(key), None, areas[key], one) for key, one in found.items()]
    return sorted(rows, key=lambda row: (row.name, row.km or 0))


ROUTES = [
    guarded("/insight/areas", show),
    *(guarded(f"/insight/areas.{kind}", file(kind)) for kind in MAKERS),
]
