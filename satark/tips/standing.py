"""How a tip stands, written down once more with each office that reads it: lists are read off an office's own indexes."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.clock import hour_of, now
from satark.store.tables import Tip, TipReader
from satark.tips.clocks import Clocks, step_of
from satark.tips.lateness import step_now, turn_now

_tip: Any = Tip
_reader: Any = TipReader


def standing_of(
    status: str, district: str, station: str, assigned: str, due_hour: int | None, reading: Collection[str]
) -> dict[str, Any]:
    """Of a new tip, what its readers' rows say, as `write_down` would write it."""
    return {
        "status": status,
        "district": district,
        "station": station,
        "turn": assigned or (district if district in reading else ""),
        "step": step_of(status, assigned),
        "due_hour": due_hour,
    }


async def write_down(db: AsyncConnection, tip_ids: Collection[str]) -> None:
    """Once these tips have changed, or who reads them. Called in the transaction that changes it."""
    stands = {
        "status": _tip.status,
        "district": _tip.district,
        "station": _tip.station,
        "turn": turn_now(),
        "step": step_now(),
        "due_hour": _tip.due_hour,
        "late": _tip.late,
    }
    own = (_reader.tip_id == _tip.id) & _tip.id.in_(tip_ids)
    await db.execute(update(TipReader).where(own).values(**stands))


async def restart(db: AsyncConnection, clocks: Clocks, tip_id: str) -> None:
    """The clock of a tip begins anew, as the tip is now: it took a step, went to another office, or is of another kind."""
    own = _tip.id == tip_id
    row = (await db.execute(select(_tip.category, _tip.status, _tip.assigned).where(own))).one()
    due = clocks.late_hour(row.category, step_of(row.status, row.assigned), hour_of(now()))
    await db.execute(update(Tip).where(own).values(due_hour=due, next_hour=due, late=0))
    await write_down(db, [tip_id])
