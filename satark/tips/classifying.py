"""What a tip is about and where, set right by an officer."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.routing.pack import Category
from satark.routing.tree import line
from satark.store.tables import Tip
from satark.tips.accusations import decider_of, name
from satark.tips.audit import append
from satark.tips.clocks import Clocks
from satark.tips.conflict import Tree
from satark.tips.entries import NotAllowed, Seals
from satark.tips.queries import accused_by
from satark.tips.standing import restart, write_down
from satark.tips.tallies.audiences import hold_still
from satark.tips.tallies.marks import mark
from satark.tips.viewing import Viewer

_tip: Any = Tip


async def classify(
    db: AsyncConnection, clocks: Clocks, seals: Seals, viewer: Viewer, tip: Any, category: Category, station: str,
    office: str, reason: str, tree: Tree,
) -> None:  # fmt: skip
    """Another category, another station of the same district ("" for unknown); the cell that the citizen named stays, for it
    lies in that district. A category that accuses police names the
    `office` it accuses, unless one is named already: from this moment that office knows nothing of the tip (P4)."""
    if station and tip.district not in line(tree.parents, station)[1:]:
        raise NotAllowed
    if category.accuses_police and not office and not await accused_by(db, tip.id):
        raise NotAllowed
    names = bool(category.accuses_police and office)
    asks = names and await decider_of(db, viewer, tip, office, tree) != ""
    # Whoever reads the kind would know that somebody was named: where that is asked for, it changes once it is accepted.
    kind = tip.category if asks else category.id
    await db.execute(update(Tip).where(_tip.id == tip.id).values(category=kind, station=station))
    await mark(db, tip.hour)
    await (restart(db, clocks, tip.id) if kind != tip.category else write_down(db, [tip.id]))
    if names and not asks:
        # Before the end of the audit log is held, as in an accusation, or two of them wait for each other.
        await hold_still(db)
    await append(db, viewer.officer_id, "classify", tip.id, kind)
    if names:
        await name(db, clocks, seals, viewer, tip, office, reason, tree, category.id if asks else "")
