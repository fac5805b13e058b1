"""What is late speaks up, and what lies with a closed office goes to the one above."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from satark.core import Core
from satark.store.clock import hour_of, now
from satark.tips.clocks import clocks_of
from satark.tips.closing import hand_up
from satark.tips.conflict import Tree
from satark.tips.escalation import speak


async def keep_time(ctx: Mapping[str, Any]) -> int:
    """Remind and escalate. Any number of workers may do it at once. Returns how many tips it was about."""
    core: Core = ctx["bench"].core
    clocks, parents = clocks_of(core.pack), core.pack.parents
    return await _until_none(core, lambda db: speak(db, clocks, parents, hour_of(now())))


async def empty_closed(ctx: Mapping[str, Any]) -> int:
    """Hand up what lies with closed offices. Returns how many tips went one level up."""
    core: Core = ctx["bench"].core
    pack = core.pack
    closed = sorted(pack.offices.keys() - pack.open_parents.keys())
    tree, clocks = Tree(pack.parents, pack.top, pack.outside), clocks_of(pack)
    return await _until_none(core, lambda db: hand_up(db, clocks, tree, closed)) if closed else 0


async def _until_none(core: Core, batch: Callable[[AsyncConnection], Awaitable[int]]) -> int:
    """Batch by batch, each in a transaction of its own."""
    done = 0
    while True:
        async with core.store.write() as db:
            found = await batch(db)
        done += found
        if not found:
            return done
