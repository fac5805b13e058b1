"""Time, as coarse as it may be kept."""

import time

HOUR = 3600
DAY = 86400


def now() -> int:
    """Unix seconds."""
    return int(time.time())


def hour_of(seconds: int) -> int:
    """Hours since 1970 (UTC)."""
    return seconds // HOUR


def day_of(seconds: int) -> int:
    """Days since 1970 (UTC)."""
    return seconds // DAY
