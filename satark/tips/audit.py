"""What officers looked at and changed, each entry chained to the one before, so that a change shows (P10)."""

import json
from hashlib import sha256
from typing import Any

from sqlalchemy import case, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.clock import now
from satark.store.tables import AuditEntry, Officer

GENESIS = "0" * 64
# Any number, the same in every process: the lock under which the chain grows on PostgreSQL.
CHAIN_LOCK = 7_283_275
_entry: Any = AuditEntry
_officer: Any = Officer


def link(previous: str, number: int, time: int, actor: str, action: str, subject: str, detail: str) -> str:
    """The hash of an entry: SHA-256 in hex over the one before and its own canonical JSON."""
    facts = json.dumps([previous, number, time, actor, action, subject, detail], ensure_ascii=False)
    return sha256(facts.encode()).hexdigest()


async def append(db: AsyncConnection, actor: str, action: str, subject: str = "", detail: str = "") -> None:
    """Add an entry, in the transaction of what it tells of. `actor` is an officer's id or the name of a command."""
    if db.dialect.name == "postgresql":
        await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CHAIN_LOCK})
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


# What an entry says of them would tell an accused office of a tip, should a colleague of theirs be the auditor.
_KEPT_BACK = ("accuse", "recuse", "transfer", "hand back", "assign")


async def page_of(db: AsyncConnection, before: int, most: int) -> list[Any]:
    """Entries with the names of their actors, newest first; those before a number, where it is not 0."""
    detail = case((_entry.action.in_(_KEPT_BACK), ""), else_=_entry.detail).label("detail")
    shown = (_entry.number, _entry.time, _entry.actor, _entry.action, _entry.subject, detail, _officer.name)
    wanted = select(*shown).outerjoin(Officer, _officer.id == _entry.actor).order_by(_entry.number.desc())
    return list(await db.execute((wanted.where(_entry.number < before) if before else wanted).limit(most)))


async def verify(db: AsyncConnection) -> int | None:
    """The number of the first entry that is not as it was written, or is missing; None where all are."""
    previous, expected = GENESIS, 1
    rows = await db.stream(select(AuditEntry).order_by(_entry.number))
    async for row in rows:
        right = link(previous, row.number, row.time, row.actor, row.action, row.subject, row.detail)
        if row.number != expected or row.hash != right:
            return expected
        previous, expected = row.hash, expected + 1
    return None
