"""Which days are set against which: like with like, whole days only (pure)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Kind(StrEnum):
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """`days` days (1 or more) from `first` on."""

    first: date
    days: int

    @property
    def after(self) -> date:
        """The first day that is not in it."""
        return self.first + timedelta(self.days)


@dataclass(frozen=True)
class Periods:
    """What is looked at, what was before it, and the same one a year before. `whole` where it is over."""

    now: Period
    before: Period
    year_before: Period
    whole: bool


def periods(kind: Kind, today: date) -> Periods:
    """The week (from Monday) or month of `today`, as many days of it as are over, and as many days from the start of the
    week or month before. On its first day no day is over: then the last whole one.

    The week a year before is 52 weeks back, so that its days are the same weekdays. Of a month that is shorter, all days:
    numbers are compared by the days that they come from (trends.py)."""
    first = first_of(kind, today)
    if today == first:
        first = first_of(kind, first - timedelta(1))
    length = _length(kind, first)
    days = min(length, (today - first).days)
    before = first_of(kind, first - timedelta(1))
    back = first - timedelta(weeks=52) if kind == Kind.WEEK else first.replace(year=first.year - 1)
    return Periods(
        Period(first, days), _part(kind, before, days, length), _part(kind, back, days, length), whole=days == length
    )


def _part(kind: Kind, first: date, days: int, length: int) -> Period:
    """As many days of it, and all of them where the other is whole."""
    own = _length(kind, first)
    return Period(first, own if days == length else min(days, own))


def first_of(kind: Kind, day: date) -> date:
    """The first day of its week or month."""
    return day - timedelta(day.weekday()) if kind == Kind.WEEK else day.replace(day=1)


def newest_whole(kind: Kind, day: date) -> date:
    """The first day of the last week or month that is over on that day."""
    return first_of(kind, first_of(kind, day) - timedelta(1))


def _length(kind: Kind, first: date) -> int:
    return 7 if kind == Kind.WEEK else monthrange(first.year, first.month)[1]
