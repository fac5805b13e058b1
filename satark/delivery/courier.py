"""Delivers the outbox: claim, open the address, say it part by part, forget the address.

A part that was sent is recorded before the next is tried, so that a prompt in three parts goes on where it failed. What
died between the provider's answer and the record is sent once more under the same key; a provider that knows idempotency
keys, and the simulator, say it once.
"""

import asyncio
import logging
import math
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from satark import metrics
from satark.channels import registry
from satark.channels.messages import Never, Sent, TryAgain, WindowClosed, Wire
from satark.channels.spec import Channel
from satark.conversation.render import render
from satark.delivery import outbox
from satark.delivery.errands import Errand, open_errand, window_is_open
from satark.delivery.lane import Lane
from satark.delivery.leases import LEASE
from satark.delivery.outbox import Pair
from satark.delivery.tools import Courier
from satark.store.clock import now
from satark.tips.letters import Delivery

log = logging.getLogger(__name__)


# The part that a knock is: before all that is to be said.
KNOCK = -1


class NotNow(Struct, frozen=True):
    """The courier itself holds back: until `due` for the pace, or, where that is 0, because another worker has it."""

    due: int = 0


Outcome = Sent | TryAgain | Never | WindowClosed | NotNow


async def deliver_due(courier: Courier) -> int:
    """Deliver all that is due, each channel for itself. Returns how many errands were tried."""
    await outbox.forget_kept(courier.store)
    for row in await outbox.homeless(courier.store, courier.channels):
        await outbox.finish(courier.store, row, Delivery.WAITING)
    return sum(await asyncio.gather(*(_empty(courier, channel) for channel in courier.channels.values())))


async def _empty(courier: Courier, channel: Channel) -> int:
    """Deliver what is due on one channel, for as long as its provider takes it."""
    lane, done = courier.lane(channel), 0
    while lane.is_open:
        lease = now() + LEASE
        most = 1 if lane.is_doubtful else outbox.AT_ONCE
        rows = await outbox.claim(courier.store, courier.leases, channel.name, lease, most)
        if not rows:
            break
        done += len(rows)
        await asyncio.gather(*(_in_turn(courier, lane, channel, each, lease) for each in _by_thread(rows)))
    return done


def _by_thread(rows: Sequence[Any]) -> Iterable[list[Any]]:
    """What is for one person goes one after the other."""
    threads: dict[str, list[Any]] = {}
    for row in rows:
        threads.setdefault(row.thread or row.tip_id, []).append(row)
    return threads.values()


async def _in_turn(courier: Courier, lane: Lane, channel: Channel, rows: list[Any], lease: int) -> None:
    """Deliver the errands of one thread; where one must wait, those behind it wait with it."""
    async with lane.abreast:
        for at, row in enumerate(rows):
            again = await _deliver_safely(courier, lane, channel, row, lease)
            if again:
                await outbox.put_back(courier.store, rows[at + 1 :], again)
                return


async def _deliver_safely(courier: Courier, lane: Lane, channel: Channel, row: Any, lease: int) -> int:
    try:
        return await Delivering(courier, lane, channel, row, lease).deliver()
    except Exception as error:  # noqa: BLE001 - one errand must not stop the others
        log.error("errand %s failed (%s)", row.id, type(error).__name__)
        await courier.health.failed(channel.name)
        return await outbox.postpone(courier.store, row, 0)


class Delivering:
    """One errand on its way. What a step returns is when to try again, in unix seconds, or 0 where it is over."""

    def __init__(self, courier: Courier, lane: Lane, channel: Channel, row: Any, lease: int) -> None:
        self.courier = courier
        self.store = courier.store
        self.lane = lane
        self.channel = channel
        self.row = row
        self.lease = lease
        self.pair: Pair | None = None

    async def deliver(self) -> int:
        if not self.lane.is_open:
            await outbox.put_back(self.store, [self.row], self.lane.closed_until)
            return self.lane.closed_until
        errand = await open_errand(self.courier, self.row)
        if errand is None or errand.is_late(now()):
            await outbox.finish(self.store, self.row, Delivery.WAITING)
            return 0
        if self.courier.rehearses(self.channel, errand.address):
            await outbox.finish(self.store, self.row, Delivery.SENT)
            return 0
        if self.row.knocking or not window_is_open(errand, self.channel.capabilities, now()):
            return await self._knock(errand)
        if errand.seen is not None and self.row.part == 0:
            await registry.seen(self.channel, errand.seen, errand.address)
        return await self._say(errand)

    async def _say(self, errand: Errand) -> int:
        wires: list[Wire] = []
        for prompt in render(errand.asks, self.courier.voice, self.channel.capabilities):
            made = await registry.render(self.channel, prompt)
            if isinstance(made, Never):
                return await self._give_up(made)
            wires.extend(made)
        for part in range(self.row.part, len(wires)):
            outcome = await self._send(wires[part], errand, part)
            if not isinstance(outcome, Sent):
                return await self._refused(outcome, errand)
            await self._sent(outcome, part, last=part == len(wires) - 1)
        if self.row.part >= len(wires):
            await outbox.finish(self.store, self.row, Delivery.SENT)
        return 0

    async def _knock(self, errand: Errand) -> int:
        """Say that there is something, in the one form that may be sent; what it is waits until they write."""
        prompt = render([errand.knock], self.courier.voice, self.channel.capabilities)[-1]
        wires = await registry.render(self.channel, prompt, knocking=True)
        if isinstance(wires, Never):
            return await self._give_up(wires)
        if not wires:
            return await self._give_up(Never("the window is closed"), Delivery.WAITING)
        outcome = await self._send(wires[0], errand, KNOCK)
        if not isinstance(outcome, Sent):
            return await self._refused(outcome, None)
        if self.row.message_id:
            await self._sent(outcome, KNOCK, last=True)
        else:
            await outbox.hold(self.store, self.row)
        return 0

    async def _send(self, wire: Wire, errand: Errand, part: int) -> Outcome:
        """One part, when the pace and the lease allow it."""
        self.pair = self.courier.pair(self.channel, errand.address)
        if self.pair and (pause := await outbox.wait_of(self.store, self.pair)):
            return NotNow(now() + math.ceil(pause))
        key = f"{self.row.id}:{part}"
        reported_as = self.courier.reported_as(self.channel, key)
        self.lease = await outbox.begin(self.store, self.row, self.lease, reported_as, part)
        if not self.lease:
            return NotNow()
        await self.lane.turn()
        outcome = await registry.send(self.channel, replace(wire, key=key), errand.address)
        metrics.PARTS.labels(self.channel.name, type(outcome).__name__).inc()
        if isinstance(outcome, Sent):
            self._tell_what_is_over()
            await self.courier.health.went(self.channel.name)
        return outcome

    def _tell_what_is_over(self) -> None:
        self.lane.worked()
        for outage in (self.lane.stopped, self.lane.waits):
            if struck := outage.ends():
                log.warning("channel %s takes messages again; it refused %d times", self.channel.name, struck)

    async def _sent(self, outcome: Sent, part: int, *, last: bool) -> None:
        keys = [self.courier.lookup.of("sent", self.channel.name, one.reveal()) for one in outcome.external_ids]
        if last:
            reports = self.channel.capabilities.reports
            await outbox.finish_sent(self.store, self.row, part, keys, self.pair, reports=reports)
        else:
            await outbox.record(self.store, self.row, part, keys, self.pair)

    async def _refused(self, outcome: TryAgain | Never | WindowClosed | NotNow, errand: Errand | None) -> int:
        """`errand` is None where a knock was refused: then there is nothing left to try."""
        match outcome:
            case WindowClosed() if errand is not None:
                return await self._knock(errand)
            case NotNow(due):
                if errand is not None and errand.is_late(due):
                    await outbox.finish(self.store, self.row, Delivery.WAITING)
                    return 0
                if due:
                    await outbox.put_back(self.store, [self.row], due)
                return due
            case TryAgain(everything=True):
                return await self._close_lane(outcome)
            case TryAgain():
                await self.courier.health.failed(self.channel.name)
                if self.lane.waits.strikes():
                    log.warning(
                        "channel %s does not take all messages (%s); they are tried again",
                        self.channel.name,
                        outcome.why,
                    )
                due = await outbox.postpone(self.store, self.row, outcome.after)
                return due or await self._give_up(Never(outcome.why))
        return await self._give_up(outcome)

    async def _close_lane(self, outcome: TryAgain) -> int:
        if self.lane.is_open:
            await self.courier.health.stopped(self.channel.name, outcome.why)
        if self.lane.stopped.strikes():
            log.error(
                "channel %s takes nothing (%s); nothing is lost and it is tried again; see `satark doctor`",
                self.channel.name,
                outcome.why,
            )
        self.lane.close(outcome.after)
        await outbox.put_back(self.store, [self.row], self.lane.closed_until)
        return self.lane.closed_until

    async def _give_up(self, outcome: Never | WindowClosed, delivery: Delivery = Delivery.FAILED) -> int:
        log.warning("channel %s will never deliver errand %s (%s)", self.channel.name, self.row.id, outcome.why)
        if delivery is Delivery.FAILED:
            await self.courier.health.failed(self.channel.name)
        await outbox.finish(self.store, self.row, delivery)
        return 0
