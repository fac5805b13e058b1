"""How likely chance alone makes a count as high or as low as the one that was seen: exact tails of the usual distributions.

By hand, and not by scipy.special, which would cost each process 28 MB and each installation 140 MB for these few sums;
tests/insight/test_tails.py holds them against scipy.stats. A tail is summed from its largest term outwards, each term from
the one before it, until what follows is lost in rounding; on the near side of the mean it is what the other tail leaves.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count as counting
from math import ceil, erfc, exp, inf, lgamma, log, log1p, sqrt
from statistics import NormalDist

LOST = 1e-17
_NORMAL = NormalDist()


def normal_upper(z: float) -> float:
    """P(Z ≥ z)."""
    return erfc(z / sqrt(2)) / 2


def z_beyond(p: float) -> float:
    """The z with P(Z ≥ z) = p, for 0 < p < 1."""
    return -_NORMAL.inv_cdf(p)


@dataclass(frozen=True)
class Counts:
    """A distribution of counts. `term` is P(X = k), `ratio` is P(X = k + 1) / P(X = k)."""

    mean: float
    term: Callable[[int], float]
    ratio: Callable[[int], float]

    def upper(self, count: int) -> float:
        """P(X ≥ count)."""
        if count <= 0:
            return 1.0
        if count <= self.mean:
            return 1 - self.lower(count - 1)
        return _sum(self.term(count), map(self.ratio, counting(count)))

    def lower(self, count: int) -> float:
        """P(X ≤ count)."""
        if count < 0:
            return 0.0
        if count > self.mean:
            return 1 - self.upper(count + 1)
        return _sum(self.term(count), (1 / self.ratio(below) for below in range(count - 1, -1, -1)))

    def both(self, count: int) -> float:
        """The two-sided p: twice the smaller tail, 1 at most."""
        return min(1.0, 2 * min(self.upper(count), self.lower(count)))

    def highest(self, *rare: float) -> list[float]:
        """Between which two counts the upper tail falls to each of these p (falling, 1e-9 at least): interpolated. A count
        above it is rarer."""
        at = int(self.mean)
        tail, term = self.upper(at), self.term(at)
        while tail <= rare[0]:
            at, term = at - 1, term / self.ratio(at - 1)
            tail += term
        found = []
        for p in rare:
            while tail - term > p:
                tail, term, at = tail - term, term * self.ratio(at), at + 1
            found.append(at + (tail - p) / term)
        return found

    def lowest(self, *rare: float) -> list[float]:
        """As `highest`, for the lower tail: a count below it is rarer. Under 0 where none is."""
        at = ceil(self.mean)
        tail, term = self.lower(at), self.term(at)
        while tail <= rare[0]:
            at, term = at + 1, term * self.ratio(at)
            tail += term
        found = []
        for p in rare:
            while at > 0 and tail - term > p:
                tail, term, at = tail - term, term / self.ratio(at - 1), at - 1
            found.append(at - (tail - p) / term)
        return found


def _sum(term: float, ratios: Iterable[float]) -> float:
    total = term
    for ratio in ratios:
        if term <= total * LOST:
            break
        term *= ratio
        total += term
    return min(total, 1.0)


def certain(value: int) -> Counts:
    """What chance has no part in."""
    return Counts(value, lambda k: float(k == value), lambda _: inf)


def poisson(mean: float) -> Counts:
    if mean <= 0:
        return certain(0)
    return Counts(mean, lambda k: exp(k * log(mean) - mean - lgamma(k + 1)), lambda k: mean / (k + 1))


def binomial(trials: int, share: float) -> Counts:
    if share <= 0 or share >= 1 or trials == 0:
        return certain(trials if share >= 1 else 0)
    odds = share / (1 - share)

    def term(k: int) -> float:
        return exp(_choose(trials, k) + k * log(share) + (trials - k) * log1p(-share)) if k <= trials else 0.0

    return Counts(trials * share, term, lambda k: (trials - k) / (k + 1) * odds)


def negative_binomial(mean: float, size: float) -> Counts:
    """Poisson counts whose mean varies (gamma): variance mean + mean² / size. Poisson where size is infinite."""
    if mean <= 0 or size == inf:
        return poisson(mean)
    more = mean / (mean + size)

    def term(k: int) -> float:
        return exp(lgamma(k + size) - lgamma(size) - lgamma(k + 1) - size * log1p(mean / size) + k * log(more))

    return Counts(mean, term, lambda k: (k + size) / (k + 1) * more)


def beta_binomial(trials: int, share: float, likeness: float) -> Counts:
    """Binomial counts whose share varies (beta) with variance likeness · share · (1 − share), 0 ≤ likeness < 1."""
    if likeness <= 0 or share <= 0 or share >= 1:
        return binomial(trials, share)
    scale = 1 / likeness - 1
    a, b = share * scale, (1 - share) * scale

    def term(k: int) -> float:
        return exp(_choose(trials, k) + _beta(k + a, trials - k + b) - _beta(a, b)) if k <= trials else 0.0

    return Counts(trials * share, term, lambda k: (trials - k) * (k + a) / ((k + 1) * (trials - k - 1 + b)))


def _choose(trials: int, k: int) -> float:
    return lgamma(trials + 1) - lgamma(k + 1) - lgamma(trials - k + 1)


def _beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
