"""Hotspots: Getis-Ord Gi* over cells.

For each cell, the tips of it and its neighbours are set against what as many cells of the district have on average:
J. K. Ord, A. Getis, Geographical Analysis 27 (1995) 286-306, equation 14 with weights of 1. The z of Gi* is a normal
deviate where tips are many. Where they are few it is not: among 800 cells, one single tip makes z = 10.6 around it. So a
cell stands out only if both questions are answered:

1. Is it further from the average than the cells differ among themselves? The normal tail of z.
2. Would so many, or so few, of the tips meet here if each had fallen into any cell alike? The exact binomial tail.

p is the larger of the two. Classes are by the false discovery rate over all cells (discovery.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from satark.insight.discovery import discoveries
from satark.insight.tails import binomial, normal_upper


class Heat(StrEnum):
    HOT_99 = "hot_99"
    HOT_95 = "hot_95"
    HOT_90 = "hot_90"
    NONE = "none"
    COLD_90 = "cold_90"
    COLD_95 = "cold_95"
    COLD_99 = "cold_99"

    @property
    def hot(self) -> bool:
        return self in (Heat.HOT_99, Heat.HOT_95, Heat.HOT_90)


_CLASSES = ((0.01, Heat.HOT_99, Heat.COLD_99), (0.05, Heat.HOT_95, Heat.COLD_95), (0.1, Heat.HOT_90, Heat.COLD_90))


@dataclass(frozen=True)
class Spot:
    """A cell: its tips, those of it and its neighbours, Gi* as a z, p (two-sided) and q (after all cells were asked)."""

    n: int
    around: int
    z: float
    p: float
    q: float
    heat: Heat


def hotspots(counts: Mapping[str, int], neighbours: Mapping[str, Sequence[str]]) -> dict[str, Spot]:
    """All cells of either mapping, those without a count having 0: what has no tips counts as much as what has. Neighbours
    that are no cells (beyond the outline) do not count, nor does a cell as its own neighbour."""
    cells = dict.fromkeys((*neighbours, *counts))
    numbers = {cell: counts.get(cell, 0) for cell in cells}
    hoods = [{cell, *(one for one in neighbours.get(cell, ()) if one in numbers)} for cell in cells]
    sums = [sum(numbers[one] for one in hood) for hood in hoods]
    total, spread = sum(numbers.values()), _spread(numbers.values())
    alike = [(around, len(hood)) for around, hood in zip(sums, hoods, strict=True)]
    asked = {pair: _tested(*pair, len(numbers), total, spread) for pair in set(alike)}
    tested = [asked[pair] for pair in alike]
    q_values = discoveries([p for _, p in tested])
    return {
        cell: Spot(number, around, z, p, q, _heat(z, q))
        for (cell, number), around, (z, p), q in zip(numbers.items(), sums, tested, q_values, strict=True)
    }


def new_since(now: Mapping[str, Spot], before: Mapping[str, Spot]) -> frozenset[str]:
    """The cells that are hot now and were not in the window before."""
    then = {cell for cell, spot in before.items() if spot.heat.hot}
    return frozenset(cell for cell, spot in now.items() if spot.heat.hot and cell not in then)


def _spread(numbers: Iterable[int]) -> float:
    """The standard deviation of the cells, all of them being there (divided by their number)."""
    held = list(numbers)
    return sqrt(len(held) * sum(n * n for n in held) - sum(held) ** 2) / len(held) if held else 0.0


def _tested(own: int, hood: int, cells: int, total: int, spread: float) -> tuple[float, float]:
    """z and p of `own` tips in `hood` of the `cells`. Where all cells are alike, or the hood is all there is: 0 and 1."""
    if not spread or hood == cells:
        return 0.0, 1.0
    z = (own - hood * total / cells) / (spread * sqrt((cells * hood - hood**2) / (cells - 1)))
    by_chance = binomial(total, hood / cells)
    tail = by_chance.upper(own) if z > 0 else by_chance.lower(own)
    return z, min(1.0, 2 * max(normal_upper(abs(z)), tail))


def _heat(z: float, q: float) -> Heat:
    return next((hot if z > 0 else cold for least, hot, cold in _CLASSES if q <= least), Heat.NONE)
