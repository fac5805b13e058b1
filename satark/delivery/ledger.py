"""Where the courier writes down what became of errands: all that waits is written together, as soon as the last commit
has ended.

There is no timer: a lone entry is written at once, and under load the groups grow by themselves. Who wrote an entry goes
on when it is durable.
"""

import asyncio
import logging
import time
from collections.abc import Sequence

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as DatabaseBusy

from satark.delivery import outbox
from satark.delivery.outbox import Entry
from satark.store.engine import Store

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
        """All together; where one of them cannot be written, each for itself, so that it spoils no other."""
        try:
            results = await self._write([entry for entry, _ in some])
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one entry, the others are written
            if len(some) > 1 and not isinstance(error, NotWritten):
                for one in some:
                    await self._settle([one])
                return
            log.error("%d entries were not written (%s)", len(some), type(error.__cause__ or error).__name__)
            for _, written in some:
                if not written.done():
                    written.set_exception(NotWritten())
            return
        for (_, written), result in zip(some, results, strict=True):
            if not written.done():
                written.set_result(result)

    async def _write(self, entries: Sequence[Entry]) -> list[int]:
        """Tried again while the database is away: each entry says how things are, so it may be written twice. Raises
        NotWritten."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return await outbox.write(self._store, entries)
            except (IntegrityError, DataError):
                raise
            except (DBAPIError, DatabaseBusy, OSError) as error:
                if time.monotonic() > until:
                    raise NotWritten from error
                await asyncio.sleep(PAUSE)
