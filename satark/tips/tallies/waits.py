"""How long tips waited: a histogram in few bytes, from which a median comes (pure).

A wait is from the hour of a tip to the hour of the step, both as they are stored. Up to three days each hour is kept as it
is; then six hours are one, up to two weeks; then a day; whatever took more than 90 days is one.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

EXACT = 72
COARSE, COARSE_TO = 6, 14 * 24
DAY, MOST = 24, 90 * 24

_decoder = msgspec.msgpack.Decoder(dict[int, int])


class Wait(StrEnum):
    """The first look; the first office that it was assigned to; the first time that something was done."""

    SEEN = "seen"
    ASSIGNED = "assigned"
    ACTION = "action"


def rounded(hours: int) -> int:
    """What is kept of a wait: the same number of hours, or the end of the range that it lies in."""
    if hours <= EXACT:
        return max(0, hours)
    if hours <= COARSE_TO:
        return -(-hours // COARSE) * COARSE
    return min(MOST, -(-hours // DAY) * DAY)


def packed(hours: Mapping[int, int]) -> bytes:
    """How many for each wait. The same histogram is always the same bytes."""
    return msgspec.msgpack.encode({wait: n for wait, n in sorted(hours.items()) if n})


def unpacked(data: bytes) -> dict[int, int]:
    return _decoder.decode(data)


def quantile(hours: Mapping[int, int], share: float) -> int | None:
    """The shortest of the waits kept that so large a share of tips did not exceed, in hours; None where there is none. Above
    three days it may be up to six hours too long, above two weeks up to a day."""
    wanted, passed = share * sum(hours.values()), 0
    for wait, n in sorted(hours.items()):
        passed += n
        if n and passed >= wanted:
            return wait
    return None
