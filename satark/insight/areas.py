"""What the index of sensitivity is made of (sensitivity.py), by station and by cell of the map, read off what is kept."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import cos, radians
from typing import NamedTuple

import numpy as np
import shapely

from satark.insight.asking import Scope, Window
from satark.insight.cells import centre, parent_of
from satark.insight.numbers import places
from satark.insight.reading import Reading
from satark.insight.sensitivity import LEAST_WEIGHT, Area
from satark.insight.sums import sums
from satark.routing.pack import Pack, Spot
from satark.routing.places import KM_PER_DEGREE
from satark.store.tallies import CellTally
from satark.tips.tallies.calendar import first_hour

CLUSTER = 6
"""The resolution of cells that are a few villages each, of some 36 km²."""
Counted = tuple[str, str, int, int]


class Near(NamedTuple):
    """The place nearest to a cell's middle, and how far it is."""

    spot: Spot
    km: float


async def of_stations(of: Reading, pack: Pack, stations: Sequence[str], window: Window) -> dict[str, Area]:
    """Each of these, with tips or without."""
    found = await places(of, window, ("station", "category"))
    earlier = await places(of, window.before, ("station",))
    counted = [(station, category, one.total, one.open) for (station, category), one in found.items()]
    before = {station: one.total for (station,), one in earlier.items()}
    return areas_of(pack, stations, counted, before)


async def of_clusters(of: Reading, pack: Pack, window: Window) -> dict[str, Area]:
    """The cells from which a tip came in this window or the one before."""
    found = await sums(of, CellTally, ("cell", "category"), window, Scope())
    earlier = await sums(of, CellTally, ("cell",), window.before, Scope(), category="")
    counted = [
        (parent_of(cell, CLUSTER), category, n, still) for (cell, category), (n, still) in found.items() if category
    ]
    before: Counter[str] = Counter()
    for (cell,), (n, _) in earlier.items():
        before[parent_of(cell, CLUSTER)] += n
    return areas_of(pack, sorted({*before, *(cell for cell, *_ in counted)}), counted, before)


def areas_of(pack: Pack, keys: Sequence[str], counted: Iterable[Counted], before: Mapping[str, int]) -> dict[str, Area]:
    """`counted` are area, category, tips, and how many of them are open. Areas are as large as their people are many, where
    that is known of each."""
    weights = {one.id: one.weight for one in pack.categories}
    tips, unresolved, serious = Counter[str](), Counter[str](), Counter[str]()
    for key, category, n, still in counted:
        tips[key] += n
        unresolved[key] += still
        serious[key] += n * weights.get(category, LEAST_WEIGHT)
    people = pack.insight.population.people
    sizes = (
        {key: float(people[key]) for key in keys} if all(key in people for key in keys) else dict.fromkeys(keys, 1.0)
    )
    return {key: Area(tips[key], before.get(key, 0), serious[key], unresolved[key], sizes[key]) for key in keys}


def days_of(window: Window, hour: int) -> float:
    """Of its months, up to an hour since 1970."""
    return (min(first_hour(window.last + 1), hour + 1) - first_hour(window.first)) / 24


def near(pack: Pack, cells: Sequence[str]) -> dict[str, Near]:
    """By cell the nearest named point of the pack, none where it has no points."""
    spots = [spot for spot in pack.spots if spot.lat is not None and spot.lon is not None]
    if not spots or not cells:
        return {}
    wide = cos(radians(spots[0].lat or 0.0))
    points = shapely.points(np.array([((spot.lon or 0.0) * wide, spot.lat or 0.0) for spot in spots]))
    middles = shapely.points(np.array([(lon * wide, lat) for lat, lon in map(centre, cells)]))
    at, far = shapely.STRtree(points).query_nearest(middles, return_distance=True, all_matches=False)
    return {cells[cell]: Near(spots[spot], km * KM_PER_DEGREE) for (cell, spot), km in zip(at.T, far, strict=True)}
