"""The seasons of a year, from the months of earlier years.

The classical decomposition by ratio to moving average (M. G. Kendall, A. Stuart, The Advanced Theory of Statistics 3, 46.35;
R. J. Hyndman, G. Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., 3.4): each month is set against the mean of
the twelve months around it, so that growth is not taken for a season. It needs two whole years at least.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from satark.insight.periods import Period

YEAR = 12
LEAST_MONTHS = 2 * YEAR
AVERAGE = 20
"""So many tips of an average month are added to each: with few tips, the season is near to none."""

Seasons = Mapping[int, float]
"""By month (1 to 12) how many times the tips of an average month there are."""

NONE: Seasons = dict.fromkeys(range(1, YEAR + 1), 1.0)


def seasons(monthly: Sequence[int], first: int) -> Seasons | None:
    """From whole months without a gap, oldest first; `first` is the month (1 to 12) of the first. None where there are too
    few months, or no tips, to know."""
    if len(monthly) < LEAST_MONTHS or not sum(monthly):
        return None
    seen, usual = dict.fromkeys(NONE, float(AVERAGE)), dict.fromkeys(NONE, float(AVERAGE))
    for at in range(YEAR // 2, len(monthly) - YEAR // 2):
        month = (first - 1 + at) % YEAR + 1
        seen[month] += monthly[at]
        usual[month] += _around(monthly, at)
    ratios = {month: seen[month] / usual[month] for month in NONE}
    mean = sum(ratios.values()) / YEAR
    return {month: ratio / mean for month, ratio in ratios.items()}


def _around(monthly: Sequence[int], at: int) -> float:
    """The mean of the year around a month; the two months at its ends are one and the same, and count by half."""
    half = YEAR // 2
    return (sum(monthly[at - half : at + half + 1]) - (monthly[at - half] + monthly[at + half]) / 2) / YEAR


def expected_days(period: Period, known: Seasons | None) -> float:
    """The days of a period, each counting as much as its month has tips: by this, periods are compared."""
    months = [(period.first + timedelta(day)).month for day in range(period.days)]
    return sum((known or NONE)[month] for month in months)
