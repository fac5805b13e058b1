"""Where the courier writes down what became of errands: all that waits is written together, as soon as the last commit
has ended.

There is no timer: a lone entry is written at once, and under load the groups grow by themselves. Who wrote an entry goes
on when it is durable.
"""

import asyncio
import logging
import time
from collections.abc import Sequence

from satark.delivery import outbox
from satark.delivery.outbox import Entry
from satark.store.engine import Store
from satark.store.errors import is_outage
from satark.store.outage import Outage

log = logging.getLogger(__name__)

MOST_TOGETHER = 500
# What was sent and cannot be written down is sent again when the lease ends: for so long it is tried to write it.
PATIENCE = 25.0
PAUSE = 0.5

Waiting = tuple[Entry, "asyncio.Future[int]"]


class NotWritten(Exception):
    """The database took no entry. The errand stays as it is until its lease ends."""


class Ledger:
    """One per courier."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Waiting] = []
        self._task: asyncio.Task[None] | None = None
        self._outage = Outage()

    async def write(self, entry: Entry) -> int:
        """What `outbox.write` returns of it. Raises NotWritten."""
        written: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, written))
        if self._task is None:
            self._task = asyncio.create_task(self._write_all(), name="the ledger")
        return await written

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                some, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
                await self._settle(some)
        finally:
            self._task = None

    async def _settle(self, some: Sequence[Waiting]) -> None:
        """Tried again while the database is away: where it takes none of them. Those that it does not take though it just
        took others cannot be written. Each entry says how things are, so it may be written twice."""
        until, left, is_there = time.monotonic() + PATIENCE, some, False
        while left:
            before, left = left, await self._try(left)
            if len(left) < len(before):
                is_there = True
            elif is_there or time.monotonic() > until:
                break
            else:
                await asyncio.sleep(PAUSE)
        for _, written in left:
            if not written.done():
                written.set_exception(NotWritten())

    async def _try(self, some: Sequence[Waiting]) -> Sequence[Waiting]:
        """All together; where one of them cannot be written, each for itself, so that it spoils no other. Returns those
        that were not written."""
        try:
            results = await outbox.write(self._store, [entry for entry, _ in some])
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one entry, the others are written
            if is_outage(error):
                self._struck(error)
                return some
            log.error("%d entries could not be written (%s)", len(some), type(error).__name__)
            return some if len(some) == 1 else [left for one in some for left in await self._try([one])]
        if self._outage.ends():
            log.warning("the database takes again what became of errands")
        for (_, written), result in zip(some, results, strict=True):
            if not written.done():
                written.set_result(result)
        return []

    def _struck(self, error: Exception) -> None:
        if self._outage.strikes():
            log.error(
                "the database does not take what became of errands (%s); it is tried again for %d seconds, and what it "
                "then did not take is sent again; see its own log",
                type(error).__name__,
                PATIENCE,
            )
