"""What officers read of tips: every query has the one clause of viewing.py."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.routing.policy import Held, bars, is_barred
from satark.routing.tree import Parents
from satark.store.clock import HOUR
from satark.store.tables import Accusation, AuditEntry, Evidence, Message, Officer, Post, StatusChange, Tip
from satark.tips.viewing import Viewer, visible

PAGE = 50

_tip: Any = Tip
_accusation: Any = Accusation
_message: Any = Message
_evidence: Any = Evidence
_step: Any = StatusChange
_officer: Any = Officer
_post: Any = Post
_audit: Any = AuditEntry


@dataclass(frozen=True)
class Filters:
    """What an officer looks for; "" is any. `reference` is the beginning of one, `unread` any word for yes."""

    status: str = ""
    category: str = ""
    district: str = ""
    station: str = ""
    assigned: str = ""
    locale: str = ""
    channel: str = ""
    unread: str = ""
    reference: str = ""

    def columns(self) -> Mapping[str, str]:
        special = ("reference", "unread")
        return {name: value for name, value in vars(self).items() if value and name not in special}

    def asked(self, **changes: str | int) -> str:
        """As the query of an address, with some things changed."""
        wanted = {**vars(self), **changes}
        return urlencode({name: value for name, value in wanted.items() if value not in ("", 0)})


def _filtered(viewer: Viewer, filters: Filters) -> list[Any]:
    clauses = [visible(viewer), *(getattr(_tip, name) == value for name, value in filters.columns().items())]
    if filters.unread:
        clauses.append(_tip.fresh)
    if filters.reference:
        clauses.append(_tip.reference.startswith(filters.reference.upper(), autoescape=True))
    return clauses


async def inbox(db: AsyncConnection, viewer: Viewer, filters: Filters, page: int = 0) -> list[Any]:
    """One page of tips and one row more, newest hour first; inside an hour their order is that of random ids."""
    wanted = select(Tip).where(*_filtered(viewer, filters)).order_by(_tip.hour.desc(), _tip.id)
    return list(await db.execute(wanted.offset(page * PAGE).limit(PAGE + 1)))


async def counts(db: AsyncConnection, viewer: Viewer, filters: Filters) -> dict[str, int]:
    """How many tips there are by status, whatever status is filtered."""
    others = Filters(**{**vars(filters), "status": ""})
    wanted = select(_tip.status, func.count().label("number")).where(*_filtered(viewer, others)).group_by(_tip.status)
    return {row.status: row.number for row in await db.execute(wanted)}


async def newest(db: AsyncConnection, viewer: Viewer) -> tuple[int, int]:
    """How many tips the viewer sees, and how many of them have something unread: what live arrival watches."""
    wanted = select(func.count(), func.count().filter(_tip.fresh)).select_from(Tip).where(visible(viewer))
    total, fresh = (await db.execute(wanted)).one()
    return total, fresh


async def tip_for(db: AsyncConnection, viewer: Viewer, reference: str) -> Any:
    """The tip of a reference, or None where there is none that the viewer may see."""
    return (await db.execute(select(Tip).where(_tip.reference == reference, visible(viewer)))).one_or_none()


async def accused_by(db: AsyncConnection, tip_id: str) -> frozenset[str]:
    return frozenset((await db.execute(select(_accusation.office_id).where(_accusation.tip_id == tip_id))).scalars())


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
        (name, times[officer] // HOUR)
        for (officer, name), held in people.items()
        if is_barred(bars(parents, held), accused, tip.hour)
    ]


async def letters_of(db: AsyncConnection, tip_id: str) -> list[Any]:
    """The letters of a tip in their order, each with the name of its author."""
    joined = select(Message, _officer.name.label("author_name")).outerjoin(Officer, _officer.id == _message.author)
    return list(await db.execute(joined.where(_message.tip_id == tip_id).order_by(_message.place)))


async def files_of(db: AsyncConnection, tip_id: str) -> dict[str, Any]:
    """The files of a tip by id."""
    return {row.id: row for row in await db.execute(select(Evidence).where(_evidence.tip_id == tip_id))}


async def steps_of(db: AsyncConnection, tip_id: str) -> list[Any]:
    return list(await db.execute(select(StatusChange).where(_step.tip_id == tip_id).order_by(_step.step)))


async def evidence_for(db: AsyncConnection, viewer: Viewer, evidence_id: str) -> Any:
    """The row of a file whose tip the viewer may see, or None."""
    wanted = select(Evidence).join(Tip, _tip.id == _evidence.tip_id).where(_evidence.id == evidence_id, visible(viewer))
    return (await db.execute(wanted)).one_or_none()
