"""What providers report of messages that were sent: matched by a keyed hash, and never going back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, select, update

from satark.channels.messages import DeliveryState, DeliveryStatus
from satark.identity.lookup import Lookup
from satark.intake.arrivals import Arrival
from satark.store.engine import Store
from satark.store.tables import Message, SentPart
from satark.tips.letters import Delivery

_message: Any = Message
_part: Any = SentPart

RANKS = {Delivery.WAITING: 0, Delivery.QUEUED: 0, Delivery.SENT: 1, Delivery.DELIVERED: 2, Delivery.READ: 3}


def rank(state: str) -> int:
    """How far a message came. A failure is the end only of what never arrived."""
    return RANKS.get(Delivery(state), 1)


async def record_reports(store: Store, lookup: Lookup, batch: Sequence[Arrival]) -> None:
    reports = [
        (lookup.of("sent", arrival.channel, item.external_id.reveal()), item.state)
        for arrival in batch
        for item in arrival.items
        if isinstance(item, DeliveryStatus)
    ]
    if not reports:
        return
    async with store.write() as db:
        found = await db.execute(select(_part.key, _part.message_id).where(_part.key.in_([key for key, _ in reports])))
        messages = {row.key: row.message_id for row in found if row.message_id}
        for key, state in reports:
            if key in messages:
                await db.execute(_raise(messages[key], state))


def _raise(message_id: str, state: DeliveryState) -> Any:
    """Raise a message's delivery to `state`, unless it is there or beyond."""
    ranks = case({one.value: number for one, number in RANKS.items()}, value=_message.delivery, else_=0)
    return update(Message).where(_message.id == message_id, ranks < rank(state.value)).values(delivery=state.value)
