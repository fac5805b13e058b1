"""Which reports are ready: those of the newest week and month that are over, from the morning of the next day on; and the
mark at "Reports", which is there until an officer who subscribed opens that page. None of it is of a tip."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, func, or_, select, update

from satark.insight.analysis import EPOCH, day_number
from satark.insight.periods import Kind, newest_whole
from satark.store.clock import now, working_day
from satark.store.engine import Store
from satark.store.officers import ReportWish

_wish: Any = ReportWish


def newest(kind: str) -> int:
    """The first day (days since 1970) of the newest one that is ready."""
    return day_number(newest_whole(Kind(kind), EPOCH + timedelta(working_day(now()))))


def behind(column: Any) -> ColumnElement[bool]:
    """Wishes where that column is before the newest one."""
    return or_(*((_wish.kind == kind.value) & (column < newest(kind)) for kind in Kind))


def unseen(officer_id: Any) -> ScalarSelect[int]:
    """How many there are that an officer subscribed to and did not look at."""
    mine = (_wish.officer_id == officer_id) & behind(_wish.seen)
    return select(func.count()).select_from(ReportWish).where(mine).scalar_subquery()


async def wishes_of(store: Store, officer_id: str) -> Sequence[Row[Any]]:
    async with store.read() as db:
        return (await db.execute(select(ReportWish).where(_wish.officer_id == officer_id))).all()


async def opened(store: Store, officer_id: str) -> None:
    """They have seen what there is."""
    async with store.write() as db:
        for kind in Kind:
            mine = (_wish.officer_id == officer_id) & (_wish.kind == kind.value)
            await db.execute(update(ReportWish).where(mine).values(seen=newest(kind)))
