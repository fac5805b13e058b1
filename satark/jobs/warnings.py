"""Once an hour, offices are told of what has become more than chance explains: each of its own numbers, and once.

It is always the same minute of the hour, so that when they hear of it tells nothing of when a tip came. What is told is
shown in the panel (panel/warned.py) and goes out with the other notices (pushes.py, digests.py).
"""

import logging
from collections.abc import Mapping
from typing import Any

from satark.core import Core
from satark.insight.telling import forget_others, tell
from satark.panel.roles import Role
from satark.tips.tallies.audiences import serving

log = logging.getLogger(__name__)


async def tell_warnings(ctx: Mapping[str, Any]) -> int:
    """To those who work on tips: analysts have no warnings. Returns how many notices there are that were not."""
    core: Core = ctx["bench"].core
    async with core.store.read() as db:
        synthetic = core.settings.count_synthetic
        audiences = await serving(db, core.pack.parents, [Role.OFFICER], synthetic=synthetic)
    told = sum([await tell(core.store, key) for key in sorted(audiences)])
    await forget_others(core.store, audiences)
    if told:
        log.info("early warnings: %s", told)
    return told
