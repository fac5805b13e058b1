"""What happens to a tip that nobody gets on with: its office is reminded, then the offices above learn of it, one by one.

`Tip.late` counts it: 1 is a reminder, each more is one level up. The informant sees nothing of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.routing.policy import levels_up, whose_turn
from satark.routing.tree import Parents
from satark.store.tables import Accusation, Tip, TipReader
from satark.tips.audit import append
from satark.tips.clocks import Clocks, step_of
from satark.tips.conflict import add_reader
from satark.tips.standing import restart, write_down

BATCH = 100
ACTOR = "clock"

_tip: Any = Tip
_reader: Any = TipReader
_accusation: Any = Accusation


@dataclass(frozen=True)
class Move:
    """What is done about a late tip: to the `offices` it is new again. `late` and `next_hour` are those it has then."""

    tip: Any
    offices: frozenset[str]
    late: int
    next_hour: int | None


async def speak(db: AsyncConnection, clocks: Clocks, parents: Parents, hour: int) -> int:
    """Do what the clocks say in this hour about as many tips as fit a batch. Returns about how many. A tip from before
    there were clocks gets its own now, and its office the whole time.

    What is locked is somebody else's: another worker's, or of an officer who gets on with it right now.
    """
    due = select(Tip).where(_tip.next_hour <= hour).order_by(_tip.next_hour, _tip.id).limit(BATCH)
    tips = (await db.execute(due.with_for_update(skip_locked=True))).all()
    ids = [tip.id for tip in tips]
    reading = await _offices(db, select(_reader.tip_id, _reader.office_id).where(_reader.tip_id.in_(ids)))
    accused = await _offices(db, select(_accusation.tip_id, _accusation.office_id).where(_accusation.tip_id.in_(ids)))
    for tip in tips:
        if tip.due_hour is None:
            await restart(db, clocks, tip.id)
    running = [tip for tip in tips if tip.due_hour is not None]
    moves = [decide(clocks, parents, tip, reading[tip.id], accused[tip.id], hour) for tip in running]
    for move in moves:
        await _carry_out(db, move)
    await write_down(db, [move.tip.id for move in moves])
    # Last, for the audit log is one chain: who holds its end waits for nobody.
    for move in moves:
        if move.offices:
            detail = "" if move.late == 1 else " ".join(sorted(move.offices))
            await append(db, ACTOR, "late" if move.late == 1 else "escalate", move.tip.id, detail)
    return len(tips)


def decide(
    clocks: Clocks, parents: Parents, tip: Any, reading: Iterable[str], accused: Iterable[str], hour: int
) -> Move:
    """A reminder first, then one level up at a time, until there is nobody above who may learn of it."""
    turn, known = whose_turn(parents, reading, tip.assigned), frozenset(accused)
    offices = levels_up(parents, turn, known, tip.late)
    more = levels_up(parents, turn, known, tip.late + 1)
    next_hour = clocks.nudge_hour(tip.category, step_of(tip.status, tip.assigned), hour) if more else None
    return Move(tip, offices, tip.late + bool(offices), next_hour)


async def _carry_out(db: AsyncConnection, move: Move) -> None:
    changed = {"late": move.late, "next_hour": move.next_hour}
    await db.execute(update(Tip).where(_tip.id == move.tip.id).values(**changed))
    for office in move.offices:
        await add_reader(db, move.tip, office)


async def _offices(db: AsyncConnection, wanted: Any) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for tip_id, office in await db.execute(wanted):
        found[tip_id].add(office)
    return found
