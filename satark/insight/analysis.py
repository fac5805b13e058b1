"""A week or month against the one before and the same one a year before.

Numbers are those of one reading, read off the days and months that are kept (numbers.py); how they are compared is in
periods.py, seasons.py and trends.py.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest

from satark.insight.asking import Window
from satark.insight.numbers import days, places
from satark.insight.periods import Kind, Period, Periods, periods
from satark.insight.reading import Reading
from satark.insight.seasons import Seasons, expected_days, seasons
from satark.insight.trends import Change, Ranked, change, ranked
from satark.tips.tallies.calendar import month_of_day

EPOCH = date(1970, 1, 1)
SEASON_MONTHS = 60
"""Of so many months, the newest, seasons are learnt: what was usual before may not be so any more."""
CATEGORY, DISTRICT, BOTH = (2,), (1,), (1, 2)

Key = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """What came of a kind, of a district, or of both: `ranked` is against the period before, `year` against that of a year
    before, None where there were no numbers yet."""

    key: Key
    ranked: Ranked
    year: Change | None


@dataclass(frozen=True)
class Day:
    """The tips of a day, and of those at the same place of the period before and of that of a year before; None where one
    has no such day, or there were no numbers yet."""

    day: date
    now: int | None
    before: int | None
    year_before: int | None


@dataclass(frozen=True)
class Analysis:
    """Keys are (category,), (district,), and (district, category), "" being one that is not known; what changed most is
    first. `days` are as many as the longest period has. `seasonal`: seasons are known, and taken into account."""

    kind: Kind
    periods: Periods
    total: Change
    year: Change | None
    by_category: Sequence[Row]
    by_district: Sequence[Row]
    by_both: Sequence[Row]
    days: Sequence[Day]
    seasonal: bool


@dataclass(frozen=True)
class _Counted:
    """The tips of a period by day, district and category, and its days as they count (seasons.expected_days)."""

    period: Period
    tips: Counter[tuple[object, ...]]
    weight: float

    def by(self, parts: Sequence[int]) -> Counter[Key]:
        found: Counter[Key] = Counter()
        for key, n in self.tips.items():
            found[tuple(str(key[part]) for part in parts)] += n
        return found

    def by_day(self) -> list[int]:
        found: Counter[object] = Counter()
        for (day, *_), n in self.tips.items():
            found[day] += n
        first = day_number(self.period.first)
        return [found[first + at] for at in range(self.period.days)]


async def analysis(of: Reading, kind: Kind, today: int) -> Analysis:
    """Of the week or month of `today` (days since 1970, in India) as far as it is over: see periods.periods."""
    spans = periods(kind, EPOCH + timedelta(today))
    monthly = await months_before(of, day_number(spans.now.first))
    known = seasons(list(monthly.values()), min(monthly, default=0) % 12 + 1)
    now, before = await _count(of, spans.now, known), await _count(of, spans.before, known)
    reached = month_of_day(day_number(spans.year_before.first)) in monthly
    back = await _count(of, spans.year_before, known) if reached else None
    return Analysis(
        kind=kind,
        periods=spans,
        total=_change(now, before),
        year=_change(now, back) if back else None,
        by_category=_rows(now, before, back, CATEGORY),
        by_district=_rows(now, before, back, DISTRICT),
        by_both=_rows(now, before, back, BOTH),
        days=_days(now, before, back),
        seasonal=known is not None,
    )


async def months_before(of: Reading, day: int) -> dict[int, int]:
    """How many tips each whole month before that of a day had: without a gap, from the first that had any."""
    last = month_of_day(day) - 1
    found = await places(of, Window(last - SEASON_MONTHS + 1, last), ("month",))
    first = min((month for (month,) in found), default=last + 1)
    return {month: found[month,].total if (month,) in found else 0 for month in range(first, last + 1)}


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days


def hour_within(day: date) -> int:
    """An hour since 1970 of a day, for the filters that say days and months."""
    return day_number(day) * 24


async def _count(of: Reading, period: Period, known: Seasons | None) -> _Counted:
    first, last = day_number(period.first), day_number(period.after) - 1
    tips = await days(of, first, last, ("day", "district", "category"))
    return _Counted(period, tips, expected_days(period, known))


def _change(now: _Counted, other: _Counted) -> Change:
    return change(now.tips.total(), other.tips.total(), now.weight, other.weight)


def _rows(now: _Counted, before: _Counted, back: _Counted | None, parts: Sequence[int]) -> list[Row]:
    """A row for whatever had a tip in one of the periods."""
    newer, older, oldest = now.by(parts), before.by(parts), back.by(parts) if back else Counter[Key]()
    keys = sorted(newer.keys() | older.keys() | oldest.keys())
    return [
        Row(key, one, change(newer[key], oldest[key], now.weight, back.weight) if back else None)
        for key, one in ranked({key: (newer[key], older[key]) for key in keys}, now.weight, before.weight)
    ]


def _days(now: _Counted, before: _Counted, back: _Counted | None) -> list[Day]:
    rows = zip_longest(now.by_day(), before.by_day(), back.by_day() if back else ())
    return [Day(now.period.first + timedelta(at), *numbers) for at, numbers in enumerate(rows)]
