"""What officers do with a tip. Each verb is one function, whatever entrance it is called from.

A verb works in the caller's transaction, on a tip that the caller may see, and leaves an audit entry. Raises NotNow where
the tip's life does not allow it, and NotAllowed where the officer may not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.routing.tree import Parents
from satark.store.clock import hour_of, now
from satark.store.sealing import Seal
from satark.store.tables import Evidence, Message, Outbox, StatusChange, Tip, TipReader
from satark.tips.audit import append
from satark.tips.letters import Delivery, Letter, LetterKind, Piece, close_letter
from satark.tips.life import Outcome, Status, check_step
from satark.tips.queries import accused_by
from satark.tips.viewing import Viewer

_tip: Any = Tip
_message: Any = Message
_step: Any = StatusChange
_evidence: Any = Evidence
_reader: Any = TipReader


class NotAllowed(Exception):
    """The officer may not do that."""


@dataclass(frozen=True)
class Seals:
    """The keys that letters are closed with: `content` for the police, `reply` for the informant."""

    content: Seal
    reply: Seal


async def look(db: AsyncConnection, viewer: Viewer, tip: Any) -> None:
    """An officer opens a tip. The first look makes it seen."""
    if tip.status == Status.RECEIVED:
        await _move(db, tip, Status.SEEN)
    if tip.fresh:
        await db.execute(update(Tip).where(_tip.id == tip.id).values(fresh=False))
    await append(db, viewer.officer_id, "look", tip.id)


async def assign(db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, office: str, parents: Parents) -> None:
    """Hand a tip down to an office; from now on it may read it."""
    if office not in viewer.may_assign(parents, await accused_by(db, tip.id)):
        raise NotAllowed
    await _move(db, tip, Status.ASSIGNED)
    await db.execute(update(Tip).where(_tip.id == tip.id).values(assigned=office))
    known = select(_reader.office_id).where(_reader.tip_id == tip.id, _reader.office_id == office)
    if (await db.execute(known)).first() is None:
        await db.execute(insert(TipReader).values(tip_id=tip.id, office_id=office))
    await _tell(db, seals, viewer, tip, Letter(phrase=Status.ASSIGNED))
    await append(db, viewer.officer_id, "assign", tip.id, office)


async def report_action(
    db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, text: str, files: Sequence[str], words: str
) -> None:
    """Enter what was done. The informant gets `words`, or a phrase in their language where there are none."""
    await _move(db, tip, Status.ACTION_TAKEN)
    await _inside(db, seals, viewer, tip, LetterKind.REPORT, text, files)
    await _tell(db, seals, viewer, tip, _to_informant(words, Status.ACTION_TAKEN))
    await append(db, viewer.officer_id, "report", tip.id, f"{len(files)} files")


async def close(
    db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, status: Status, outcome: Outcome, words: str
) -> None:
    """End a tip: closed with an outcome, a duplicate, or not actionable."""
    await _move(db, tip, status, outcome)
    await _tell(db, seals, viewer, tip, _to_informant(words, status))
    await append(db, viewer.officer_id, "close", tip.id, f"{status} {outcome}".strip())


async def write_to_informant(db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, words: str) -> None:
    await _tell(db, seals, viewer, tip, Letter(pieces=(Piece(text=words),)))
    await append(db, viewer.officer_id, "write", tip.id)


async def add_note(db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, text: str) -> None:
    """A note that only officers read."""
    await _inside(db, seals, viewer, tip, LetterKind.NOTE, text, ())
    await append(db, viewer.officer_id, "note", tip.id)


def _to_informant(words: str, phrase: str) -> Letter:
    return Letter(pieces=(Piece(text=words),)) if words else Letter(phrase=phrase)


async def _move(db: AsyncConnection, tip: Any, status: Status, outcome: Outcome = Outcome.NONE) -> None:
    """Take a step of the tip's life. Raises NotNow."""
    check_step(tip.status, status)
    hour = hour_of(now())
    changed = {"status": status.value, "outcome": outcome.value, "changed_hour": hour}
    await db.execute(update(Tip).where(_tip.id == tip.id).values(**changed))
    steps = select(func.count()).select_from(StatusChange).where(_step.tip_id == tip.id)
    step = StatusChange(
        tip_id=tip.id,
        status=status.value,
        outcome=outcome.value,
        hour=hour,
        step=(await db.execute(steps)).scalar_one(),
    )
    await db.execute(insert(StatusChange).values(**step.model_dump()))


async def _inside(
    db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, kind: LetterKind, text: str, files: Sequence[str]
) -> None:
    """A letter that stays with the police, with its files."""
    pieces = (*((Piece(text=text),) if text else ()), *(Piece(evidence=one) for one in files))
    await _post(db, viewer, tip, kind, close_letter(seals.content, Letter(pieces=pieces)))
    own = _evidence.id.in_(files) & _evidence.tip_id.is_(None)
    await db.execute(update(Evidence).where(own).values(tip_id=tip.id))


async def _tell(db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, letter: Letter) -> None:
    """A letter to the informant: the courier finds the address, nobody here knows it."""
    sealed = close_letter(seals.reply, letter)
    message = await _post(db, viewer, tip, LetterKind.MESSAGE, sealed, Delivery.QUEUED)
    errand = Outbox(channel=tip.channel, tip_id=tip.id, message_id=message, due=now())
    await db.execute(insert(Outbox).values(**errand.model_dump()))


async def _post(
    db: AsyncConnection, viewer: Viewer, tip: Any, kind: LetterKind, sealed: bytes, delivery: Delivery = Delivery.NONE
) -> str:
    count = select(func.count()).select_from(Message).where(_message.tip_id == tip.id)
    message = Message(
        tip_id=tip.id,
        kind=kind.value,
        author=viewer.officer_id,
        hour=hour_of(now()),
        place=(await db.execute(count)).scalar_one(),
        sealed=sealed,
        delivery=delivery.value,
    )
    await db.execute(insert(Message).values(**message.model_dump()))
    return message.id
