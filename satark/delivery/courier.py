"""Delivers the outbox: claim, open the address, say it part by part, forget the address.

A part that was sent is recorded before the next is tried, so that a prompt in three parts goes on where it failed. What
died between the provider's answer and the record is sent once more under the same key; a provider that knows idempotency
keys, and the simulator, say it once.
"""

import logging
import secrets
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import delete, select, update

from satark.channels import registry
from satark.channels.messages import Never, Secret, Sent, TryAgain, Wire
from satark.channels.spec import Channel
from satark.conversation.render import Voice, render
from satark.conversation.state import Ask
from satark.delivery.backoff import MOST_ATTEMPTS, wait
from satark.delivery.errands import Errand, open_errand
from satark.delivery.tools import Courier
from satark.store.clock import day_of, now
from satark.store.engine import Store
from satark.store.tables import Message, Outbox, SentPart
from satark.tips.letters import Delivery

log = logging.getLogger(__name__)

# Longer than a send may take (registry.SEND_LIMIT), for it is renewed with every part.
LEASE = 60
AT_ONCE = 50

_outbox: Any = Outbox
_message: Any = Message


async def deliver_due(courier: Courier) -> int:
    """Deliver all that is due. Returns how many errands were tried."""
    done = 0
    while True:
        lease = now() + LEASE
        rows = await _claim(courier.store, lease)
        for row in rows:
            if await _renew(courier.store, row, lease):
                await _deliver_safely(courier, row)
        done += len(rows)
        if not rows:
            return done


async def _claim(store: Store, lease: int) -> Sequence[Any]:
    """Errands that are due, out of reach of other workers until the lease ends."""
    moment = lease - LEASE
    due = (_outbox.due <= moment) & (_outbox.claimed_until <= moment)
    wanted = select(Outbox).where(due).order_by(_outbox.due).limit(AT_ONCE).with_for_update(skip_locked=True)
    async with store.write() as db:
        rows = (await db.execute(wanted)).all()
        ids = [row.id for row in rows]
        await db.execute(update(Outbox).where(_outbox.id.in_(ids)).values(claimed_until=lease))
    return rows


async def _renew(store: Store, row: Any, lease: int) -> bool:
    """Whether the errand is still ours when its turn comes: the ones before it may have taken longer than the lease."""
    own = (_outbox.id == row.id) & (_outbox.claimed_until == lease)
    async with store.write() as db:
        renewed = await db.execute(update(Outbox).where(own).values(claimed_until=max(now(), lease) + LEASE))
    return renewed.rowcount == 1


async def _deliver_safely(courier: Courier, row: Any) -> None:
    try:
        await _deliver(courier, row)
    except Exception as error:  # noqa: BLE001 - one errand must not stop the others
        log.error("errand %s failed (%s)", row.id, type(error).__name__)
        await _postpone(courier, row, TryAgain(why=type(error).__name__))


async def _deliver(courier: Courier, row: Any) -> None:
    channel = courier.channels.get(row.channel)
    errand = await open_errand(courier, row)
    if errand is None or channel is None:
        await _finish(courier, row, Delivery.WAITING)
        return
    wires = await _wires(courier.voice, channel, errand.asks)
    if isinstance(wires, Never):
        await _finish(courier, row, Delivery.FAILED)
        log.error("a prompt cannot be rendered for channel %s (%s)", channel.name, wires.why)
        return
    await _send_parts(courier, row, channel, errand, wires)


async def _wires(voice: Voice, channel: Channel, asks: Sequence[Ask]) -> Sequence[Wire] | Never:
    wires: list[Wire] = []
    for prompt in render(asks, voice, channel.capabilities):
        made = await registry.render(channel, prompt)
        if isinstance(made, Never):
            return made
        wires.extend(made)
    return wires


async def _send_parts(courier: Courier, row: Any, channel: Channel, errand: Errand, wires: Sequence[Wire]) -> None:
    for part, wire in enumerate(wires[row.part :], row.part):
        outcome = await registry.send(channel, replace(wire, key=f"{row.id}:{part}"), errand.address)
        match outcome:
            case Sent():
                await _record(courier, row, channel, outcome.external_ids, part + 1)
            case TryAgain():
                await _postpone(courier, row, outcome)
                return
            case Never():
                log.warning("channel %s will never deliver errand %s (%s)", channel.name, row.id, outcome.why)
                await _finish(courier, row, Delivery.FAILED)
                return
    await _finish(courier, row, Delivery.SENT)


async def _record(courier: Courier, row: Any, channel: Channel, ids: Sequence[Secret], part: int) -> None:
    """How far it came; the provider's ids only as keyed hashes."""
    keys = [courier.lookup.of("sent", channel.name, one.reveal()) for one in ids]
    async with courier.store.write() as db:
        await db.execute(
            update(Outbox).where(_outbox.id == row.id).values(part=part, attempts=0, claimed_until=now() + LEASE)
        )
        if keys:
            known = {"message_id": row.message_id, "day": day_of(now())}
            statement = courier.store.insert(SentPart).on_conflict_do_nothing()
            await db.execute(statement, [{"key": key, **known} for key in keys])


async def _postpone(courier: Courier, row: Any, outcome: TryAgain) -> None:
    """Back into the outbox with a growing wait; in the end it is given up, and the tip page says so."""
    if row.attempts + 1 >= MOST_ATTEMPTS:
        await _finish(courier, row, Delivery.FAILED)
        return
    due = now() + wait(row.attempts, outcome.after, secrets.SystemRandom().random())
    later = {"due": due, "claimed_until": 0, "attempts": row.attempts + 1}
    async with courier.store.write() as db:
        await db.execute(update(Outbox).where(_outbox.id == row.id).values(**later))


async def _finish(courier: Courier, row: Any, delivery: Delivery) -> None:
    """The errand is over: its row goes, and a letter of a tip knows how far it came."""
    async with courier.store.write() as db:
        await db.execute(delete(Outbox).where(_outbox.id == row.id))
        if row.message_id:
            unread = (_message.id == row.message_id) & (_message.delivery == Delivery.QUEUED)
            await db.execute(update(Message).where(unread).values(delivery=delivery.value))
