"""Tips that belong together: related ones are linked, and a duplicate is merged into the tip that it repeats.

A link is shown to whoever may see both its ends. Only tips that accuse the same offices are merged: who reads the one must
not learn of an accusation in the other (P4).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.tables import Tip, TipLink
from satark.tips.audit import append
from satark.tips.clocks import Clocks
from satark.tips.entries import NotAllowed, Seals, move, tell
from satark.tips.letters import Letter
from satark.tips.life import Status
from satark.tips.queries import accused_by
from satark.tips.viewing import Viewer, visible

RELATED = "related"
DUPLICATE = "duplicate"

_tip: Any = Tip
_link: Any = TipLink


@dataclass(frozen=True)
class Linked:
    """A tip at the other end of a link. `kind` is `related`, `duplicate` (it was merged into this one) or `main` (this one
    was merged into it)."""

    tip: Any
    kind: str


async def links_of(db: AsyncConnection, viewer: Viewer, tip: Any) -> list[Linked]:
    """The tips linked to one, as far as the viewer may see them: by kind, then by hour."""
    ends = or_(
        (_link.tip_id == tip.id) & (_link.other_id == _tip.id), (_link.other_id == tip.id) & (_link.tip_id == _tip.id)
    )
    wanted = select(Tip, _link.kind, (_link.tip_id == tip.id).label("outward")).join(TipLink, ends)
    rows = await db.execute(wanted.where(visible(viewer)).order_by(_link.kind, _tip.hour.desc(), _tip.id))
    return [Linked(row, "main" if row.kind == DUPLICATE and row.outward else row.kind) for row in rows]


async def merged_into(db: AsyncConnection, tip_id: str) -> list[Any]:
    """The tips that were merged into one."""
    into = (_link.other_id == tip_id) & (_link.kind == DUPLICATE)
    return list(await db.execute(select(Tip).join(TipLink, _link.tip_id == _tip.id).where(into).order_by(_tip.id)))


async def link(db: AsyncConnection, viewer: Viewer, tip: Any, other: Any) -> None:
    """Say that two tips have to do with each other."""
    if other is None or other.id == tip.id:
        raise NotAllowed
    first, second = sorted((tip.id, other.id))
    if await _between(db, tip.id, other.id) is None:
        await db.execute(insert(TipLink).values(tip_id=first, other_id=second, kind=RELATED))
        await append(db, viewer.officer_id, "link", tip.id, other.id)


async def unlink(db: AsyncConnection, clocks: Clocks, viewer: Viewer, tip: Any, other: Any) -> None:
    """They have nothing to do with each other after all. A merged tip stands for itself again, and is worked on again."""
    known = await _between(db, tip.id, other.id) if other is not None else None
    if known is None:
        raise NotAllowed
    await db.execute(delete(TipLink).where(_link.tip_id == known.tip_id, _link.other_id == known.other_id))
    if known.kind == DUPLICATE:
        merged = tip if known.tip_id == tip.id else other
        await move(db, clocks, merged, Status.ASSIGNED)
    await append(db, viewer.officer_id, "unlink", tip.id, other.id)


async def merge(db: AsyncConnection, clocks: Clocks, seals: Seals, viewer: Viewer, tip: Any, main: Any) -> None:
    """`tip` repeats `main`. What is told of `main` from now on is told to the informants of both."""
    if main is None or main.id == tip.id or await accused_by(db, main.id) != await accused_by(db, tip.id):
        raise NotAllowed
    if await _goes_into(db, main.id):
        raise NotAllowed
    await move(db, clocks, tip, Status.DUPLICATE)
    await db.execute(delete(TipLink).where(_ends(tip.id, main.id)))
    into = (_link.other_id == tip.id) & (_link.kind == DUPLICATE)
    await db.execute(update(TipLink).where(into).values(other_id=main.id))
    await db.execute(insert(TipLink).values(tip_id=tip.id, other_id=main.id, kind=DUPLICATE))
    await tell(db, seals, viewer, tip, Letter(phrase=Status.DUPLICATE))
    await append(db, viewer.officer_id, "merge", tip.id, main.id)


async def _goes_into(db: AsyncConnection, tip_id: str) -> bool:
    """Whether a tip was itself merged into another: then that one is meant."""
    into = select(_link.other_id).where(_link.tip_id == tip_id, _link.kind == DUPLICATE)
    return (await db.execute(into)).first() is not None


async def _between(db: AsyncConnection, one: str, other: str) -> Any:
    return (await db.execute(select(TipLink).where(_ends(one, other)))).one_or_none()


def _ends(one: str, other: str) -> Any:
    return _link.tip_id.in_((one, other)) & _link.other_id.in_((one, other))
