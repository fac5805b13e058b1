"""Whose tip it is: down to an office, back up, over to another district."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.routing.policy import (
    after_assignment,
    after_take_back,
    after_transfer,
    assignable,
    entitled,
    first_told,
    handed_up,
    shut_out,
)
from satark.routing.tree import below
from satark.store.tables import Assignment, Tip
from satark.tips.audit import append
from satark.tips.clocks import Clocks
from satark.tips.conflict import Tree, add_reader, give, narrow_readers, read_by, set_readers
from satark.tips.entries import NotAllowed, Seals, keep_note, move, tell
from satark.tips.letters import Letter
from satark.tips.life import ENDED, Status, check_step
from satark.tips.queries import accused_by, steps_of
from satark.tips.standing import restart
from satark.tips.viewing import Viewer

_tip: Any = Tip
_assignment_row: Any = Assignment


async def assign(
    db: AsyncConnection, clocks: Clocks, seals: Seals, viewer: Viewer, tip: Any, office: str, tree: Tree
) -> None:
    """Hand a tip down to an office: from now on it and those above it read the tip, and who had it before does not. The
    informant is told the first time."""
    reading = await read_by(db, tip)
    if office not in may_assign(viewer, tree, reading, await accused_by(db, tip.id)):
        raise NotAllowed
    check_step(tip.status, Status.ASSIGNED)
    if office == tip.assigned and tip.status == Status.ASSIGNED:
        return
    steps = [step.status for step in await steps_of(db, tip.id)]
    await give(db, tip, office)
    if tip.status == Status.ASSIGNED:
        await restart(db, clocks, tip.id)
    else:
        await move(db, clocks, tip, Status.ASSIGNED)
    await narrow_readers(db, tip, after_assignment(tree.parents, tree.outside, office, reading))
    await add_reader(db, tip, office)
    if first_told(steps, Status.ASSIGNED, ENDED):
        await tell(db, seals, viewer, tip, Letter(phrase=Status.ASSIGNED))
    await _remember(db, viewer, tip, office)
    await append(db, viewer.officer_id, "assign", tip.id, office)


def may_assign(viewer: Viewer, tree: Tree, reading: Iterable[str], accused: Iterable[str]) -> frozenset[str]:
    """The offices to which the viewer may hand a tip: open, not accused, and below an office of theirs that reads it."""
    return assignable(tree.parents, viewer.offices & frozenset(reading), accused) - tree.closed


async def may_take_back(db: AsyncConnection, viewer: Viewer, tip: Any, tree: Tree) -> bool:
    """Whether the viewer assigned the tip, from an office above, and nothing was done about it since."""
    made = await _assignment(db, tip)
    above = tip.assigned in may_assign(viewer, tree, await read_by(db, tip), ())
    return made is not None and made.officer_id == viewer.officer_id and above and tip.status == Status.ASSIGNED


async def take_back(db: AsyncConnection, clocks: Clocks, viewer: Viewer, tip: Any, tree: Tree) -> None:
    """Who assigned a tip by mistake undoes it: who had it before has it again, and the office that got it reads it no
    more. The informant learns nothing of it."""
    if not await may_take_back(db, viewer, tip, tree):
        raise NotAllowed
    hidden = shut_out(tree.parents, await accused_by(db, tip.id)) | tree.closed
    kept = (await _assignment(db, tip)).previous
    before = "" if kept in hidden else kept
    await give(db, tip, before)
    await narrow_readers(
        db, tip, after_take_back(tree.parents, tree.outside, tip.assigned, before, await read_by(db, tip))
    )
    await db.execute(delete(Assignment).where(_assignment_row.tip_id == tip.id))
    await restart(db, clocks, tip.id)
    await append(db, viewer.officer_id, "take back assignment", tip.id, tip.assigned)


async def _assignment(db: AsyncConnection, tip: Any) -> Any:
    """The assignment by which the tip is where it is, or None."""
    own = (_assignment_row.tip_id == tip.id) & (_assignment_row.office_id == tip.assigned)
    return (await db.execute(select(Assignment).where(own))).one_or_none()


async def _remember(db: AsyncConnection, viewer: Viewer, tip: Any, office: str) -> None:
    await db.execute(delete(Assignment).where(_assignment_row.tip_id == tip.id))
    made = Assignment(tip_id=tip.id, officer_id=viewer.officer_id, office_id=office, previous=tip.assigned)
    await db.execute(insert(Assignment).values(**made.model_dump()))


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
    left = await read_by(db, tip) - {tip.assigned}
    await set_readers(db, tip, entitled(tree.parents, tree.outside, above, left))
    await give(db, tip, above)
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
