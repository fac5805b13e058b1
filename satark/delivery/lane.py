"""One channel's way out of this process: how fast it goes, and whether it is closed for now."""

import asyncio
import math
import time

from satark.intake.outage import Outage
from satark.store.clock import now, steady

# More would only wait for the database, which writes one after the other on SQLite.
AT_ONCE = 10
# What is back after an outage is found within five minutes, whatever it asked for within the hour.
LONGEST_OWN = 300
LONGEST_ASKED = 3600


class Lane:
    """`per_second` is how many messages the channel may send in a second, 0 for any number. `stopped` is that it took
    nothing, `waits` that it did not take some messages: each as the log tells it."""

    def __init__(self, per_second: float) -> None:
        self.abreast = asyncio.Semaphore(AT_ONCE)
        self.stopped = Outage()
        self.waits = Outage()
        self._spacing = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._opens = steady()
        self._closings = 0

    @property
    def is_open(self) -> bool:
        return steady() >= self._opens

    @property
    def is_doubtful(self) -> bool:
        """Whether it was closed, and nothing went out since: one message is enough to find out."""
        return self._closings > 0

    @property
    def closed_until(self) -> int:
        """Unix seconds, by the clock as it is set now."""
        return now() + max(0, math.ceil(self._opens - steady()))

    async def turn(self) -> None:
        """Wait until the channel may send one more."""
        moment = time.monotonic()
        self._next = max(self._next, moment) + self._spacing
        await asyncio.sleep(self._next - self._spacing - moment)

    def close(self, after: float) -> None:
        """The provider takes nothing: stay away for `after` seconds, or longer each time. Whoever found it open at the
        same moment and was refused too does not count again."""
        if self.is_open:
            grown = min(LONGEST_OWN, 2.0**self._closings)
            self._opens = steady() + max(1, min(after, LONGEST_ASKED), grown)
            self._closings += 1

    def open(self) -> None:
        self._opens = steady()

    def worked(self) -> None:
        self._closings = 0
