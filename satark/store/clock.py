"""Time, as coarse as it may be kept."""

import time

HOUR = 3600
DAY = 86400
# Half past nine in India, before the offices open: four hours after midnight UTC.
MORNING = 4 * HOUR
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


def hour_of(seconds: int) -> int:
    """Hours since 1970 (UTC)."""
    return seconds // HOUR


def day_of(seconds: int) -> int:
    """Days since 1970 (UTC)."""
    return seconds // DAY


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
