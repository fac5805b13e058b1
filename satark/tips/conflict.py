"""Who must not learn of a tip: an office that is accused after all, an officer who knows the people involved (P4)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.routing.policy import after_accusation, handed_up, shut_out
from satark.routing.tree import Parents
from satark.store.clock import hour_of, now
from satark.store.tables import Accusation, AccusationRequest, Recusal, Tip, TipReader
from satark.tips.audit import append
from satark.tips.clocks import Clocks
from satark.tips.entries import NotAllowed, Seals, keep_note
from satark.tips.letters import Letter, Piece, close_letter
from satark.tips.queries import accused_by
from satark.tips.standing import restart, write_down
from satark.tips.tallies.keeping import take_out
from satark.tips.tallies.marks import mark
from satark.tips.viewing import Viewer

_tip: Any = Tip
_reader: Any = TipReader
_request: Any = AccusationRequest


@dataclass(frozen=True)
class Tree:
    """The offices: `top` is the range, `outside` the authority for what accuses it; nothing is handed to those `closed`."""

    parents: Parents
    top: str
    outside: str
    closed: frozenset[str] = frozenset()


async def accuse(
    db: AsyncConnection, clocks: Clocks, seals: Seals, viewer: Viewer, tip: Any, office: str, reason: str, tree: Tree
) -> None:
    """Name an office that the tip accuses. From this moment it and those below it know nothing of the tip any more."""
    if office not in tree.parents or office == tree.outside:
        raise NotAllowed
    known = await accused_by(db, tip.id)
    if office in known:
        return
    await record(db, seals, viewer, tip, office, reason, "accepted")
    await carry_out(db, clocks, viewer, tip, office, tree)


async def record(
    db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, office: str, reason: str, state: str,
    decider: str = "", category: str = "",
) -> None:  # fmt: skip
    """Who named an office, and why (tips/accusations.py)."""
    own = (_request.tip_id == tip.id) & (_request.office_id == office)
    await db.execute(delete(AccusationRequest).where(own))
    sealed = close_letter(seals.content, Letter(pieces=(Piece(text=reason),)))
    row = AccusationRequest(
        tip_id=tip.id, office_id=office, officer_id=viewer.officer_id, decider=decider, category=category,
        hour=hour_of(now()), state=state, sealed=sealed,
    )  # fmt: skip
    await db.execute(insert(AccusationRequest).values(**row.model_dump()))


async def carry_out(db: AsyncConnection, clocks: Clocks, viewer: Viewer, tip: Any, office: str, tree: Tree) -> None:
    """The tip accuses the office from this moment."""
    accused = await accused_by(db, tip.id) | {office}
    await db.execute(insert(Accusation).values(tip_id=tip.id, office_id=office))
    assigned = tip.assigned
    if assigned in shut_out(tree.parents, accused):
        assigned = handed_up(tree.parents, tree.outside, assigned, accused)
        await give(db, tip, assigned)
    before = await read_by(db, tip)
    await set_readers(
        db,
        tip,
        after_accusation(tree.parents, tree.outside, tree.top, tip.district, accused, before, assigned),
    )
    await restart(db, clocks, tip.id)
    await take_out(db, tip.hour, office)
    await append(db, viewer.officer_id, "accuse", tip.id, office)


async def recuse(
    db: AsyncConnection, clocks: Clocks, seals: Seals, viewer: Viewer, tip: Any, reason: str, tree: Tree
) -> None:
    """An officer hands a tip up because of whom it is about, and sees it no more; their colleagues do."""
    accused = await accused_by(db, tip.id)
    reading = await read_by(db, tip)
    above = {handed_up(tree.parents, tree.outside, office, accused) for office in viewer.offices & reading}
    await keep_note(db, seals, viewer, tip, reason)
    await db.execute(insert(Recusal).values(tip_id=tip.id, officer_id=viewer.officer_id, hour=hour_of(now())))
    await set_readers(db, tip, reading | above)
    if tip.assigned in viewer.offices:
        await give(db, tip, handed_up(tree.parents, tree.outside, tip.assigned, accused))
        await restart(db, clocks, tip.id)
    await append(db, viewer.officer_id, "recuse", tip.id)


async def read_by(db: AsyncConnection, tip: Any) -> frozenset[str]:
    """The offices that have a tip."""
    return frozenset((await db.execute(select(_reader.office_id).where(_reader.tip_id == tip.id))).scalars())


async def set_readers(db: AsyncConnection, tip: Any, offices: Iterable[str]) -> None:
    """From now on these offices have the tip, and no others. To all of them it is new."""
    await db.execute(delete(TipReader).where(_reader.tip_id == tip.id))
    for office in offices:
        await _make_reader(db, tip, office)
    await write_down(db, [tip.id])
    await mark(db, tip.hour)


async def narrow_readers(db: AsyncConnection, tip: Any, offices: Collection[str]) -> None:
    """From now on these offices have the tip, and no others. It is new to those that had not."""
    before = await read_by(db, tip)
    gone = before - frozenset(offices)
    await db.execute(delete(TipReader).where(_reader.tip_id == tip.id, _reader.office_id.in_(gone)))
    for office in frozenset(offices) - before:
        await _make_reader(db, tip, office)
    await write_down(db, [tip.id])
    await mark(db, tip.hour)


async def add_reader(db: AsyncConnection, tip: Any, office: str) -> None:
    """An office gets the tip too. To it, it is new."""
    own = (_reader.tip_id == tip.id) & (_reader.office_id == office)
    if not (await db.execute(update(TipReader).where(own).values(fresh=True, fresh_hour=hour_of(now())))).rowcount:
        await _make_reader(db, tip, office)
        await write_down(db, [tip.id])
        await mark(db, tip.hour)


async def _make_reader(db: AsyncConnection, tip: Any, office: str) -> None:
    new = TipReader(tip_id=tip.id, office_id=office, hour=tip.hour, fresh_hour=hour_of(now()))
    await db.execute(insert(TipReader).values(**new.model_dump()))


async def give(db: AsyncConnection, tip: Any, office: str) -> None:
    """The office has the tip from now on; "" is none."""
    await db.execute(update(Tip).where(_tip.id == tip.id).values(assigned=office))
