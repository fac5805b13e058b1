"""Whose tip it is: down to an office, back up, over to another district."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.routing.policy import after_transfer, handed_up, shut_out
from satark.routing.tree import Parents, below
from satark.store.tables import Tip
from satark.tips.audit import append
from satark.tips.clocks import Clocks
from satark.tips.conflict import Tree, add_reader, read_by, set_readers
from satark.tips.entries import NotAllowed, Seals, keep_note, move, tell
from satark.tips.letters import Letter
from satark.tips.life import Status
from satark.tips.queries import accused_by
from satark.tips.standing import restart
from satark.tips.viewing import Viewer

_tip: Any = Tip


async def assign(
    db: AsyncConnection, clocks: Clocks, seals: Seals, viewer: Viewer, tip: Any, office: str, parents: Parents
) -> None:
    """Hand a tip down to an office; from now on it may read it."""
    if office not in viewer.may_assign(parents, await accused_by(db, tip.id)):
        raise NotAllowed
    await db.execute(update(Tip).where(_tip.id == tip.id).values(assigned=office))
    await move(db, clocks, tip, Status.ASSIGNED)
    await add_reader(db, tip, office)
    await tell(db, seals, viewer, tip, Letter(phrase=Status.ASSIGNED))
    await append(db, viewer.officer_id, "assign", tip.id, office)


async def hand_back(
    db: AsyncConnection, clocks: Clocks, seals: Seals, viewer: Viewer, tip: Any, reason: str, tree: Tree
) -> None:
    """The office that has a tip to work on gives it back to the one above, and reads it no more."""
    if tip.assigned not in viewer.offices:
        raise NotAllowed
    above = handed_up(tree.parents, tree.outside, tip.assigned, await accused_by(db, tip.id))
    if above == tree.outside:
        raise NotAllowed
    await keep_note(db, seals, viewer, tip, reason)
    await set_readers(db, tip, (await read_by(db, tip) - {tip.assigned}) | {above})
    await db.execute(update(Tip).where(_tip.id == tip.id).values(assigned=above))
    await restart(db, clocks, tip.id)
    await append(db, viewer.officer_id, "hand back", tip.id, tip.assigned)


async def transfer(
    db: AsyncConnection, clocks: Clocks, seals: Seals, viewer: Viewer, tip: Any, district: str, reason: str, tree: Tree
) -> None:
    """To another district: nobody of the old one reads it any more. The cell that the citizen named lies in the old one."""
    accused = await accused_by(db, tip.id)
    own = {one for office in viewer.offices for one in below(tree.parents, office)}
    hidden = shut_out(tree.parents, accused)
    if district == tip.district or district in hidden or tree.parents.get(district) != tree.top:
        raise NotAllowed
    if tip.district and tip.district not in own:
        raise NotAllowed
    await keep_note(db, seals, viewer, tip, reason)
    reading = await read_by(db, tip)
    await set_readers(db, tip, after_transfer(tree.parents, tip.district, district, accused, reading))
    moved = {"district": district, "station": "", "cell": "", "assigned": ""}
    await db.execute(update(Tip).where(_tip.id == tip.id).values(**moved))
    await restart(db, clocks, tip.id)
    await append(db, viewer.officer_id, "transfer", tip.id, f"{tip.district} {district}".strip())
