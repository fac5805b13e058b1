"""India's months, days and hours, of hours since 1970 in UTC (pure).

India is five and a half hours ahead, so its midnight lies within an hour of ours. An hour belongs to where it begins: the
one around midnight to the day before.
"""

from datetime import UTC, datetime

from satark.language import INDIA
from satark.store.clock import HOUR

HALF_DAY = 48  # half hours in a day
AHEAD = 11  # half hours that India is ahead of UTC
FIRST_WEEKDAY = 3  # 1 January 1970 was a Thursday, and 0 is Monday


def month_of(hour: int) -> int:
    """Months since year 0: twelve times the year, and 0 for January."""
    there = datetime.fromtimestamp(hour * HOUR, UTC).astimezone(INDIA)
    return there.year * 12 + there.month - 1


def first_hour(month: int) -> int:
    """The first hour since 1970 of a month."""
    midnight = datetime(month // 12, month % 12 + 1, 1, tzinfo=INDIA)
    return -(-int(midnight.timestamp()) // HOUR)


def months(first: int, last: int) -> range:
    """The months from that of one hour to that of another."""
    return range(month_of(first), month_of(last) + 1)


def day_of(hour: int) -> int:
    """Days since 1970, in India."""
    return (hour * 2 + AHEAD) // HALF_DAY


def month_of_day(day: int) -> int:
    return month_of(day * 24)


def slot_of(hour: int) -> int:
    """The hour of the week in India: 0 is the one that begins at half past twelve on Monday morning, 167 Sunday's last."""
    day, half = divmod(hour * 2 + AHEAD, HALF_DAY)
    return (day + FIRST_WEEKDAY) % 7 * 24 + half // 2
