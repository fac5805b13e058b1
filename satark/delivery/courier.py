"""Delivers the outbox, each channel for itself: claim what is due, open it, line it up; claim more while it is on its way.

What is for one person goes one after the other, also over several claims. What became of each errand is in the ledger
before the next of its person is begun.
"""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from satark.channels import registry
from satark.channels.messages import Prompt
from satark.channels.spec import Channel
from satark.conversation.render import render
from satark.delivery import outbox
from satark.delivery.delivering import Delivering, Lease
from satark.delivery.errands import Errand, open_errands
from satark.delivery.lane import Lane
from satark.delivery.leases import LEASE
from satark.delivery.ledger import NotWritten
from satark.delivery.outbox import Over
from satark.delivery.tools import Courier
from satark.store.clock import now, steady
from satark.tips.letters import Delivery

log = logging.getLogger(__name__)

# With more than so many under way, nobody is shown that their message was read: the answer itself is on its way.
MOST_COURTEOUS = 20
# To open so many and put them into words takes some 20 ms, in which the process does nothing else.
MOST_CLAIMED = 100


async def deliver_due(courier: Courier) -> int:
    """Deliver all that is due, each channel for itself. Returns how many errands were tried."""
    await outbox.forget_kept(courier.store)
    lost = await outbox.homeless(courier.store, courier.channels)
    await asyncio.gather(*(courier.ledger.write(Over(row, Delivery.WAITING)) for row in lost))
    return sum(await asyncio.gather(*(_empty(courier, channel) for channel in courier.channels.values())))


async def _empty(courier: Courier, channel: Channel) -> int:
    """Deliver what is due on one channel, for as long as its provider takes it. Whatever ends this, what is under way is
    waited for."""
    lane, done = courier.lane(channel), 0
    under_way: list[asyncio.Task[None]] = []
    try:
        while lane.is_open:
            async with lane.claiming:
                claimed = await _claim(courier, lane, channel)
                first = [one for one in claimed if lane.enter(one)]
            if not claimed:
                break
            done += len(claimed)
            under_way = [task for task in under_way if not task.done()]
            under_way += [asyncio.create_task(_in_turn(lane, one.thread)) for one in first]
    finally:
        await asyncio.gather(*under_way)
    return done


async def _claim(courier: Courier, lane: Lane, channel: Channel) -> list[Delivering]:
    """As much as there is room for, opened and in the channel's terms."""
    room = min(await lane.room(), MOST_CLAIMED)
    if not lane.is_open:
        return []
    began, ends = steady(), now() + LEASE
    free, named = courier.leases.free(now()), partial(courier.reported_as, channel)
    rows = await outbox.claim(courier.store, channel.name, free, ends, room, named)
    opened = await open_errands(courier, rows)
    lease = Lease(ends, began)
    made = [Delivering(courier, lane, channel, row, lease, one) for row, one in zip(rows, opened, strict=True)]
    await courier.paces.learn(courier.store, [one.pair for one in made if one.pair])
    await _put_into_words(courier, channel, made)
    return made


async def _put_into_words(courier: Courier, channel: Channel, made: Sequence[Delivering]) -> None:
    """In the terms of the channel, those that may be said."""
    said: list[tuple[Delivering, list[Prompt]]] = []
    for one in made:
        one.courteous = len(made) <= MOST_COURTEOUS
        if isinstance(one.opened, Errand) and one.says(one.opened):
            try:
                said.append((one, render(one.opened.asks, courier.voice, channel.capabilities)))
            except Exception as error:  # noqa: BLE001 - one template must not stop the answers of others
                one.opened = error
    if said:
        parts = await registry.render_each(channel, [prompts for _, prompts in said])
        for (one, _), wires in zip(said, parts, strict=True):
            one.parts = wires


async def _in_turn(lane: Lane, thread: str) -> None:
    """Deliver the errands to one person, also those that are claimed meanwhile; where one must wait, those behind it wait
    with it."""
    line, due = lane.threads[thread], 0
    try:
        while line:
            one = line.popleft()
            try:
                due = await (one.put_back(due) if due else one.deliver())
            finally:
                lane.leave()
    except NotWritten:
        log.error("%d errands wait until their lease ends", len(line) + 1)
    finally:
        del lane.threads[thread]
        for _ in line:
            lane.leave()
