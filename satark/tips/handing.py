"""Whose tip it is: down to an office, back up, over to another district."""

from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.routing.tree import Parents
from satark.store.tables import Tip, TipReader
from satark.tips.audit import append
from satark.tips.entries import NotAllowed, Seals, move, tell
from satark.tips.letters import Letter
from satark.tips.life import Status
from satark.tips.queries import accused_by
from satark.tips.viewing import Viewer

_tip: Any = Tip
_reader: Any = TipReader


async def assign(db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, office: str, parents: Parents) -> None:
    """Hand a tip down to an office; from now on it may read it."""
    if office not in viewer.may_assign(parents, await accused_by(db, tip.id)):
        raise NotAllowed
    await move(db, tip, Status.ASSIGNED)
    await db.execute(update(Tip).where(_tip.id == tip.id).values(assigned=office))
    known = select(_reader.office_id).where(_reader.tip_id == tip.id, _reader.office_id == office)
    if (await db.execute(known)).first() is None:
        await db.execute(insert(TipReader).values(tip_id=tip.id, office_id=office))
    await tell(db, seals, viewer, tip, Letter(phrase=Status.ASSIGNED))
    await append(db, viewer.officer_id, "assign", tip.id, office)
