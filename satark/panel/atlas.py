"""A map as shapes of a drawing 1,000 units wide: districts, stations and the cells of hotspots, north up.

Degrees become lengths by one factor each way (equirectangular, true at the middle): over a range of 200 km the error is
below the width of a line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import NamedTuple

from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

WIDTH = 1000.0
# Of the frame around the districts, and how far an outline may be off: less than half a pixel on a desk's screen.
MARGIN = 20.0
DETAIL = 0.4

Point = tuple[float, float]


class District(NamedTuple):
    """`outline` in WGS84 degrees, (longitude, latitude) as shapely has it. The map shows what is `own`; others, as far
    as they lie in the frame, are its surroundings."""

    name: str
    outline: BaseGeometry
    own: bool = True


class Station(NamedTuple):
    """`lat` and `lon` in WGS84 degrees."""

    name: str
    lat: float
    lon: float


class Cell(NamedTuple):
    """`row` is the id of the row of the table that tells of this cell; `ring` its corners as (latitude, longitude) in
    WGS84 degrees, as h3 gives them. `level` is hot99, hot95, hot90 or plain; `text` is read out."""

    row: str
    ring: Sequence[Point]
    level: str
    text: str
    new: bool = False


@dataclass(frozen=True)
class Shape:
    """`path` as SVG writes it, `x` and `y` a point inside."""

    path: str
    x: float
    y: float
    of: District | Cell


@dataclass(frozen=True)
class Mark:
    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Atlas:
    height: float
    own: tuple[Shape, ...]
    beside: tuple[Shape, ...]
    cells: tuple[Shape, ...]
    stations: tuple[Mark, ...]
    width: float = WIDTH


@dataclass(frozen=True)
class _Frame:
    """Degrees of the west and north edge, units a degree each way."""

    west: float
    north: float
    across: float
    down: float

    def at(self, lat: float, lon: float) -> Point:
        return (lon - self.west) * self.across + MARGIN, (self.north - lat) * self.down + MARGIN

    def drawn(self, outline: BaseGeometry) -> BaseGeometry:
        x, y = self.at(0.0, 0.0)
        return affine_transform(outline, [self.across, 0, 0, -self.down, x, y]).simplify(DETAIL)


def atlas(districts: Sequence[District], stations: Iterable[Station], cells: Iterable[Cell]) -> Atlas:
    """The map of the districts that are `own`, of which there is one at least."""
    frame, height = _frame([one.outline for one in districts if one.own])
    shapes = [_area(frame, one) for one in districts]
    return Atlas(
        height,
        own=tuple(shape for shape, one in zip(shapes, districts, strict=True) if one.own),
        beside=tuple(shape for shape, one in zip(shapes, districts, strict=True) if not one.own),
        cells=tuple(_cell(frame, one) for one in cells),
        stations=tuple(Mark(one.name, *_rounded(frame.at(one.lat, one.lon))) for one in stations),
    )


def _frame(outlines: Sequence[BaseGeometry]) -> tuple[_Frame, float]:
    bounds = [outline.bounds for outline in outlines]
    west, south = min(one[0] for one in bounds), min(one[1] for one in bounds)
    east, north = max(one[2] for one in bounds), max(one[3] for one in bounds)
    across = (WIDTH - 2 * MARGIN) / (east - west)
    down = across / cos(radians((south + north) / 2))
    return _Frame(west, north, across, down), round((north - south) * down + 2 * MARGIN, 1)


def _area(frame: _Frame, district: District) -> Shape:
    outline = frame.drawn(district.outline)
    parts = getattr(outline, "geoms", [outline])
    rings = [ring.coords for part in parts for ring in (part.exterior, *part.interiors)]
    inside = outline.representative_point()
    return Shape("".join(_path(ring) for ring in rings), *_rounded((inside.x, inside.y)), district)


def _cell(frame: _Frame, cell: Cell) -> Shape:
    corners = [frame.at(lat, lon) for lat, lon in cell.ring]
    middle = sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)
    return Shape(_path(corners), *_rounded(middle), cell)


def _path(ring: Iterable[Sequence[float]]) -> str:
    corners = (_rounded((corner[0], corner[1])) for corner in ring)
    return f"M{' '.join(f'{x:g},{y:g}' for x, y in corners)}Z"


def _rounded(point: Point) -> Point:
    return round(point[0], 1), round(point[1], 1)
