"""How much comes to a process, from everybody together: one number, and nothing of who."""

import time
from collections.abc import Callable
from math import exp

MINUTE = 60.0
# A flood of an hour is over 42 seconds (60 ln 2) after its end, as one of a minute is.
MOST = 2


class Pressure:
    """Something that is counted, and forgotten in about a minute: `high` while more than `most` come in one."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._level = 0.0
        self._at = clock()

    @property
    def high(self) -> bool:
        return self._now() > self._most

    def count(self) -> None:
        self._level, self._at = min(self._now() + 1, self._most * MOST + 1), self._clock()

    def _now(self) -> float:
        """What comes evenly, so many a minute, settles at that number."""
        return self._level * exp((self._at - self._clock()) / MINUTE)
