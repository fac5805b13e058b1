"""How a verb writes: a step of a tip's life, a letter that stays inside, a letter to the informant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.clock import hour_of, now
from satark.store.sealing import Seal
from satark.store.tables import Evidence, Message, Outbox, StatusChange, Tip
from satark.tips.letters import Delivery, Letter, LetterKind, Piece, close_letter
from satark.tips.life import Outcome, Status, check_step
from satark.tips.viewing import Viewer

_tip: Any = Tip
_message: Any = Message
_step: Any = StatusChange
_evidence: Any = Evidence


class NotAllowed(Exception):
    """The officer may not do that."""


@dataclass(frozen=True)
class Seals:
    """The keys that letters are closed with: `content` for the police, `reply` for the informant."""

    content: Seal
    reply: Seal


async def move(db: AsyncConnection, tip: Any, status: Status, outcome: Outcome = Outcome.NONE) -> None:
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


async def keep_inside(
    db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, kind: LetterKind, text: str, files: Sequence[str]
) -> None:
    """A letter that stays with the police, with its files."""
    pieces = (*((Piece(text=text),) if text else ()), *(Piece(evidence=one) for one in files))
    await _post(db, viewer, tip, kind, close_letter(seals.content, Letter(pieces=pieces)))
    own = _evidence.id.in_(files) & _evidence.tip_id.is_(None)
    await db.execute(update(Evidence).where(own).values(tip_id=tip.id))


async def tell(db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, letter: Letter) -> None:
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
