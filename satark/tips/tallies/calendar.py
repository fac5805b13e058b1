"""Months, days and hours of the week, of hours since 1970 as they are stored: in the jurisdiction's zone (pure)."""

from datetime import UTC, datetime

from satark.store.clock import HOUR, HOURS_OF_DAY

FIRST_WEEKDAY = 3  # 1 January 1970 was a Thursday, and 0 is Monday


def month_of(hour: int) -> int:
    """Months since year 0: twelve times the year, and 0 for January."""
    there = datetime.fromtimestamp(hour * HOUR, UTC)
    return there.year * 12 + there.month - 1


def first_hour(month: int) -> int:
    """The first hour since 1970 of a month."""
    return int(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp()) // HOUR


def months(first: int, last: int) -> range:
    """The months from that of one hour to that of another."""
    return range(month_of(first), month_of(last) + 1)


def day_of(hour: int) -> int:
    """Days since 1970."""
    return hour // HOURS_OF_DAY


def month_of_day(day: int) -> int:
    return month_of(day * HOURS_OF_DAY)


def slot_of(hour: int) -> int:
    """The hour of the week: 0 is the one that begins at midnight on Monday, 167 Sunday's last."""
    day, there = divmod(hour, HOURS_OF_DAY)
    return (day + FIRST_WEEKDAY) % 7 * HOURS_OF_DAY + there
