"""Whose tip it is: down to an office, back up, over to another district."""

from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.routing.policy import after_transfer, handed_up, shut_out
from satark.routing.tree import Parents, below
from satark.store.tables import Tip, TipReader
from satark.tips.audit import append
from satark.tips.conflict import Tree, read_by, set_readers
from satark.tips.entries import NotAllowed, Seals, keep_inside, move, tell
from satark.tips.letters import Letter, LetterKind
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


async def hand_back(db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, reason: str, tree: Tree) -> None:
    """The office that has a tip to work on gives it back to the one above, and reads it no more."""
    if tip.assigned not in viewer.offices:
        raise NotAllowed
    above = handed_up(tree.parents, tree.outside, tip.assigned, await accused_by(db, tip.id))
    if above == tree.outside:
        raise NotAllowed
    await keep_inside(db, seals, viewer, tip, LetterKind.NOTE, reason, ())
    await set_readers(db, tip, (await read_by(db, tip) - {tip.assigned}) | {above})
    await db.execute(update(Tip).where(_tip.id == tip.id).values(assigned=above))
    await append(db, viewer.officer_id, "hand back", tip.id, tip.assigned)


async def transfer(
    db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, district: str, reason: str, tree: Tree
) -> None:
    """To another district: nobody of the old one reads it any more."""
    accused = await accused_by(db, tip.id)
    own = {one for office in viewer.offices for one in below(tree.parents, office)}
    hidden = shut_out(tree.parents, accused)
    if district == tip.district or district in hidden or tree.parents.get(district) != tree.top:
        raise NotAllowed
    if tip.district and tip.district not in own:
        raise NotAllowed
    await keep_inside(db, seals, viewer, tip, LetterKind.NOTE, reason, ())
    reading = await read_by(db, tip)
    await set_readers(db, tip, after_transfer(tree.parents, tip.district, district, accused, reading))
    moved = {"district": district, "station": "", "assigned": ""}
    await db.execute(update(Tip).where(_tip.id == tip.id).values(**moved))
    await append(db, viewer.officer_id, "transfer", tip.id, f"{tip.district} {district}".strip())
