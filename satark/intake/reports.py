"""What providers report of messages that were sent: matched by a keyed hash, and never going back."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import case, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.channels.messages import DeliveryState, DeliveryStatus, TryAgain, WindowClosed
from satark.identity.lookup import Lookup
from satark.intake.arrivals import Arrival
from satark.store.among import among
from satark.store.clock import day_of
from satark.store.engine import Store
from satark.store.informants import Outbox, SentPart
from satark.store.tables import Message
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
}
# How often a message is sent anew that its provider took and then failed.
MOST_FAILURES = 4
Reported = tuple[Any, DeliveryStatus]
"""A row of what was sent, and what is reported of it."""
ARRIVED = (DeliveryState.DELIVERED, DeliveryState.READ)

_KNOWN = select(_part.key, _part.message_id, _part.errand, _part.part).where(among(_part.key, "keys"))
_errands = among(_outbox.id, "errands")
_WAITING = select(_outbox.id, _outbox.part).where(_errands & (_outbox.state == "due"))
_OVER = delete(Outbox).where(_errands & (_outbox.state == "sent"))


def rank(state: Delivery) -> int:
    """How far a message came."""
    return RANKS[state]


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
        parts = {row.key: row for row in await db.execute(_KNOWN, {"keys": {key for key, _ in reports}})}
        await _record(db, [(parts[key], report) for key, report in reports if key in parts], now)


async def _record(db: AsyncConnection, known: Sequence[Reported], now: int) -> None:
    """All at once: what a provider tells of thousands of messages costs no statement each. What arrived has not failed,
    in whatever order that is told."""
    taken = {(part.errand, part.part) for part, report in known if report.state is not DeliveryState.FAILED}
    if taken:
        await _go_on_behind(db, taken, now)
    arrived = {part.key for part, report in known if report.state in ARRIVED}
    failed = [one for one in known if one[1].state is DeliveryState.FAILED and one[0].key not in arrived]
    anew = {part.key for part, report in failed if await _send_anew(db, part, report, now)}
    lost = [part for part, _ in failed if part.key not in anew]
    over = {part.errand for part, report in known if report.state in ARRIVED} | {part.errand for part in lost}
    if over:
        await db.execute(_OVER, {"errands": over})
    furthest: dict[str, Delivery] = {}
    for part, report in known:
        if part.message_id and part.key not in anew:
            state = Delivery.DELIVERED if report.state in ARRIVED else Delivery(report.state.value)
            furthest[part.message_id] = max(furthest.get(part.message_id, state), state, key=rank)
    for message_id, state in furthest.items():
        await db.execute(_raise(message_id, state, day_of(now)))


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


async def _go_on_behind(db: AsyncConnection, taken: Collection[tuple[str, int]], now: int) -> None:
    """What the provider took must not be sent again, though its answer was lost: that is rare."""
    errands = {errand for errand, _ in taken}
    for row in (await db.execute(_WAITING, {"errands": errands})).all():
        if (row.id, row.part) in taken:
            behind = update(Outbox).where((_outbox.id == row.id) & (_outbox.part == row.part))
            await db.execute(behind.values(part=row.part + 1, due=now))


def _raise(message_id: str, state: Delivery, day: int) -> Any:
    """Raise a message's delivery to `state`, unless it is there or beyond. That it was read is nobody's business: it has
    arrived, on a day."""
    ranks = case({one.value: number for one, number in RANKS.items()}, value=_message.delivery, else_=0)
    values = {"delivery": state.value, "delivered_day": day if state is Delivery.DELIVERED else 0}
    return update(Message).where(_message.id == message_id, ranks < rank(state)).values(values)
