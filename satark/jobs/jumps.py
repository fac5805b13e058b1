"""What waits for a time goes on waiting for it where somebody sets the clock."""

import asyncio
import logging
from datetime import datetime
from typing import Any

from arq.worker import Worker
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from satark.store.clock import Jumps, now
from satark.store.engine import Store
from satark.store.informants import Outbox
from satark.store.tables import Evidence

log = logging.getLogger(__name__)

EVERY = 1.0

_outbox: Any = Outbox
_evidence: Any = Evidence


async def watch_clock(store: Store, worker: Worker) -> None:
    """Until cancelled."""
    jumps = Jumps()
    while True:
        await asyncio.sleep(EVERY)
        if by := jumps.look():
            log.warning("the clock of this machine was set by %d seconds; look whether it is right now", by)
            await after_jump(store, worker, by)


async def after_jump(store: Store, worker: Worker, by: int) -> None:
    """The clock was set by so many seconds. Where it was set forward, arq would make up for each of its rounds, one by
    one: one of each is enough. Set back, its rounds would wait until it is as late again, and so would what is due."""
    moment = datetime.now(tz=worker.timezone)
    for job in worker.cron_jobs:
        if by < 0:
            job.next_run = None
        elif job.next_run is not None:
            job.next_run = max(job.next_run, moment)
    if by < 0:
        try:
            await _set_back(store, by)
        except (DBAPIError, OSError) as error:
            log.warning("what is due was not set back with the clock (%s)", type(error).__name__)


async def _set_back(store: Store, by: int) -> None:
    """Where two workers do it, some of it is tried earlier than it might."""
    async with store.write() as db:
        waits = (_outbox.state == "due") & (_outbox.due > now())
        await db.execute(update(Outbox).where(waits).values(due=_outbox.due + by))
        await db.execute(update(Evidence).where(_evidence.due > now()).values(due=_evidence.due + by))
