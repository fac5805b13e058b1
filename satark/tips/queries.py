"""What officers read of tips: every query has the one clause of viewing.py."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.routing.policy import Held, bars, is_barred
from satark.routing.tree import Parents
from satark.store.clock import day_of, hour_of, now
from satark.store.officers import AuditEntry, Officer, Post
from satark.store.tables import Accusation, Evidence, Message, StatusChange, Tip
from satark.tips.lateness import lateness_is, step_is, turn_is
from satark.tips.letters import Delivery
from satark.tips.life import Status
from satark.tips.numbers import span
from satark.tips.viewing import Viewer, unread, visible

_tip: Any = Tip
_accusation: Any = Accusation
_message: Any = Message
_evidence: Any = Evidence
_step: Any = StatusChange
_officer: Any = Officer
_post: Any = Post
_audit: Any = AuditEntry


MOST_SAID = 64


@dataclass(frozen=True)
class Filters:
    """What an officer looks for; "" is any. `reference` is the beginning of one (numbers.py), `unread` any word for yes,
    `priority` the least; `overdue`, `step` and `turn` are those of lateness.py."""

    status: str = ""
    category: str = ""
    district: str = ""
    station: str = ""
    assigned: str = ""
    locale: str = ""
    channel: str = ""
    priority: str = ""
    unread: str = ""
    reference: str = ""
    overdue: str = ""
    step: str = ""
    turn: str = ""

    @classmethod
    def of(cls, said: Callable[[str], str]) -> Self:
        """As somebody asked: `said` gives what they said of each by its name, "" for nothing."""
        return cls(**{one.name: said(one.name)[:MOST_SAID] for one in fields(cls)})

    def columns(self) -> Mapping[str, str]:
        special = ("reference", "unread", "priority", "overdue", "step", "turn")
        return {name: value for name, value in vars(self).items() if value and name not in special}

    def asked(self, **changes: object) -> str:
        """As the query of an address, with some things changed or added."""
        wanted = {**vars(self), **changes}
        return urlencode({name: value for name, value in wanted.items() if value not in ("", 0, None)})


def looked_for(viewer: Viewer, filters: Filters) -> list[Any]:
    """Of all tips, those that a viewer looks for; whether they may see them is another question."""
    clauses = [getattr(_tip, name) == value for name, value in filters.columns().items()]
    if filters.priority.isdecimal():
        clauses.append(_tip.priority >= int(filters.priority[:1]))
    if filters.unread:
        clauses.append(unread(viewer))
    if filters.overdue:
        clauses.append(lateness_is(filters.overdue))
    if filters.step:
        clauses.append(step_is(filters.step))
    if filters.turn:
        clauses.append(turn_is(filters.turn))
    if beginning := span(filters.reference):
        clauses.append(_tip.reference.between(*beginning))
    else:
        # What was destroyed is found by its reference alone: there is nothing to be done about it.
        clauses.append(_tip.destroyed.is_(None))
    return clauses


async def tip_for(db: AsyncConnection, viewer: Viewer, reference: str) -> Any:
    """The tip of a reference, or None where there is none that the viewer may see."""
    return (await db.execute(select(Tip).where(_tip.reference == reference, visible(viewer)))).one_or_none()


async def accused_by(db: AsyncConnection, tip_id: str) -> frozenset[str]:
    return frozenset((await db.execute(select(_accusation.office_id).where(_accusation.tip_id == tip_id))).scalars())


async def accused_by_each(db: AsyncConnection, tips: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The offices that each of some tips accuses; tips that accuse none are missing."""
    found: dict[str, list[str]] = {}
    for row in await db.execute(select(_accusation.tip_id, _accusation.office_id).where(_accusation.tip_id.in_(tips))):
        found.setdefault(row.tip_id, []).append(row.office_id)
    return found


async def barred_who_looked(
    db: AsyncConnection, tip: Any, accused: frozenset[str], parents: Parents
) -> list[tuple[str, int]]:
    """Who saw a tip before it was known that it accuses their office: name, and the hour in which they last did."""
    if not accused:
        return []
    looked = select(_audit.actor, func.max(_audit.time).label("time")).where(_audit.subject == tip.id)
    times = {row.actor: row.time for row in await db.execute(looked.group_by(_audit.actor))}
    posts = select(_officer.id, _officer.name, _post.office_id, _post.until).join(Post, _post.officer_id == _officer.id)
    people: dict[tuple[str, str], list[Held]] = defaultdict(list)
    for row in await db.execute(posts.where(_officer.id.in_(times)).order_by(_officer.name)):
        people[row.id, row.name].append(Held(row.office_id, row.until))
    return [
        (name, hour_of(times[officer]))
        for (officer, name), held in people.items()
        if is_barred(bars(parents, held), accused, tip.hour)
    ]


async def letters_of(db: AsyncConnection, tip_id: str) -> list[Any]:
    """The letters of a tip in their order, each with the name of its author."""
    columns = [column for column in Message.__table__.columns if column.name != "delivery"]  # type: ignore[attr-defined]
    named = _officer.name.label("author_name")
    joined = select(*columns, _delivery_by_day(), named).outerjoin(Officer, _officer.id == _message.author)
    return list(await db.execute(joined.where(_message.tip_id == tip_id).order_by(_message.place)))


def _delivery_by_day() -> ColumnElement[str]:
    """How far a letter came, as officers may know it: that it arrived they learn the next day, for the minute in which it
    did would tell when a certain telephone was switched on."""
    today = (_message.delivery == Delivery.DELIVERED) & (_message.delivered_day >= day_of(now()))
    shown: ColumnElement[str] = case((today, Delivery.SENT.value), else_=_message.delivery)
    return shown.label("delivery")


async def files_of(db: AsyncConnection, tip_id: str) -> dict[str, Any]:
    """The files of a tip by id."""
    return {row.id: row for row in await db.execute(select(Evidence).where(_evidence.tip_id == tip_id))}


async def progress_of(db: AsyncConnection, tip_id: str) -> list[Any]:
    """What changes by itself while an officer reads: letters and how far they came, files and whether they are ready."""
    letters = await db.execute(select(_message.id, _delivery_by_day()).where(_message.tip_id == tip_id))
    files = await db.execute(select(_evidence.id, _evidence.state).where(_evidence.tip_id == tip_id))
    return sorted(tuple(row) for row in (*letters, *files))


async def is_reported(db: AsyncConnection, tip: Any) -> bool:
    """Whether there was an action report about a tip: the step is kept when what it said is destroyed."""
    taken = select(_step.id).where(_step.tip_id == tip.id, _step.status == Status.ACTION_TAKEN.value).limit(1)
    return (await db.execute(taken)).first() is not None


async def steps_of(db: AsyncConnection, tip_id: str) -> list[Any]:
    return list(await db.execute(select(StatusChange).where(_step.tip_id == tip_id).order_by(_step.step)))


async def evidence_for(db: AsyncConnection, viewer: Viewer, evidence_id: str) -> Any:
    """The row of a file whose tip the viewer may see, with the tip's `reference`; or None."""
    joined = select(Evidence, _tip.reference).join(Tip, _tip.id == _evidence.tip_id)
    wanted = joined.where(_evidence.id == evidence_id, visible(viewer))
    return (await db.execute(wanted)).one_or_none()
