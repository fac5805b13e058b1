"""When a step is late, in hours of the office (pure).

What is stored are hours of UTC, and in India they begin at half past: 10 to 18 is half past four to half past twelve. So
time is counted in half hours. A step begins with its hour, the only thing that is known of it; what ends inside an hour
is late in the next one. Both ends of an office day count, and no hour is ever cut short.
"""

from satark.routing.pack import Clock, OfficeHours

HALF_DAY = 48  # half hours in a day
INDIA = 11  # half hours that India is ahead of UTC
FIRST_WEEKDAY = 3  # 1 January 1970 was a Thursday, and 0 is Monday
LEAST_NUDGE = 2


def late_hour(begun: int, limit: int, clock: Clock, hours: OfficeHours) -> int:
    """The hour since 1970 (UTC) in which what began in the hour `begun` is late, if it may take `limit` hours. Where the
    office is never open, every hour counts."""
    if clock.always or not hours.days or hours.end <= hours.start:
        return begun + limit
    moment, left = begun * 2 + INDIA, limit * 2
    while True:
        day = moment // HALF_DAY
        opened = max(moment, day * HALF_DAY + hours.start * 2)
        is_open = (day + FIRST_WEEKDAY) % 7 in hours.days
        there = max(0, day * HALF_DAY + hours.end * 2 - opened) if is_open else 0
        if is_open and left <= there:
            return -((INDIA - opened - left) // 2)
        left -= there
        moment = (day + 1) * HALF_DAY


def nudge_after(limit: int) -> int:
    """How many hours after a reminder the office above learns of it: half as many again, two at least."""
    return max(LEAST_NUDGE, (limit + 1) // 2)
