"""Who names an office above their own does not decide that it learns nothing more of a tip: the office above that one does.

Until then the tip stays where it is, and who serves in the named office, or below it, learns of no request. The reason of
a named office is sealed in its row, for a note would be read by that office, should the accusation be taken back.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.routing.policy import after_withdrawal, decided_by
from satark.routing.tree import line
from satark.store.officers import Officer
from satark.store.tables import Accusation, AccusationRequest, Tip
from satark.tips.audit import append
from satark.tips.clocks import Clocks
from satark.tips.conflict import Tree, accuse, add_reader, carry_out, read_by, record, set_readers
from satark.tips.entries import NotAllowed, Seals
from satark.tips.queries import accused_by
from satark.tips.standing import restart
from satark.tips.tallies.marks import mark
from satark.tips.viewing import Viewer, visible

_accusation: Any = Accusation
_request: Any = AccusationRequest
_officer: Any = Officer
_tip: Any = Tip


class State(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


async def decider_of(db: AsyncConnection, viewer: Viewer, tip: Any, office: str, tree: Tree) -> str:
    """The office that decides whether a tip accuses `office`, where the viewer may not; "" where they may."""
    own = viewer.offices & await read_by(db, tip)
    return decided_by(tree.parents, tree.outside, own, office, await accused_by(db, tip.id))


async def name(
    db: AsyncConnection, clocks: Clocks, seals: Seals, viewer: Viewer, tip: Any, office: str, reason: str, tree: Tree,
    category: str = "",
) -> None:  # fmt: skip
    """Name an office that a tip accuses, or ask the office above it to. `category` is that which the tip gets with it."""
    if office not in tree.parents or office == tree.outside:
        raise NotAllowed
    above = await decider_of(db, viewer, tip, office, tree)
    if not above:
        return await accuse(db, clocks, seals, viewer, tip, office, reason, tree)
    if office in await accused_by(db, tip.id):
        return None
    await record(db, seals, viewer, tip, office, reason, State.WAITING, above, category)
    await add_reader(db, tip, above)
    await append(db, viewer.officer_id, "ask to accuse", tip.id, office)
    return None


async def of_tip(db: AsyncConnection, viewer: Viewer, tip: Any) -> Sequence[Any]:
    """What was named of a tip, as far as the viewer may know of it: with the name of who did."""
    wanted = select(AccusationRequest, _officer.name).outerjoin(Officer, _officer.id == _request.officer_id)
    rows = await db.execute(wanted.where(_request.tip_id == tip.id).order_by(_request.office_id))
    return [row for row in rows if _concerns(viewer, row)]


def _concerns(viewer: Viewer, row: Any) -> bool:
    """Who asked knows; of what waits or was declined or taken back, so does who decides; of what was accepted, whoever
    reads the tip. Who serves in the named office or below it does not, but for who asked."""
    known = row.decider in viewer.offices or row.state == State.ACCEPTED
    return row.officer_id == viewer.officer_id or (known and row.office_id not in viewer.bars)


async def waiting_for(db: AsyncConnection, viewer: Viewer) -> Sequence[Any]:
    """The tips about which the viewer has to decide, with the `office_id` that was named."""
    wanted = select(Tip, _request.office_id).join(AccusationRequest, _request.tip_id == _tip.id)
    own = (_request.state == State.WAITING, _request.decider.in_(viewer.offices))
    other = (_request.officer_id != viewer.officer_id, _request.office_id.not_in(list(viewer.bars)))
    return (await db.execute(wanted.where(*own, *other, visible(viewer)).order_by(_tip.hour, _tip.id))).all()


def may_decide(viewer: Viewer, row: Any) -> bool:
    mine = row.decider in viewer.offices and row.office_id not in viewer.bars
    return bool(row.state == State.WAITING and mine and row.officer_id != viewer.officer_id)


def may_withdraw(viewer: Viewer, row: Any, tree: Tree) -> bool:
    """Who serves above the named office, or in the authority outside; and who named it without asking."""
    above = not viewer.offices.isdisjoint({*line(tree.parents, row.office_id)[1:], tree.outside})
    own = row.officer_id == viewer.officer_id and not row.decider
    return bool(row.state == State.ACCEPTED and (above or own) and row.office_id not in viewer.bars)


async def accept(db: AsyncConnection, clocks: Clocks, viewer: Viewer, tip: Any, office: str, tree: Tree) -> None:
    """From this moment the named office and those below it know nothing of the tip any more."""
    row = await _row(db, tip, office)
    if row is None or not may_decide(viewer, row):
        raise NotAllowed
    await _set(db, row, State.ACCEPTED)
    if row.category:
        await db.execute(update(Tip).where(_tip.id == tip.id).values(category=row.category))
        await mark(db, tip.hour)
    await carry_out(db, clocks, viewer, tip, office, tree)


async def decline(db: AsyncConnection, viewer: Viewer, tip: Any, office: str) -> None:
    """The tip stays as it is. Who asked sees that it was declined."""
    row = await _row(db, tip, office)
    if row is None or not may_decide(viewer, row):
        raise NotAllowed
    await _set(db, row, State.DECLINED)
    await append(db, viewer.officer_id, "decline accusation", tip.id, office)


async def withdraw(db: AsyncConnection, clocks: Clocks, viewer: Viewer, tip: Any, office: str, tree: Tree) -> None:
    """It accuses that office after all not: whom such a tip goes to has it again. What informants say is not undone."""
    row = await _row(db, tip, office)
    if row is None or not may_withdraw(viewer, row, tree):
        raise NotAllowed
    await db.execute(delete(Accusation).where(_accusation.tip_id == tip.id, _accusation.office_id == office))
    await _set(db, row, State.WITHDRAWN)
    left, reading = await accused_by(db, tip.id), await read_by(db, tip)
    await set_readers(
        db, tip, after_withdrawal(tree.parents, tree.outside, tree.top, tip.district, left, reading, tip.assigned)
    )
    await restart(db, clocks, tip.id)
    await append(db, viewer.officer_id, "take back accusation", tip.id, office)


async def _row(db: AsyncConnection, tip: Any, office: str) -> Any:
    own = (_request.tip_id == tip.id) & (_request.office_id == office)
    return (await db.execute(select(AccusationRequest).where(own))).one_or_none()


async def _set(db: AsyncConnection, row: Any, state: State) -> None:
    own = (_request.tip_id == row.tip_id) & (_request.office_id == row.office_id)
    await db.execute(update(AccusationRequest).where(own).values(state=state.value))
