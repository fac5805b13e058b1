"""The number at "Early warning": what is new to an officer until they open that page."""

from typing import Any

from sqlalchemy import update

from satark.core import Core
from satark.insight.telling import new_to
from satark.insight.watching import Series
from satark.panel.roles import Role
from satark.panel.sessions import Session
from satark.store.clock import now
from satark.store.engine import Store
from satark.store.officers import Officer

_officer: Any = Officer


async def warned(core: Core, session: Session) -> frozenset[Series]:
    """Kinds and districts; of who does not work on tips, none."""
    if session.role is not Role.OFFICER:
        return frozenset()
    synthetic = core.settings.count_synthetic
    return frozenset(await new_to(core.store, session.viewer, session.warnings_seen, synthetic=synthetic))


async def opened(store: Store, officer_id: str) -> None:
    """They have seen what there is."""
    async with store.write() as db:
        await db.execute(update(Officer).where(_officer.id == officer_id).values(warnings_seen=now()))
