"""How much waits, for whoever watches: counted by the worker four times a minute."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from satark import metrics
from satark.core import Core
from satark.metrics import RELEASE_INTERVAL
from satark.store.clock import now
from satark.store.informants import Outbox
from satark.store.tables import Evidence

_outbox: Any = Outbox
_evidence: Any = Evidence
SEEN = ("ready", "withheld")


async def measure(ctx: Mapping[str, Any]) -> None:
    """Set the gauges anew: what is no more has none. What is not late is not counted: a scraper would see it come."""
    core: Core = ctx["bench"].core
    if not core.settings.metrics_port:
        return
    moment = now()
    is_due, is_late = _outbox.state == "due", _outbox.due <= moment - RELEASE_INTERVAL
    by_state = select(_outbox.channel, _outbox.state, func.count().label("number")).where(~is_due | is_late)
    by_state = by_state.group_by(_outbox.channel, _outbox.state)
    oldest = select(_outbox.channel, func.min(_outbox.due).label("due")).where(is_due, is_late)
    oldest = oldest.group_by(_outbox.channel)
    files = select(_evidence.state, func.count().label("number"))
    files = files.where(_evidence.state.not_in(SEEN), _evidence.due <= moment - RELEASE_INTERVAL)
    async with core.store.read() as db:
        errands, late, waiting = [
            list(await db.execute(one)) for one in (by_state, oldest, files.group_by(_evidence.state))
        ]
    for gauge in (metrics.ERRANDS, metrics.LATE_SECONDS, metrics.FILES_WAITING):
        gauge.clear()
    for row in errands:
        metrics.ERRANDS.labels(row.channel, row.state).set(row.number)
    for row in late:
        metrics.LATE_SECONDS.labels(row.channel).set((moment - row.due) // RELEASE_INTERVAL * RELEASE_INTERVAL)
    for row in waiting:
        metrics.FILES_WAITING.labels(row.state).set(row.number)
