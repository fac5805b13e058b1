"""Time, as coarse as it may be kept."""

import time

HOUR = 3600
DAY = 86400
# Half past nine in India, before the offices open: four hours after midnight UTC.
MORNING = 4 * HOUR


def now() -> int:
    """Unix seconds."""
    return int(time.time())


def hour_of(seconds: int) -> int:
    """Hours since 1970 (UTC)."""
    return seconds // HOUR


def day_of(seconds: int) -> int:
    """Days since 1970 (UTC)."""
    return seconds // DAY


def working_day(seconds: int) -> int:
    """Days since 1970, each from the morning on."""
    return day_of(seconds - MORNING)
