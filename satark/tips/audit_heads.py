"""Signed heads of the audit log: what its newest entry was on a day, signed with a key that the panel has not, so that a
log that was rewritten as a whole, or cut, no longer fits what was signed and sent away (P10)."""

from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.clock import DAY, now
from satark.store.officers import AuditEntry, AuditHead
from satark.tips.audit import read_through

TITLE = "satark audit log, version 1"
UNSIGNED_DAYS = 2

_entry: Any = AuditEntry
_head: Any = AuditHead


class NoHead(Exception):
    """A text is no published head, or its signature is not genuine. The message says which."""


@dataclass(frozen=True)
class Head:
    """The newest entry of the log at a time (unix seconds): its number and hash."""

    number: int
    hash: str
    time: int

    @property
    def statement(self) -> str:
        """What is signed."""
        return f"{TITLE}\nnumber: {self.number}\nhash: {self.hash}\ntime: {self.time}\n"


@dataclass(frozen=True)
class Verdict:
    """What can be said of the log. `number` and `hash` are those of its newest entry (0 where there is none).

    `broken` is the first entry that does not follow from the one before, `forged` the entry at which it differs from what
    was signed; None where there is none. `signed` is the newest signed head, and `is_unsigned` whether entries have been
    waiting for a signature for days."""

    number: int
    hash: str
    broken: int | None
    forged: int | None
    signed: Head | None
    is_unsigned: bool

    @property
    def is_whole(self) -> bool:
        return self.broken is None and self.forged is None


def sign(head: Head, private: bytes) -> str:
    """Return the signature (Ed25519), in hex."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(head.statement.encode()).hex()


def is_genuine(head: Head, signature: str, public: bytes) -> bool:
    """Whether the signature was made with the private half of `public`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), head.statement.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def publish(head: Head, signature: str, public: bytes) -> str:
    """Return the text that is sent away: all that somebody outside needs to check the log later."""
    return f"{head.statement}key: {public.hex()}\nsignature: {signature}\n"


def read_published(text: str, public: bytes | None = None) -> Head:
    """Return the head of a text that was sent away, whatever stands around it. `public` is the key that must have signed
    it; without it, the key in the text. Raises NoHead."""
    _, title, rest = text.partition(TITLE)
    fields = dict(line.split(": ", 1) for line in rest.splitlines() if ": " in line) if title else {}
    try:
        head = Head(int(fields["number"]), fields["hash"].strip(), int(fields["time"]))
        signature, key = fields["signature"].strip(), bytes.fromhex(fields["key"])
    except (KeyError, ValueError):
        raise NoHead("this is no head of an audit log") from None
    if public is not None and key != public:
        raise NoHead("it was signed with another key than this installation's audit.pub")
    if not is_genuine(head, signature, key):
        raise NoHead("its signature is not genuine")
    return head


async def verify_log(db: AsyncConnection, public: bytes | None, published: Head | None = None) -> Verdict:
    """Read the whole log, and compare it with the heads that were signed with `public` (None: no signature can be checked),
    and with one that was sent away."""
    log = await read_through(db)
    forged, newest = await _compare_heads(db, public)
    if published is not None and forged is None and not await fits(db, published):
        forged = published.number
    return Verdict(log.number, log.hash, log.broken, forged, newest, await _is_unsigned(db, newest))


async def fits(db: AsyncConnection, head: Head) -> bool:
    """Whether the log has the entry that a head names, with its hash."""
    found = await db.execute(select(_entry.hash).where(_entry.number == head.number))
    return bool(found.scalar_one_or_none() == head.hash)


async def _compare_heads(db: AsyncConnection, public: bytes | None) -> tuple[int | None, Head | None]:
    """The number of the first signed entry that is another now, and the newest head."""
    newest = None
    rows = select(AuditHead, _entry.hash.label("found")).outerjoin(AuditEntry, _entry.number == _head.number)
    for row in (await db.execute(rows.order_by(_head.day))).all():
        newest = Head(row.number, row.hash, row.time)
        if row.found != row.hash or (public is not None and not is_genuine(newest, row.signature, public)):
            return row.number, newest
    return None, newest


async def _is_unsigned(db: AsyncConnection, newest: Head | None) -> bool:
    """Whether an entry has been waiting for longer than the worker may take."""
    oldest = select(func.min(_entry.time)).where(_entry.number > (newest.number if newest else 0))
    waiting = (await db.execute(oldest)).scalar_one_or_none()
    return waiting is not None and waiting < now() - UNSIGNED_DAYS * DAY
