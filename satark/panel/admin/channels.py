"""How the channels do: on or not, when something last came and went, what waits, what failed. Hours only, and nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from satark.channels.messages import Finding
from satark.evidence.leftovers import left_over
from satark.panel.gate import Work, guarded
from satark.panel.roles import ADMINISTRATORS
from satark.settings import CREDENTIALS
from satark.store.clock import hour_of, now
from satark.store.health import OFF, rows, waiting
from satark.tips.audit import append


@dataclass(frozen=True)
class State:
    """One channel. `trouble` says why it is not well, as `satark doctor` would; hours are since 1970, 0 for never. `left`
    is how many files are still at the provider although they are here."""

    name: str
    title: str
    trouble: str = ""
    is_off: bool = False
    in_hour: int = 0
    out_hour: int = 0
    failed: int = 0
    waiting: int = 0
    left: int = 0


async def show(work: Work) -> Response:
    return await _page(work)


async def check(work: Work) -> Response:
    """Ask every channel how it is, now. Only a process that runs channels can."""
    registry = work.core.registry
    findings = await registry.check() if registry.started else None
    async with work.core.store.write() as db:
        await append(db, work.viewer.officer_id, "check channels")
    return await _page(work, findings, checked=True)


async def _page(work: Work, findings: Mapping[str, list[Finding]] | None = None, *, checked: bool = False) -> Response:
    known, counts = await rows(work.core.store), await waiting(work.core.store)
    left = await left_over(work.core.store)
    registry = work.core.registry
    names = [*registry.channels, *sorted({*known, *counts, *left, *CREDENTIALS} - registry.channels.keys())]
    return work.page(
        "channels.html",
        channels=[_state(work, name, known.get(name), counts.get(name, 0), left.get(name, 0)) for name in names],
        findings=findings or {},
        checked=checked,
        asked=findings is not None,
    )


def _state(work: Work, name: str, row: Any, waits: int, left: int) -> State:
    """What the processes that run channels noted, else what this one knows."""
    registry = work.core.registry
    channel, hour = registry.channels.get(name), hour_of(now())
    trouble = row.trouble if row else registry.troubles.get(name, "" if channel else OFF)
    return State(
        name,
        channel.title or name if channel else name,
        "" if trouble == OFF else trouble,
        trouble == OFF,
        row.in_hour if row else 0,
        row.out_hour if row else 0,
        row.failed if row and row.failed_hour == hour else 0,
        waits,
        left,
    )


ROUTES = [
    guarded("/admin/channels", show, roles=ADMINISTRATORS),
    guarded("/admin/channels", check, "POST", ADMINISTRATORS),
]
