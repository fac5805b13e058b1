"""Numbers are counted: what changed in the last minute, and all of it for who is new."""

from collections.abc import Mapping
from typing import Any

from satark.core import Core
from satark.panel.roles import SERVING
from satark.store.clock import hour_of, now
from satark.tips.tallies.audiences import Eyes, serving
from satark.tips.tallies.passing import bring_up_to_date


async def count_changes(ctx: Mapping[str, Any]) -> bool:
    """False where something was changed meanwhile and waits for the next minute."""
    core: Core = ctx["bench"].core
    return await bring_up_to_date(core.store, await audiences(core), hour_of(now()))


async def audiences(core: Core) -> dict[str, Eyes]:
    """All who may read numbers."""
    async with core.store.read() as db:
        return await serving(db, core.pack.parents, SERVING, synthetic=core.settings.count_synthetic)
