"""What officers looked at and changed, each entry chained to the one before, so that a change shows (P10)."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import case, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.clock import hour_of, now, start_of
from satark.store.officers import AuditEntry, Officer

GENESIS = "0" * 64
# Any number, the same in every process: the lock under which the chain grows on PostgreSQL.
CHAIN_LOCK = 7_283_275
# So many entries are in memory at once while the log is verified.
AT_ONCE = 1000
COMMAND_LINE = "command line"
_entry: Any = AuditEntry
_officer: Any = Officer


def link(previous: str, number: int, time: int, actor: str, action: str, subject: str, detail: str) -> str:
    """The hash of an entry: SHA-256 in hex over the one before and its own canonical JSON."""
    facts = json.dumps([previous, number, time, actor, action, subject, detail], ensure_ascii=False)
    return sha256(facts.encode()).hexdigest()


@dataclass(frozen=True)
class Log:
    """The log at a moment: number and hash of its newest entry (0 and GENESIS where there is none), and the number of the
    first entry that is not as it was written, or is missing; None where all are."""

    number: int
    hash: str
    broken: int | None


async def _lock(db: AsyncConnection) -> None:
    if db.dialect.name == "postgresql":
        await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CHAIN_LOCK})


async def append(db: AsyncConnection, actor: str, action: str, subject: str = "", detail: str = "") -> None:
    """Add an entry, in the transaction of what it tells of. `actor` is an officer's id or the name of a command."""
    await _lock(db)
    newest = select(_entry.number, _entry.hash).order_by(_entry.number.desc()).limit(1)
    last = (await db.execute(newest)).one_or_none()
    number, previous = (last.number + 1, last.hash) if last else (1, GENESIS)
    time = now()
    facts = (number, time, actor, action, subject, detail)
    await db.execute(
        insert(AuditEntry).values(
            number=number, time=time, actor=actor, action=action, subject=subject, detail=detail,
            hash=link(previous, *facts),
        )
    )  # fmt: skip


async def note_command(db: AsyncConnection, command: str, subject: str = "", detail: str = "") -> None:
    """Add an entry for a command of the operator, in the transaction of what it did where there is one. Nobody is signed in
    there: the actor is the command line."""
    await append(db, COMMAND_LINE, command, subject, detail)


async def append_hourly(db: AsyncConnection, actor: str, action: str, subject: str, detail: str) -> None:
    """Add an entry, unless the same one was added in this hour: a video that is read in a hundred pieces is one look."""
    await _lock(db)
    if not await is_noted(db, actor, action, subject, detail):
        await append(db, actor, action, subject, detail)


async def is_noted(db: AsyncConnection, actor: str, action: str, subject: str, detail: str) -> bool:
    """Whether such an entry was added in this hour."""
    same = (_entry.subject == subject, _entry.actor == actor, _entry.action == action, _entry.detail == detail)
    found = await db.execute(select(_entry.number).where(*same, _entry.time >= start_of(hour_of(now()))).limit(1))
    return found.first() is not None


# What an entry says of them would tell an accused office of a tip, should a colleague of theirs be the auditor.
_KEPT_BACK = (
    "accuse",
    "ask to accuse",
    "decline accusation",
    "take back accusation",
    "recuse",
    "transfer",
    "hand back",
    "assign",
    "take back assignment",
    "escalate",
    "export tips",
    "download",
)


async def page_of(db: AsyncConnection, before: int, most: int) -> list[Any]:
    """Entries with the names of their actors, newest first; those before a number, where it is not 0."""
    detail = case((_entry.action.in_(_KEPT_BACK), ""), else_=_entry.detail).label("detail")
    shown = (_entry.number, _entry.time, _entry.actor, _entry.action, _entry.subject, detail, _officer.name)
    wanted = select(*shown).outerjoin(Officer, _officer.id == _entry.actor).order_by(_entry.number.desc())
    return list(await db.execute((wanted.where(_entry.number < before) if before else wanted).limit(most)))


async def verify(db: AsyncConnection) -> int | None:
    """The number of the first entry that is not as it was written, or is missing; None where all are."""
    return (await read_through(db)).broken


async def read_through(db: AsyncConnection) -> Log:
    """The log, each entry of it looked at: some at a time, and hashed beside the event loop, which has others to serve."""
    log = Log(0, GENESIS, None)
    found = await db.stream(select(AuditEntry).order_by(_entry.number))
    async for rows in found.partitions(AT_ONCE):
        log = await asyncio.to_thread(_followed, log, rows)
    return log


def _followed(log: Log, rows: Sequence[Any]) -> Log:
    """The log with the entries that come next."""
    number, previous, broken = log.number, log.hash, log.broken
    for row in rows:
        right = link(previous, row.number, row.time, row.actor, row.action, row.subject, row.detail)
        if broken is None and (row.number != number + 1 or row.hash != right):
            broken = number + 1
        number, previous = row.number, row.hash
    return Log(number, previous, broken)
