"""Funnel limits: how far from all others a small office may be by chance alone.

D. J. Spiegelhalter, Statistics in Medicine 24 (2005) 1185-1202: offices are set against the rate of all of them, within
limits that 95 % and 99.8 % of such offices keep to if chance alone makes them differ; the fewer tips an office has, the
wider. Limits are exact (binomial for shares, Poisson for rates), between two counts interpolated as in his appendix A.1,
on both sides by the tail beyond the count.

Offices differ for reasons that nobody measured, too. Where they do so by more than chance, that spread is estimated (the
random effects of his section 4; its size after DerSimonian and Laird, a tenth at each end being drawn in: Spiegelhalter,
Quality and Safety in Health Care 14 (2005) 347-351) and the limits are those of the beta-binomial and the negative
binomial: none is shamed for what is common to many.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf, sqrt

from satark.insight.tails import Counts, beta_binomial, negative_binomial

RARE, VERY_RARE = 0.025, 0.001
"""On each side: 95 % and 99.8 % lie between."""
LEAST_OFFICES = 10
"""With fewer, a spread cannot be told from chance, and is taken for none."""
DRAWN_IN = 0.1
LEFT = 0.679
"""What drawing in a tenth at each end leaves of the variance of a normal distribution; made up for."""
MOST_LIKE = 0.9
"""At 1, all tips of an office would have one fate."""


class Standing(StrEnum):
    MUCH_LOWER = "much_lower"
    LOWER = "lower"
    EXPECTED = "expected"
    HIGHER = "higher"
    MUCH_HIGHER = "much_higher"


@dataclass(frozen=True)
class Limits:
    """In the unit of the funnel, from the bottom up; 0 where no number is low enough to be rare."""

    very_low: float
    low: float
    high: float
    very_high: float


@dataclass(frozen=True)
class Placed:
    """An office in the funnel. `size` is what its number is out of: tips, or people."""

    value: float
    size: float
    limits: Limits
    standing: Standing


@dataclass(frozen=True)
class Funnel:
    """`target` is the share or rate of all offices together. `spread` is how far they differ beyond chance: the standard
    deviation of true shares, or of true rates over the target. Offices without a size are not in `offices`."""

    kind: str
    target: float
    spread: float
    offices: Mapping[str, Placed]

    def limits(self, size: float) -> Limits:
        """For the lines of a chart: the limits of an office of this size."""
        return _placed(self, 0, size).limits


def shares(numbers: Mapping[str, tuple[int, int]]) -> Funnel:
    """By office how many out of how many: acted upon of all tips, say."""
    return _funnel("share", numbers)


def rates(numbers: Mapping[str, tuple[int, float]]) -> Funnel:
    """By office how many in what they come from: tips of so many people, or in so many days."""
    return _funnel("rate", numbers)


def _funnel(kind: str, numbers: Mapping[str, tuple[int, float]]) -> Funnel:
    held = {office: pair for office, pair in numbers.items() if pair[1] > 0}
    whole = sum(size for _, size in held.values())
    target = sum(count for count, _ in held.values()) / whole if whole else 0.0
    bare = Funnel(kind, target, _spread(kind, target, list(held.values())), {})
    placed = {office: _placed(bare, count, size) for office, (count, size) in held.items()}
    return Funnel(kind, target, bare.spread, placed)


def _chance(funnel: Funnel, size: float) -> Counts:
    """The counts of an office of this size that is like the others."""
    if funnel.kind == "share":
        among = funnel.target * (1 - funnel.target)
        likeness = min(MOST_LIKE, funnel.spread**2 / among) if among else 0.0
        return beta_binomial(int(size), funnel.target, likeness)
    return negative_binomial(funnel.target * size, 1 / funnel.spread**2 if funnel.spread else inf)


def _placed(funnel: Funnel, count: int, size: float) -> Placed:
    chance = _chance(funnel, size)
    edges = (*reversed(chance.lowest(RARE, VERY_RARE)), *chance.highest(RARE, VERY_RARE))
    return Placed(count / size, size, _drawn(funnel.kind, edges, size), _standing(count, edges))


def _drawn(kind: str, edges: Sequence[float], size: float) -> Limits:
    most = 1.0 if kind == "share" else inf
    return Limits(*(min(most, max(0.0, edge / size)) for edge in edges))


def _standing(count: int, edges: Sequence[float]) -> Standing:
    very_low, low, high, very_high = edges
    if count < low:
        return Standing.MUCH_LOWER if count < very_low else Standing.LOWER
    if count > high:
        return Standing.MUCH_HIGHER if count > very_high else Standing.HIGHER
    return Standing.EXPECTED


def _spread(kind: str, target: float, numbers: Sequence[tuple[int, float]]) -> float:
    """The standard deviation of what is not chance, 0 where there is no sign of it."""
    if len(numbers) < LEAST_OFFICES or target <= 0 or (kind == "share" and target >= 1):
        return 0.0
    scale = target * (1 - target) if kind == "share" else 1 / target
    unit = 1.0 if kind == "share" else target
    weights = [size / scale for _, size in numbers]
    deviates = [(count / size - target) / unit * sqrt(w) for (count, size), w in zip(numbers, weights, strict=True)]
    excess = sum(z * z for z in _drawn_in(deviates)) / LEFT - (len(numbers) - 1)
    room = sum(weights) - sum(w * w for w in weights) / sum(weights)
    return sqrt(max(0.0, excess / room)) if room > 0 else 0.0


def _drawn_in(deviates: Sequence[float]) -> list[float]:
    """The tenth at each end is drawn in to the next, so that the office that stands out does not hide itself."""
    order, cut = sorted(deviates), int(len(deviates) * DRAWN_IN)
    return [min(max(one, order[cut]), order[-1 - cut]) for one in order]
