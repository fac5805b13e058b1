"""The median and other quantiles of times, from how often each time was."""

from collections.abc import Mapping
from math import ceil, floor


def quantile(times: Mapping[int, int], share: float, waiting: int = 0) -> float | None:
    """The time within which that share (0 to 1) was done, between two times in a straight line as numpy does; None where
    nothing was done. `times` says how often each was taken. `waiting` are not done yet and will take longer than any that
    is: where the share is reached among them, None. Else who leaves the hard ones lying would look quick."""
    number = sum(times.values()) + waiting
    if not number:
        return None
    place = (number - 1) * share
    low, high = _at(times, floor(place)), _at(times, ceil(place))
    if low is None or high is None:
        return None
    return low + (high - low) * (place - floor(place))


def _at(times: Mapping[int, int], place: int) -> int | None:
    """The time at a place, from 0, of all in order; None where it lies among those that wait."""
    for time, often in sorted(times.items()):
        if place < often:
            return time
        place -= often
    return None
