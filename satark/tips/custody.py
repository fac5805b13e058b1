"""Who had a file in their hands: the entries of the audit log that tell of it, and the letter that brought it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.clock import hour_of
from satark.store.officers import AuditEntry, Officer

# What is done with a file; each such entry's detail begins with the file's id, and its subject is the tip.
OPENED, DOWNLOADED, NOTED, CERTIFIED = "file", "download", "custody note", "certificate"
HANDLED = (OPENED, DOWNLOADED, NOTED, CERTIFIED)

_entry: Any = AuditEntry
_officer: Any = Officer


async def custody_of(db: AsyncConnection, tip_id: str, evidence_id: str) -> list[Any]:
    """The entries of a file, oldest first: number, time (unix seconds), action, and the officer's name."""
    shown = select(_entry.number, _entry.time, _entry.action, _officer.name)
    mine = (_entry.subject == tip_id, _entry.action.in_(HANDLED), _entry.detail.startswith(evidence_id))
    joined = shown.outerjoin(Officer, _officer.id == _entry.actor).where(*mine)
    return list(await db.execute(joined.order_by(_entry.number)))


def narrows(time: int, hour: int) -> bool:
    """Whether a time (unix seconds) would tell the arrival in an hour (since 1970) better than its hour (P3): who opened
    a file two minutes after that hour began, had it by then."""
    return hour_of(time) == hour
