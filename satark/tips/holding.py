"""A tip that must not be destroyed yet, for a court wants it. Its return address goes in its time all the same."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.clock import hour_of, now
from satark.store.officers import Officer
from satark.store.tables import TipHold
from satark.tips.audit import append
from satark.tips.entries import NotAllowed, Seals, keep_note
from satark.tips.viewing import Viewer

_hold: Any = TipHold
_officer: Any = Officer

Verb = Callable[[AsyncConnection, Seals, Viewer, Iterable[str], Any, str], Awaitable[None]]

# Who answers for a case before a court.
MAY_HOLD = frozenset({"range", "district", "outside"})


def may_hold(kinds: Iterable[str]) -> bool:
    """Whether an officer who serves in offices of these kinds may keep a tip, and let it go."""
    return not MAY_HOLD.isdisjoint(kinds)


async def hold_of(db: AsyncConnection, tip_id: str) -> Any:
    """The `hour` of a tip's hold and the `name` of who set it, or their id where nobody has it; None where there is none."""
    name = func.coalesce(_officer.name, _hold.officer_id).label("name")
    wanted = select(_hold.hour, name).outerjoin(Officer, _officer.id == _hold.officer_id)
    return (await db.execute(wanted.where(_hold.tip_id == tip_id))).one_or_none()


async def holds_of(db: AsyncConnection, tips: Sequence[str]) -> Mapping[str, str]:
    """Who keeps each of some tips, by the tip's id; tips that nobody keeps are missing."""
    wanted = select(_hold.tip_id, _officer.name).outerjoin(Officer, _officer.id == _hold.officer_id)
    found = await db.execute(wanted.where(_hold.tip_id.in_(tips)))
    return {row.tip_id: row.name or "?" for row in found}


async def hold(db: AsyncConnection, seals: Seals, viewer: Viewer, kinds: Iterable[str], tip: Any, reason: str) -> None:
    """From now on nothing of the tip is destroyed but its return address."""
    if not may_hold(kinds):
        raise NotAllowed
    if await hold_of(db, tip.id) is None:
        await keep_note(db, seals, viewer, tip, reason)
        await db.execute(insert(TipHold).values(tip_id=tip.id, officer_id=viewer.officer_id, hour=hour_of(now())))
        await append(db, viewer.officer_id, "hold", tip.id)


async def release(
    db: AsyncConnection, seals: Seals, viewer: Viewer, kinds: Iterable[str], tip: Any, reason: str
) -> None:
    """The tip is destroyed in its time, which may be over."""
    if not may_hold(kinds):
        raise NotAllowed
    if await hold_of(db, tip.id) is not None:
        await keep_note(db, seals, viewer, tip, reason)
        await db.execute(delete(TipHold).where(_hold.tip_id == tip.id))
        await append(db, viewer.officer_id, "release", tip.id)
