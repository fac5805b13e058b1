"""The cells of a jurisdiction, with those around each, and where each is in words that people use (pure).

Nobody knows a place by its H3 index, so a cell is named by the known place or station nearest to its middle.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import atan2, cos, hypot, pi, radians

from shapely import STRtree, points

from satark.insight.cells import RESOLUTIONS, cells_of, centre, neighbours
from satark.routing.pack import Pack, Spot
from satark.routing.places import KM_PER_DEGREE

BEARINGS = ("e", "ne", "n", "nw", "w", "sw", "s", "se")
# Closer to the middle of a cell than this share of the way to its neighbour, a place stands for the cell itself.
INSIDE = 0.5


@dataclass(frozen=True)
class Nearby:
    """The nearest named place. `km` and `bearing` lead from it to the middle of the cell; 0 and "" where it lies inside."""

    spot: Spot
    km: int
    bearing: str


@dataclass(frozen=True)
class Grid:
    """Cells of one resolution: those of each district, those around each, and what each is near to."""

    districts: Mapping[str, frozenset[str]]
    around: Mapping[str, tuple[str, ...]]
    near: Mapping[str, Nearby]

    def cells(self, districts: Iterable[str]) -> frozenset[str]:
        return frozenset[str]().union(*(self.districts.get(one, frozenset()) for one in districts))


def grids(pack: Pack) -> dict[int, Grid]:
    """By resolution. It takes a quarter of a second, so it is made once for each pack, and not on the event loop."""
    return {resolution: _grid(pack, resolution) for resolution in RESOLUTIONS}


def _grid(pack: Pack, resolution: int) -> Grid:
    districts = cells_of(pack, resolution)
    cells = sorted(frozenset[str]().union(*districts.values()))
    around = {cell: tuple(sorted(neighbours(cell))) for cell in cells}
    return Grid(districts, around, _near(pack, cells, around))


def _near(pack: Pack, cells: list[str], around: Mapping[str, tuple[str, ...]]) -> dict[str, Nearby]:
    spots = [one for one in pack.spots if one.lat is not None and one.lon is not None and (one.station or one.precise)]
    if not spots or not cells:
        return {}
    wide = cos(radians(spots[0].lat or 0.0))
    tree = STRtree(points([((one.lon or 0.0) * wide, one.lat or 0.0) for one in spots]))
    middles = [centre(cell) for cell in cells]
    nearest = tree.nearest(points([(lon * wide, lat) for lat, lon in middles]))
    reach = INSIDE * _km(middles[0], centre(around[cells[0]][0]), wide)
    return {
        cell: _from(spots[at], middle, wide, reach) for cell, middle, at in zip(cells, middles, nearest, strict=True)
    }


def _from(spot: Spot, middle: tuple[float, float], wide: float, reach: float) -> Nearby:
    start = spot.lat or 0.0, spot.lon or 0.0
    km = _km(start, middle, wide)
    if km <= reach:
        return Nearby(spot, 0, "")
    turn = atan2(middle[0] - start[0], (middle[1] - start[1]) * wide)
    return Nearby(spot, round(km), BEARINGS[round(turn / (pi / 4)) % 8])


def _km(one: tuple[float, float], other: tuple[float, float], wide: float) -> float:
    return hypot(other[0] - one[0], (other[1] - one[1]) * wide) * KM_PER_DEGREE
