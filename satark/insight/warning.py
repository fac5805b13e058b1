"""Early warning: a category in an area that has more tips than its past and chance explain.

The newest week, and the newest four together so that a slow rise is seen too, are set against half a year before them.
What to expect is a negative binomial, after C. P. Farrington and others, Journal of the Royal Statistical Society A 159
(1996) 547-563, and A. Noufaily and others, Statistics in Medicine 32 (2013) 1206-1222: its mean is that of the past (by
season, where seasons are known), its variance that of the past beyond Poisson (of this series or of all, whichever is
more) and what the mean itself may be wrong by. As there, nothing is said of fewer than five tips in four weeks. p is of
both looks (Bonferroni), and over all series at once the false discovery rate holds (discovery.py): if nothing happens
anywhere, at most one week in twenty brings any alarm at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TypeVar

from satark.insight.discovery import discoveries
from satark.insight.tails import negative_binomial

Key = TypeVar("Key")
LOOKS = (1, 4)
"""Weeks that are taken together."""
GAP, PAST = 4, 26
"""The newest weeks, which are no past, and how many there are at most before them."""
LEAST_PAST = 12
LEAST_TIPS = 5
MOST_FALSE = 0.05


@dataclass(frozen=True)
class Alarm:
    """In the newest `weeks` there were `observed` tips where `expected` were to be. `p` is how often chance alone would do
    it in one series, `q` the false discovery rate over all that were looked at."""

    weeks: int
    observed: int
    expected: float
    p: float
    q: float

    @property
    def times(self) -> float:
        return self.observed / self.expected

    @property
    def once_in_weeks(self) -> int:
        """In how many weeks chance alone would bring one like it, in one series."""
        return round(1 / self.p) if self.p > 1e-9 else 1_000_000_000


@dataclass(frozen=True)
class _Series:
    """The newest weeks with their levels, and of the past the mean (of a week at level 1), the sum of its levels, and its
    variance over that of Poisson."""

    newest: Sequence[int]
    levels: Sequence[float]
    mean: float
    past: float
    over: float


def alarms(weekly: Mapping[Key, Sequence[int]], levels: Sequence[float] | None = None) -> dict[Key, Alarm]:
    """`weekly` are tips by whole weeks, oldest first, of each series; the newest is the one that is asked about. `levels`
    says how many times the usual each of those weeks has by its season (seasons.expected_days / 7), for the newest week
    last; 1 where not given. A series of fewer than 16 weeks is not looked at, and fewer tips than five in four weeks are
    no alarm. Those that stand out, the least likely first."""
    series = {key: _series(weeks, levels) for key, weeks in weekly.items() if len(weeks) >= GAP + LEAST_PAST}
    common = fmean(one.over for one in series.values()) if series else 1.0
    looked = {key: _looked(one, max(1.0, common, one.over)) for key, one in series.items()}
    q_values = discoveries([one.p for one in looked.values()])
    found = {key: replace(one, q=q) for (key, one), q in zip(looked.items(), q_values, strict=True) if q <= MOST_FALSE}
    return dict(sorted(found.items(), key=lambda pair: pair[1].p))


def _series(weeks: Sequence[int], levels: Sequence[float] | None) -> _Series:
    own = levels[-len(weeks) :] if levels else [1.0] * len(weeks)
    past, usual = weeks[:-GAP][-PAST:], own[:-GAP][-PAST:]
    mean = (sum(past) + 0.5) / sum(usual)
    pearson = sum((n - mean * level) ** 2 / (mean * level) for n, level in zip(past, usual, strict=True))
    return _Series(weeks[-GAP:], own[-GAP:], mean, sum(usual), pearson / (len(past) - 1))


def _looked(series: _Series, over: float) -> Alarm:
    """The look that is the less likely of the two. A series varies as much as all do on average, or more."""
    best = min((_look(series, over, weeks) for weeks in LOOKS), key=lambda look: look.p)
    return replace(best, p=min(1.0, len(LOOKS) * best.p) if sum(series.newest) >= LEAST_TIPS else 1.0)


def _look(series: _Series, over: float, weeks: int) -> Alarm:
    """Variance of what is to come: that of the counts, `over` times Poisson, and that of the mean of the past."""
    observed, level = sum(series.newest[-weeks:]), sum(series.levels[-weeks:])
    expected, beyond = series.mean * level, over * (1 + level / series.past) - 1
    p = negative_binomial(expected, expected / beyond).upper(observed)
    return Alarm(weeks, observed, expected, p, p)
