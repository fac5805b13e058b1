"""How a verb writes: a step of a tip's life, a letter that stays inside, a letter to the informant."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.clock import hour_of, now
from satark.store.columns import random_id
from satark.store.informants import Outbox
from satark.store.sealing import Seal
from satark.store.tables import Evidence, Message, StatusChange, Tip
from satark.tips.clocks import Clocks
from satark.tips.letters import Delivery, Letter, LetterKind, Piece, close_letter
from satark.tips.life import Outcome, Status, check_step
from satark.tips.standing import restart
from satark.tips.tallies.marks import mark
from satark.tips.viewing import Viewer

_tip: Any = Tip
_message: Any = Message
_step: Any = StatusChange
_evidence: Any = Evidence


class NotAllowed(Exception):
    """The officer may not do that."""


class AlreadyDone(Exception):
    """The same form was sent before; it has done its work."""


@dataclass(frozen=True)
class Seals:
    """The keys that letters are closed with: `content` for the police, `reply` for the informant."""

    content: Seal
    reply: Seal


async def move(db: AsyncConnection, clocks: Clocks, tip: Any, status: Status, outcome: Outcome = Outcome.NONE) -> None:
    """Take a step of the tip's life, and start the clock of the next. Raises NotNow."""
    check_step(tip.status, status)
    hour = hour_of(now())
    changed = {"status": status.value, "outcome": outcome.value, "changed_hour": hour}
    await db.execute(update(Tip).where(_tip.id == tip.id).values(**changed))
    await restart(db, clocks, tip.id)
    steps = select(func.count()).select_from(StatusChange).where(_step.tip_id == tip.id)
    step = StatusChange(
        tip_id=tip.id,
        status=status.value,
        outcome=outcome.value,
        hour=hour,
        step=(await db.execute(steps)).scalar_one(),
    )
    await db.execute(insert(StatusChange).values(**step.model_dump()))
    await mark(db, tip.hour)


async def check_once(db: AsyncConnection, once: str) -> None:
    """`once` is the id of the letter that a form makes, so that a form sent twice makes one. Raises AlreadyDone."""
    if (await db.execute(select(_message.id).where(_message.id == once))).first():
        raise AlreadyDone


async def keep_inside(
    db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, kind: LetterKind, letter: Letter, once: str = ""
) -> None:
    """A letter that stays with the police, with its files."""
    await _post(db, viewer, tip, kind, close_letter(seals.content, letter), once=once)
    files = [piece.evidence for piece in letter.pieces if piece.evidence]
    own = _evidence.id.in_(files) & _evidence.tip_id.is_(None)
    await db.execute(update(Evidence).where(own).values(tip_id=tip.id))


async def keep_note(db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, text: str, once: str = "") -> None:
    await keep_inside(db, seals, viewer, tip, LetterKind.NOTE, Letter(pieces=(Piece(text=text),)), once)


async def tell(db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, letter: Letter, once: str = "") -> None:
    """A letter to the informant: the courier finds the address, nobody here knows it."""
    sealed = close_letter(seals.reply, letter)
    message = await _post(db, viewer, tip, LetterKind.MESSAGE, sealed, Delivery.QUEUED, once)
    errand = Outbox(channel=tip.channel, tip_id=tip.id, message_id=message, due=now())
    # Who asks for an errand has no right to what the gateway and the courier seal in others (store/grants.py).
    await db.execute(insert(Outbox).values(**errand.model_dump(exclude={"sealed_address", "sealed_prompts"})))


async def _post(
    db: AsyncConnection,
    viewer: Viewer,
    tip: Any,
    kind: LetterKind,
    sealed: bytes,
    delivery: Delivery = Delivery.NONE,
    once: str = "",
) -> str:
    count = select(func.count()).select_from(Message).where(_message.tip_id == tip.id)
    message = Message(
        id=once or random_id(),
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
