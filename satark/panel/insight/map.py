"""The map of hotspots, for who may open the tips that it counts.

Analysts, who may not, have no such map. A number by cell is a part of numbers that the overview tells them of: it can not
exceed that of its district or its months, and where cells that are shown reach it, what is hidden there is known to be
nothing. Suppression within the map (insight/suppression.py) does not see that, and neither a fixed window nor a coarse
resolution mends it: the overview is of all time, and each quarter of a map another part of its sums. Only as one tree,
protected together at each look, could both be told. Examples: docs/insight-methods.md.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from satark.insight.cells import outline
from satark.insight.grid import Grid, Nearby, grids
from satark.insight.hotmap import Row, hotmap, sorted_by
from satark.insight.numbers import ground, places
from satark.insight.reading import Reading
from satark.panel.atlas import Atlas, Cell, District, Station, atlas
from satark.panel.gate import Work, guarded
from satark.panel.insight.asked import numbers_for
from satark.panel.insight.map_asked import SORT, Asked
from satark.paper.sheets import Cell as Line
from satark.paper.sheets import Column, Sheet, as_csv
from satark.paper.words import words_of
from satark.store.clock import hour_of, now, start_of

# So many cells can be told apart on a page; more make it slow.
MOST = 300
COLUMNS = {"place": 40, "class": 30, "new": 8, "tips": 8, "open": 8, "z": 8, "q": 8}
Words = Mapping[str, Any]


@dataclass(frozen=True)
class Counts:
    """Tips by cell, in all and still open, of the window and of the one before; `total` with those that are in no cell."""

    n: Mapping[str, int]
    open: Mapping[str, int]
    before: Mapping[str, int]
    total: int


@dataclass(frozen=True)
class View:
    """The map, its rows, how many tips are in none of its cells, and whether there are cells beyond these."""

    drawing: Atlas
    rows: Sequence[Row]
    names: Mapping[str, str]
    off_the_map: int
    more: bool


async def show(work: Work) -> Response:
    asked = Asked.of(work)
    async with numbers_for(work) as numbers:
        counts, counted = (await _counts(numbers, asked), numbers.counted) if numbers else (None, 0)
    view = await asyncio.to_thread(_view, work, asked, counts) if counts and asked.served else None
    return work.page(
        "insight/map.html", asked=asked, view=view, counted=counted, waits=counts is None, most=MOST,
        districts=[(one, work.name(one)) for one in asked.served],
        categories=[(one.id, work.names(one.name)) for one in work.core.pack.categories],
    )  # fmt: skip


async def file(work: Work) -> Response:
    """The rows as they are asked for."""
    asked = Asked.of(work)
    async with numbers_for(work) as numbers:
        counts = await _counts(numbers, asked) if numbers else None
    body = await asyncio.to_thread(_csv, work, asked, counts)
    headers = {"Content-Disposition": 'attachment; filename="satark-map.csv"'}
    return Response(body, headers=headers, media_type="text/csv; charset=utf-8")


async def _counts(numbers: Reading, asked: Asked) -> Counts:
    """Of the districts shown: what lies elsewhere, or in a cell beyond them, is in no cell."""
    here = await ground(numbers, asked.window, asked.resolution, asked.scope)
    then = await ground(numbers, asked.window.before, asked.resolution, asked.scope)
    every = (await places(numbers, asked.window, ("district",), asked.scope)).values()
    total = sum(one.open if asked.still_open else one.total for one in every)
    which = 1 if asked.still_open else 0
    return Counts(_by_cell(here, which), _by_cell(here, 1), _by_cell(then, which), total)


def _by_cell(found: Mapping[tuple[str, str], tuple[int, int]], which: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    for (_, cell), numbers in found.items():
        counts[cell] += numbers[which]
    return counts


def _rows(grid: Grid, asked: Asked, counts: Counts) -> list[Row]:
    """All cells with tips, and all that are hot, the hottest first."""
    return sorted_by(hotmap(grid, asked.shown, counts.n, counts.open, counts.before), SORT)


def _view(work: Work, asked: Asked, counts: Counts) -> View:
    words, grid = words_of("map", work.viewer.locale), work.core.jurisdiction.of(grids)[asked.resolution]
    found = _rows(grid, asked, counts)
    rows = sorted_by(found[:MOST], asked.sort)
    names = {row.cell: _named(work, asked, words, grid.near[row.cell]) for row in rows}
    drawing = atlas(_districts(work, asked), _stations(work, asked), [_cell(words, row, names) for row in rows])
    return View(drawing, rows, names, counts.total - sum(row.n for row in found), len(found) > MOST)


def _named(work: Work, asked: Asked, words: Words, near: Nearby) -> str:
    """`3 km north of Kerakat`, with the district where there are several."""
    name = work.names(near.spot.name)
    where = words["bearings"][near.bearing].format(km=near.km, place=name) if near.bearing else name
    return f"{where} · {work.name(near.spot.district)}" if len(asked.shown) > 1 else where


def _cell(words: Words, row: Row, names: Mapping[str, str]) -> Cell:
    text = " · ".join(
        (names[row.cell], words["numbers"]["tips"].format(number=row.n), words["classes"][row.heat.value])
    )
    level = row.heat.value.replace("_", "") if row.heat.hot else "plain"
    return Cell(row.cell, [(lat, lon) for lon, lat in outline(row.cell)], level, text, row.new)


def _districts(work: Work, asked: Asked) -> list[District]:
    """Those beside them too, so that it is seen where the map ends."""
    pack = work.core.pack
    return [District(work.name(one), shape, own=one in asked.shown) for one, shape in pack.outlines.items()]


def _stations(work: Work, asked: Asked) -> Iterable[Station]:
    for spot in work.core.pack.spots:
        if spot.station and spot.district in asked.shown and spot.lat is not None and spot.lon is not None:
            yield Station(work.names(spot.name), spot.lat, spot.lon)


def _csv(work: Work, asked: Asked, counts: Counts | None) -> bytes:
    words, grid = words_of("map", work.viewer.locale), work.core.jurisdiction.of(grids)[asked.resolution]
    rows = sorted_by(_rows(grid, asked, counts), asked.sort) if counts else []
    lines: list[tuple[Line, ...]] = [
        (
            _named(work, asked, words, grid.near[row.cell]), words["classes"][row.heat.value],
            words["new"] if row.new else "", row.n, row.open, f"{row.spot.z:.2f}", f"{row.spot.q:.3f}",
        )
        for row in rows
    ]  # fmt: skip
    columns = tuple(Column(words["columns"][one], wide) for one, wide in COLUMNS.items())
    hour = start_of(hour_of(now()))
    return as_csv(Sheet(words["title"], columns, lines, by="", about=(), more="", locale=work.viewer.locale, time=hour))


ROUTES = [
    guarded("/insight/map", show),
    guarded("/insight/map.csv", file),
]
