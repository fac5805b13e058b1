"""One channel's way out of this process: how fast it goes, and whether it is closed for now."""

import asyncio
import time

from satark.delivery.backoff import LONGEST
from satark.store.clock import now

# More would only wait for the database, which writes one after the other on SQLite.
AT_ONCE = 10


class Lane:
    """`per_second` is how many messages the channel may send in a second, 0 for any number."""

    def __init__(self, per_second: float) -> None:
        self.abreast = asyncio.Semaphore(AT_ONCE)
        self.closed_until = 0
        self._spacing = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._closings = 0

    @property
    def is_open(self) -> bool:
        return now() >= self.closed_until

    async def turn(self) -> None:
        """Wait until the channel may send one more."""
        moment = time.monotonic()
        self._next = max(self._next, moment) + self._spacing
        await asyncio.sleep(self._next - self._spacing - moment)

    def close(self, after: float) -> None:
        """The provider takes nothing: stay away for `after` seconds, or longer each time. Whoever found it open at the
        same moment and was refused too does not count again."""
        if self.is_open:
            self.closed_until = now() + round(max(1, after, min(LONGEST, 2.0**self._closings)))
            self._closings += 1

    def worked(self) -> None:
        self._closings = 0
