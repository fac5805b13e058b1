"""Wakes jobs by name: at once, then at most once in a short while, and never an error, for a sweep follows."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from arq.connections import ArqRedis
from redis.exceptions import RedisError

from satark.store.outage import Outage

log = logging.getLogger(__name__)

# A delivery job takes all that is due, so one wake-up serves all messages of this time (performance.md). Each costs Redis
# and us as much as taking ten of them.
GATHER_SECONDS = 0.2
# Nobody waits for these as for an answer.
UNHURRIED = {"prepare": 0.5, "index": 0.5}

Wish = tuple[str, int]


class Waker:
    """`pool` may be None: then the sweep alone does the work. `rest` waits for so many seconds."""

    def __init__(self, pool: ArqRedis | None, rest: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self._pool = pool
        self._rest = rest
        self._outage = Outage()
        self._resting: dict[Wish, asyncio.Task[None]] = {}
        self._wished: set[Wish] = set()

    async def wake(self, job: str, after: int = 0) -> None:
        """Start a job by name, in so many seconds."""
        wish = (job, after)
        if self._pool is None:
            return
        self._wished.add(wish)
        if wish not in self._resting:
            self._resting[wish] = asyncio.create_task(self._serve(self._pool, wish))

    async def _serve(self, pool: ArqRedis, wish: Wish) -> None:
        """Who wishes it while it rests is served together, after the rest."""
        try:
            while wish in self._wished:
                self._wished.discard(wish)
                await self._enqueue(pool, *wish)
                await self._rest(UNHURRIED.get(wish[0], GATHER_SECONDS))
        finally:
            del self._resting[wish]

    async def _enqueue(self, pool: ArqRedis, job: str, after: int) -> None:
        try:
            await pool.enqueue_job(job, _defer_by=after or None)
        except (RedisError, OSError) as error:
            if self._outage.strikes():
                log.warning("Redis does not answer (%s); what is to be done waits for the sweep", type(error).__name__)
        else:
            self._outage.ends()

    async def stop(self) -> None:
        """Once all wishes are fulfilled."""
        await asyncio.gather(*self._resting.values())
