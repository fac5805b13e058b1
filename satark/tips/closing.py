"""What becomes of the work of an office that was closed: the office above has it from then on.

The worker sees to it, and not the page that closes an office: whether there was any work is nothing that an administrator
learns, not even by how long the answer takes (P4).
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.routing.policy import entitled, handed_up
from satark.store.tables import Tip
from satark.tips.audit import append
from satark.tips.clocks import Clocks
from satark.tips.conflict import Tree, add_reader, give, narrow_readers, read_by
from satark.tips.life import ENDED, Status
from satark.tips.queries import accused_by
from satark.tips.standing import restart

BATCH = 100
ACTOR = "closing"
OPEN = [status.value for status in Status if status not in ENDED]

_tip: Any = Tip


async def hand_up(db: AsyncConnection, clocks: Clocks, tree: Tree, closed: Collection[str]) -> int:
    """Give open tips that are assigned to a closed office to the next one above that may learn of them: as many as fit a
    batch. Where that is closed too, the next batch takes them further up. Returns how many."""
    left_behind = select(Tip).where(_tip.assigned.in_(closed), _tip.status.in_(OPEN)).order_by(_tip.id).limit(BATCH)
    tips = (await db.execute(left_behind.with_for_update(skip_locked=True))).all()
    for tip in tips:
        above = handed_up(tree.parents, tree.outside, tip.assigned, await accused_by(db, tip.id))
        await give(db, tip, above)
        await narrow_readers(db, tip, entitled(tree.parents, tree.outside, above, await read_by(db, tip)))
        await add_reader(db, tip, above)
        await restart(db, clocks, tip.id)
    # Last, for the audit log is one chain: who holds its end waits for nobody.
    for tip in tips:
        await append(db, ACTOR, "hand back", tip.id, tip.assigned)
    return len(tips)
