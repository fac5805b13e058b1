"""Notices in browsers (Web Push): how many tips have something new and how many early warnings are new, encrypted to the
browser, and nothing else.

They go four times an hour: a push service and a telephone keep the minute, and it should not be that of a tip.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from satark.core import Core
from satark.panel.listeners import listeners
from satark.store.officers import Officer, PushSubscription

_officer: Any = Officer
_push: Any = PushSubscription


async def push_news(ctx: Mapping[str, Any]) -> int:
    """A notice to each browser whose officer has more that is unread than it was told of. Returns how many went."""
    core: Core = ctx["bench"].core
    if "push.key" not in core.keys:
        return 0
    async with core.store.read() as db:
        wanted = await listeners(db, core.pack.parents, _officer.id.in_(select(_push.officer_id)))
    if not wanted:
        return 0
    from satark.jobs.notices import tell

    return await tell(core, wanted)
