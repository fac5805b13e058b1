"""Time, as coarse as it may be kept.

Hours and days that are stored are those of the wall clocks in the jurisdiction's time zone, counted from its own first hour
of 1970. In India they begin at half past the hours of UTC: hours of UTC would be shown as the wrong hour, day or year.
"""

import time
from datetime import UTC, datetime, timedelta, timezone, tzinfo

HOUR = 3600
DAY = 86400
HOURS_OF_DAY = 24
INDIA = timezone(timedelta(hours=5, minutes=30), "IST")
# All of India has one time zone by law, so no jurisdiction has another.
ZONE: tzinfo = INDIA
# Half past nine, before the offices open.
MORNING = 9 * HOUR + HOUR // 2
# A clock that is set by less, in seconds, does no harm: an errand is leased for longer, and NTP moves it slowly.
JUMP = 20


def now() -> int:
    """Unix seconds."""
    return int(time.time())


def exact() -> float:
    """Unix seconds, with fractions."""
    return time.time()


def steady() -> float:
    """Seconds since some moment, by the clock that nobody sets: to be compared in one process only."""
    return time.monotonic()


def hour_of(seconds: int, zone: tzinfo = ZONE) -> int:
    """Return the hours since 1970 that a wall clock in `zone` shows at a unix time. Where clocks are put back, both hours of
    the same name are one."""
    return _wall_seconds(seconds, zone) // HOUR


def start_of(hour: int, zone: tzinfo = ZONE) -> int:
    """Return the unix time of the first moment in an hour of `zone`; in one that clocks skip, the moment when they do."""
    wall = datetime.fromtimestamp(hour * HOUR, UTC).replace(tzinfo=zone)
    start = int(wall.timestamp())
    skipped = _wall_seconds(start, zone) - hour * HOUR
    return start - skipped if skipped > 0 else start


def day_of(seconds: int, zone: tzinfo = ZONE) -> int:
    """Return the days since 1970 of a calendar in `zone` at a unix time."""
    return _wall_seconds(seconds, zone) // DAY


def _wall_seconds(seconds: int, zone: tzinfo) -> int:
    """Return the seconds since 1970 that a wall clock in `zone` shows."""
    ahead = datetime.fromtimestamp(seconds, zone).utcoffset()
    return seconds + round(ahead.total_seconds()) if ahead else seconds


def working_day(seconds: int) -> int:
    """Days since 1970, each from the morning on."""
    return day_of(seconds - MORNING)


class Jumps:
    """Notices that somebody set the clock, forward where the machine slept, or back where it was wrong. One for each who
    wants to know."""

    def __init__(self) -> None:
        self._apart = exact() - steady()

    def look(self) -> int:
        """By how many seconds it was set since the last look, less than nothing where it was set back; 0 where it goes as it
        should."""
        apart = exact() - steady()
        jumped = round(apart - self._apart)
        if abs(jumped) < JUMP:
            return 0
        self._apart = apart
        return jumped
