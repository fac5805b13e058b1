"""The index of sensitivity of an area, 0 to 100, and the parts that it is the sum of.

Four parts, each from 0 to 1: the rate of tips, its trend, how serious their categories are, and which share is unresolved.
The first two are set against the average of all areas (or the window before): 1/2 is average, 2/3 is twice as much, 3/4
three times. To each area some tips of the average are added (`average`, in the pack): an area with two tips stays near the
average, one with two hundred hardly moves. That is the estimate of D. Clayton, J. Kaldor, Biometrics 43 (1987) 671-681,
with the strength of their gamma prior fixed, so that a number can be checked with pencil and paper. The index is the mean of
the parts by the weights of the pack. More of any part never makes it less.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from satark.routing.pack import Index

LEAST_WEIGHT, MOST_WEIGHT = 1, 5
"""The seriousness of a category, in the pack."""


@dataclass(frozen=True)
class Area:
    """What is known of an area. `size` is what its tips come from (people, or 1 where that is known of no area), `before`
    the tips of an earlier window, `seriousness` the sum of the weights of its tips' categories (1 to 5 each), and
    `unresolved` how many of its tips are."""

    tips: int
    before: int
    seriousness: int
    unresolved: int
    size: float = 1.0


@dataclass(frozen=True)
class Part:
    """`raw` is the part as it is (None where an area has no tips to tell), `drawn` with the tips of the average added,
    `normal` from 0 to 1, `points` what it gives to the index of 100."""

    raw: float | None
    drawn: float
    normal: float
    weight: float
    points: float


@dataclass(frozen=True)
class Sensitivity:
    """`rate` is over that of all areas, `trend` over the window before, `seriousness` is a mean weight, and `unresolved` a
    share."""

    score: float
    rate: Part
    trend: Part
    seriousness: Part
    unresolved: Part


@dataclass(frozen=True)
class _Usual:
    """All areas together."""

    rate: float
    seriousness: float
    unresolved: float


def sensitivity(
    areas: Mapping[str, Area], index: Index, days: float = 1.0, days_before: float = 1.0
) -> dict[str, Sensitivity]:
    """For areas of one kind. `days` are those of the window and of the one before, or their sums by season (seasons.py)."""
    usual = _usual(list(areas.values()))
    return {key: _of(area, usual, index, days / days_before) for key, area in areas.items()}


def _usual(areas: list[Area]) -> _Usual:
    tips, size = sum(area.tips for area in areas), sum(area.size for area in areas)
    return _Usual(
        rate=tips / size if size else 0.0,
        seriousness=sum(area.seriousness for area in areas) / tips if tips else float(LEAST_WEIGHT),
        unresolved=sum(area.unresolved for area in areas) / tips if tips else 0.0,
    )


def _of(area: Area, usual: _Usual, index: Index, longer: float) -> Sensitivity:
    weights, added = index.weights, index.average
    whole = weights.rate + weights.trend + weights.seriousness + weights.unresolved

    def part(above: float, below: float, average: float, normal: Callable[[float], float], weight: float) -> Part:
        drawn = (above + added * average) / (below + added)
        raw = above / below if below else None
        return Part(raw, drawn, normal(drawn), weight, 100 * normal(drawn) * weight / whole)

    parts = (
        part(area.tips, usual.rate * area.size, 1, _of_times, weights.rate),
        part(area.tips, area.before * longer, 1, _of_times, weights.trend),
        part(area.seriousness, area.tips, usual.seriousness, _of_weight, weights.seriousness),
        part(area.unresolved, area.tips, usual.unresolved, float, weights.unresolved),
    )
    return Sensitivity(sum(one.points for one in parts), *parts)


def _of_times(ratio: float) -> float:
    """Half for the average, two thirds for twice as much, near to 1 for very many times."""
    return ratio / (1 + ratio)


def _of_weight(mean: float) -> float:
    return (mean - LEAST_WEIGHT) / (MOST_WEIGHT - LEAST_WEIGHT)
