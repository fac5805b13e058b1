"""What is late, and where: as filters of the inbox, and as a table of whose turn it is."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from satark.store.clock import hour_of, now
from satark.store.tables import Tip, TipReader
from satark.tips.clocks import Step
from satark.tips.life import Status
from satark.tips.viewing import Viewer, not_among_hidden

# How often a clock has spoken where the office above was told.
ESCALATED = 2

_tip: Any = Tip
_reader: Any = TipReader
_other: Any = aliased(TipReader)


class Lateness(StrEnum):
    """Of a tip whose clock runs. What is escalated is late, too."""

    IN_TIME = "in-time"
    LATE = "late"
    ESCALATED = "escalated"


# A tip that no office below the range has: its place is unknown, or it accuses the district.
NO_OFFICE = "none"


def lateness_is(value: str, row: Any = _tip) -> ColumnElement[bool]:
    """Tips, or their readers' rows, that are so late. An unknown value is that of no tip."""
    hour = hour_of(now())
    late: dict[str, ColumnElement[bool]] = {
        Lateness.IN_TIME: row.due_hour > hour,
        Lateness.LATE: _past(row, hour),
        Lateness.ESCALATED: and_(_past(row, hour), row.late >= ESCALATED),
    }
    return late.get(value, literal(False))


def _past(row: Any, hour: int) -> ColumnElement[bool]:
    """A range with two ends, which SQLite reads off the index of open tips."""
    return and_(row.due_hour >= 0, row.due_hour <= hour)


def step_is(value: str) -> ColumnElement[bool]:
    """Tips that wait for this."""
    return and_(step_now() == value)


def turn_is(turn: str) -> ColumnElement[bool]:
    """Tips that wait for this office."""
    return and_(turn_now() == office_of(turn))


def office_of(turn: str) -> str:
    """The office that somebody asks for, as it is written in the rows of readers."""
    return "" if turn == NO_OFFICE else turn


def waits(row: Any) -> ColumnElement[bool]:
    """Rows of readers of tips that wait for anything: those on the index of what waits."""
    return and_(row.step.is_not(None))


def step_now() -> Any:
    """As tips/clocks.py step_of."""
    return case(
        (_tip.status == Status.RECEIVED, Step.SEE.value),
        (_tip.status == Status.SEEN, Step.ASSIGN.value),
        (and_(_tip.status == Status.ASSIGNED, _tip.assigned == ""), Step.ASSIGN.value),
        (_tip.status == Status.ASSIGNED, Step.ACT.value),
    )


def turn_now() -> Any:
    """The office that a tip is assigned to, else its district's where that has it; "" where neither does."""
    reads = exists().where(_other.tip_id == _tip.id, _other.office_id == _tip.district)
    return case((_tip.assigned != "", _tip.assigned), (reads, _tip.district), else_="")


async def late_by_office(db: AsyncConnection, viewer: Viewer) -> list[Any]:
    """Of the tips that the viewer sees and whose clock runs, by `office` and `step`: how many are in time, late, and
    escalated, and the hour since which the oldest is due. It is read off one index, and no tip is looked at."""
    hour = hour_of(now())
    wanted = select(
        _reader.turn.label("office"),
        _reader.step,
        func.count().filter(_reader.due_hour > hour).label("in_time"),
        func.count().filter(_reader.due_hour <= hour).label("late"),
        func.count().filter(_reader.due_hour <= hour, _reader.late >= ESCALATED).label("escalated"),
        func.min(_reader.due_hour).label("oldest"),
    )
    running = wanted.where(waits(_reader), _reader.due_hour >= 0, _read_once(viewer))
    return list(await db.execute(running.group_by(_reader.turn, _reader.step)))


async def number_of_late(db: AsyncConnection, viewer: Viewer) -> int:
    """How many of the tips that the viewer sees are late."""
    late = (waits(_reader), _past(_reader, hour_of(now())), _read_once(viewer))
    wanted: Select[Any] = select(func.count()).select_from(TipReader).where(*late)
    return int((await db.execute(wanted)).scalar_one())


def _read_once(viewer: Viewer) -> ColumnElement[bool]:
    """Of each tip that the viewer sees, the row of one of their offices."""
    seen = and_(_reader.office_id.in_(viewer.offices), not_among_hidden(viewer, _reader.tip_id, _reader.hour))
    if len(viewer.offices) < 2:
        return seen
    before = and_(_other.office_id.in_(viewer.offices), _other.office_id < _reader.office_id)
    return and_(seen, ~exists().where(_other.tip_id == _reader.tip_id, before))
