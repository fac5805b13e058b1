"""What is written down with the readers of tips, beside what it should be."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from satark.store.engine import Store
from satark.store.tables import Tip, TipReader
from satark.tips.clocks import step_of


async def wrong(store: Store) -> list[Any]:
    """The rows of readers that do not say how their tip stands: what they say, and what is so."""
    reading: dict[str, dict[str, Any]] = defaultdict(dict)
    async with store.read() as db:
        tips = {tip.id: tip for tip in await db.execute(select(Tip))}
        for row in await db.execute(select(TipReader)):
            reading[row.tip_id][row.office_id] = row
    found = []
    for tip_id, rows in reading.items():
        tip = tips[tip_id]
        turn = tip.assigned or (tip.district if tip.district in rows else "")
        right = (tip.hour, tip.status, tip.district, tip.station, turn, step_of(tip.status, tip.assigned))
        right += (tip.due_hour, tip.late)
        said = [
            (row.hour, row.status, row.district, row.station, row.turn, row.step, row.due_hour, row.late)
            for row in rows.values()
        ]
        found += [(one, right) for one in said if one != right]
    return found
