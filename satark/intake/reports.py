"""What providers report of messages that were sent: matched by a keyed hash, and never going back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.channels.messages import DeliveryState, DeliveryStatus, TryAgain, WindowClosed
from satark.identity.lookup import Lookup
from satark.intake.arrivals import Arrival
from satark.store.engine import Store
from satark.store.tables import Message, Outbox, SentPart
from satark.tips.letters import Delivery

_message: Any = Message
_outbox: Any = Outbox
_part: Any = SentPart

# A failure may overtake "sent", for a provider takes a message before it fails; what arrived has not failed.
RANKS = {
    Delivery.WAITING: 0,
    Delivery.QUEUED: 0,
    Delivery.SENT: 1,
    Delivery.FAILED: 2,
    Delivery.DELIVERED: 3,
    Delivery.READ: 4,
}
# How often a message is sent anew that its provider took and then failed.
MOST_FAILURES = 4
ARRIVED = (DeliveryState.DELIVERED, DeliveryState.READ)


def rank(state: str) -> int:
    """How far a message came."""
    return RANKS[Delivery(state)]


async def record_reports(store: Store, lookup: Lookup, batch: Sequence[Arrival], now: int) -> None:
    reports = [
        (lookup.of("sent", arrival.channel, item.external_id.reveal()), item)
        for arrival in batch
        for item in arrival.items
        if isinstance(item, DeliveryStatus)
    ]
    if not reports:
        return
    async with store.write() as db:
        wanted = select(SentPart).where(_part.key.in_([key for key, _ in reports]))
        parts = {row.key: row for row in await db.execute(wanted)}
        for key, report in reports:
            if key in parts:
                await _record(db, parts[key], report, now)


async def _record(db: AsyncConnection, part: Any, report: DeliveryStatus, now: int) -> None:
    if report.state is DeliveryState.FAILED and await _send_anew(db, part, report, now):
        return
    if report.state is not DeliveryState.FAILED:
        await db.execute(_go_on_behind(part, now))
    if report.state in (*ARRIVED, DeliveryState.FAILED):
        kept = (_outbox.id == part.errand) & (_outbox.state == "sent")
        await db.execute(delete(Outbox).where(kept))
    if part.message_id:
        await db.execute(_raise(part.message_id, report.state))


async def _send_anew(db: AsyncConnection, part: Any, report: DeliveryStatus, now: int) -> bool:
    """Put what failed for now back into the outbox, as long as it is still there. Returns whether it was."""
    match report.refused:
        case TryAgain(after=after):
            changes = {"due": now + round(after)}
        case WindowClosed():
            changes = {"due": now, "knocking": True}
        case _:
            return False
    kept = (_outbox.id == part.errand) & (_outbox.state == "sent") & (_outbox.failures < MOST_FAILURES)
    anew = {"state": "due", "part": max(part.part, 0), "failures": _outbox.failures + 1, "claimed_until": 0, **changes}
    return bool((await db.execute(update(Outbox).where(kept).values(**anew))).rowcount)


def _go_on_behind(part: Any, now: int) -> Any:
    """What the provider took must not be sent again, though its answer was lost."""
    waiting = (_outbox.id == part.errand) & (_outbox.state == "due") & (_outbox.part == part.part)
    return update(Outbox).where(waiting).values(part=part.part + 1, due=now)


def _raise(message_id: str, state: DeliveryState) -> Any:
    """Raise a message's delivery to `state`, unless it is there or beyond."""
    ranks = case({one.value: number for one, number in RANKS.items()}, value=_message.delivery, else_=0)
    return update(Message).where(_message.id == message_id, ranks < rank(state.value)).values(delivery=state.value)
