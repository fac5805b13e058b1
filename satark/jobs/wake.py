"""Wakes jobs by name: at most one wake-up of a kind in a short while, and never an error, for a sweep follows."""

import asyncio
import logging

from arq.connections import ArqRedis
from redis.exceptions import RedisError

from satark.store.outage import Outage

log = logging.getLogger(__name__)

# A delivery job takes all that is due, so one wake-up serves all messages of this time (performance.md).
GATHER_SECONDS = 0.05
# Nobody waits for these as for an answer; each wake-up costs Redis and us as much as taking two messages.
UNHURRIED = {"prepare": 0.5, "index": 0.5}


class Waker:
    """`pool` may be None: then the sweep alone does the work."""

    def __init__(self, pool: ArqRedis | None) -> None:
        self._pool = pool
        self._outage = Outage()
        self._coming: dict[tuple[str, int], asyncio.Task[None]] = {}

    async def wake(self, job: str, after: int = 0) -> None:
        """Start a job by name, in so many seconds."""
        if self._pool is not None and (job, after) not in self._coming:
            self._coming[job, after] = asyncio.create_task(self._wake_soon(job, after))

    async def _wake_soon(self, job: str, after: int) -> None:
        await asyncio.sleep(UNHURRIED.get(job, GATHER_SECONDS))
        self._coming.pop((job, after), None)
        try:
            assert self._pool is not None
            await self._pool.enqueue_job(job, _defer_by=after or None)
        except (RedisError, OSError) as error:
            if self._outage.strikes():
                log.warning("Redis does not answer (%s); what is to be done waits for the sweep", type(error).__name__)
        else:
            self._outage.ends()

    async def stop(self) -> None:
        await asyncio.gather(*self._coming.values())
