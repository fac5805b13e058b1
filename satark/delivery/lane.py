"""One channel's way out of this process: how fast it goes, who is under way on it, and whether it is closed for now."""

import asyncio
import math
import time
from collections import deque
from typing import TYPE_CHECKING

from satark.store.clock import now, steady
from satark.store.outage import Outage

if TYPE_CHECKING:
    from satark.delivery.delivering import Delivering

# What is under way waits for the provider, some 300 ms for Meta's: that many are some 800 messages a second.
MOST_UNDER_WAY = 256
# Of a channel with a limit no more than it may send in so many seconds, or the last would wait longer than its lease.
AHEAD = 2.0
# What is back after an outage is found within five minutes, whatever it asked for within the hour.
LONGEST_OWN = 300
LONGEST_ASKED = 3600


class Lane:
    """`per_second` is how many messages the channel may send in a second, 0 for any number. `threads` are the errands
    under way, in the order in which each person is to have them; `claiming` is held by who takes more of them. `refusing` is
    that it took nothing, `waits` that it did not take some messages: each as the log tells it."""

    def __init__(self, per_second: float) -> None:
        self.claiming = asyncio.Lock()
        self.threads: dict[str, deque[Delivering]] = {}
        self.refusing = Outage()
        self.waits = Outage()
        self._most = min(MOST_UNDER_WAY, max(1, round(per_second * AHEAD))) if per_second else MOST_UNDER_WAY
        self._under_way = 0
        self._left = asyncio.Event()
        self._spacing = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._opens = steady()
        self._closings = 0
        self._stopped = False

    @property
    def is_open(self) -> bool:
        return steady() >= self._opens and not self._stopped

    @property
    def is_doubtful(self) -> bool:
        """Whether it was closed, and nothing went out since: one message is enough to find out."""
        return self._closings > 0

    @property
    def opens(self) -> int:
        """When it may be tried again, by some worker: unix seconds, by the clock as it is set now."""
        return now() + max(0, math.ceil(self._opens - steady()))

    async def room(self) -> int:
        """How many more may go, once it is half of all: to claim one at a time costs a transaction each."""
        while self._under_way > (0 if self.is_doubtful else self._most // 2):
            self._left.clear()
            await self._left.wait()
        return 1 if self.is_doubtful else self._most - self._under_way

    def enter(self, delivering: "Delivering") -> bool:
        """Line it up behind what is under way to the same person. Returns whether nothing was."""
        self._under_way += 1
        alone = delivering.thread not in self.threads
        self.threads.setdefault(delivering.thread, deque()).append(delivering)
        return alone

    def leave(self) -> None:
        self._under_way -= 1
        self._left.set()

    async def stop(self) -> None:
        """Send nothing more from this process; returns when nothing is under way."""
        self._stopped = True
        while self._under_way:
            self._left.clear()
            await self._left.wait()

    async def turn(self) -> None:
        """Wait until the channel may send one more."""
        moment = time.monotonic()
        self._next = max(self._next, moment) + self._spacing
        if self._spacing:
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
