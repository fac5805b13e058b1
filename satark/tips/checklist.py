"""What is to be done about a tip of a category, item by item, and who did it."""

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.clock import hour_of, now
from satark.store.officers import Officer
from satark.store.tables import CheckMark
from satark.tips.audit import append
from satark.tips.viewing import Viewer

_mark: Any = CheckMark
_officer: Any = Officer


@dataclass(frozen=True)
class Ticked:
    """Who ticked an item, and in which hour since 1970."""

    name: str
    hour: int


async def ticked(db: AsyncConnection, tip_id: str) -> Mapping[str, Ticked]:
    """By the id of the item."""
    wanted = select(_mark.item, _mark.hour, _officer.name).outerjoin(Officer, _officer.id == _mark.officer_id)
    rows = await db.execute(wanted.where(_mark.tip_id == tip_id))
    return {row.item: Ticked(row.name or "", row.hour) for row in rows}


def after_form(before: Set[str], shown: Set[str], done: Set[str]) -> set[str]:
    """Return what is done after a form that showed the items `shown` as done and came back with `done`: item by item, so
    that what others ticked or took back meanwhile stays as they left it."""
    return (set(before) | (done - shown)) - (shown - done)


async def tick(
    db: AsyncConnection, viewer: Viewer, tip: Any, offered: Collection[str], done: Collection[str],
    shown: Collection[str] | None = None,
) -> None:  # fmt: skip
    """Of the items `offered`, enter what a form changed: it showed those in `shown` as done and came back with `done`. Where
    `shown` is None, those in `done` are done and no others. What was done before keeps its hour."""
    before = (await ticked(db, tip.id)).keys() & set(offered)
    after = after_form(before, before if shown is None else set(shown), set(done)) & set(offered)
    new, gone = sorted(after - before), sorted(before - after)
    if gone:
        await db.execute(delete(CheckMark).where(_mark.tip_id == tip.id, _mark.item.in_(gone)))
    if new:
        facts = {"tip_id": tip.id, "officer_id": viewer.officer_id, "hour": hour_of(now())}
        await db.execute(insert(CheckMark), [{**facts, "item": item} for item in new])
    if new or gone:
        said = [*(f"+{item}" for item in new), *(f"-{item}" for item in gone)]
        await append(db, viewer.officer_id, "checklist", tip.id, " ".join(said))
