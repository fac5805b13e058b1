"""When a step is late, in hours of the office (pure).

Hours are those of the office's own time zone, as they are stored. A step begins with its hour, the only thing that is known
of it; what ends inside an hour is late in the next one. Both ends of an office day count, and no hour is ever cut short.
"""

from satark.routing.pack import Clock, OfficeHours

HOURS_OF_DAY = 24
FIRST_WEEKDAY = 3  # 1 January 1970 was a Thursday, and 0 is Monday
LEAST_NUDGE = 2


def late_hour(begun: int, limit: int, clock: Clock, hours: OfficeHours) -> int:
    """The hour since 1970 in which what began in the hour `begun` is late, if it may take `limit` hours. Where the office
    is never open, every hour counts."""
    if clock.always or not hours.days or hours.end <= hours.start:
        return begun + limit
    moment, left = begun, limit
    while True:
        day = moment // HOURS_OF_DAY
        opened = max(moment, day * HOURS_OF_DAY + hours.start)
        is_open = (day + FIRST_WEEKDAY) % 7 in hours.days
        there = max(0, day * HOURS_OF_DAY + hours.end - opened) if is_open else 0
        if is_open and left <= there:
            return opened + left
        left -= there
        moment = (day + 1) * HOURS_OF_DAY


def nudge_after(limit: int) -> int:
    """How many hours after a reminder the office above learns of it: half as many again, two at least."""
    return max(LEAST_NUDGE, (limit + 1) // 2)
