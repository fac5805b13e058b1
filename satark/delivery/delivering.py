"""One errand on its way: say it part by part, write down what became of it, forget the address.

A part that was sent is recorded before the next is tried, so that a prompt in three parts goes on where it failed. What
died between the provider's answer and the record is sent once more under the same key; a provider that knows idempotency
keys, and the simulator, say it once.
"""

import logging
import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from satark import metrics
from satark.channels import registry
from satark.channels.messages import Never, Sent, TryAgain, WindowClosed, Wire
from satark.channels.spec import Channel
from satark.conversation.render import render
from satark.delivery.backoff import MOST_ATTEMPTS, wait
from satark.delivery.errands import Errand, Opened, window_is_open
from satark.delivery.lane import Lane
from satark.delivery.leases import LEASE
from satark.delivery.ledger import NotWritten
from satark.delivery.outbox import KNOCK, AllSent, Begun, Held, Over, PartSent, PutBack, first_part, wire_key
from satark.delivery.paces import Pair
from satark.delivery.tools import Courier
from satark.store.clock import now, steady
from satark.tips.letters import Delivery

log = logging.getLogger(__name__)

# How long after its lease began a part may be sent without asking whether it is still ours: then the lease outlasts it.
SURE = LEASE - registry.SEND_LIMIT - 5


class NotNow(Struct, frozen=True):
    """The courier itself holds back: until `due` for the pace, or, where that is 0, because another worker has it."""

    due: int = 0


Outcome = Sent | TryAgain | Never | WindowClosed | NotNow


@dataclass(frozen=True)
class Lease:
    """`ends`, in unix seconds, is how the database knows it; `began` is of this process's own clock, which never jumps."""

    ends: int
    began: float

    @property
    def is_sure(self) -> bool:
        return steady() - self.began < SURE


class Delivering:
    """What a step returns is when to try again, in unix seconds, or 0 where it is over. `parts` are what is to be said where
    the window is open, `courteous` is whether there is time to show that a message was read."""

    parts: Sequence[Wire] | Never = ()
    courteous = True

    def __init__(self, courier: Courier, lane: Lane, channel: Channel, row: Any, lease: Lease, opened: Opened) -> None:
        self.courier = courier
        self.lane = lane
        self.channel = channel
        self.row = row
        self.lease = lease
        self.opened = opened
        self.thread: str = row.thread or row.tip_id
        self.attempts: int = row.attempts
        self.pair: Pair | None = None
        if isinstance(opened, Errand):
            self.pair = courier.pair(channel, opened.address)

    async def deliver(self) -> int:
        """Raises NotWritten: then the errand is left to its lease."""
        try:
            return await self._deliver()
        except NotWritten:
            raise
        except Exception as error:  # noqa: BLE001 - one errand must not stop the others
            log.error("errand %s failed (%s)", self.row.id, type(error).__name__)
            await self.courier.health.failed(self.channel.name)
            return await self._postpone(0)

    async def put_back(self, due: int) -> int:
        """Back into the outbox, through no fault of its own."""
        await self.courier.ledger.write(PutBack(self.row, due, self.attempts))
        return due

    def says(self, errand: Errand) -> bool:
        """Whether what is to be said may be said; else there is only a knock."""
        return not self.row.knocking and window_is_open(errand, self.channel.capabilities, now())

    async def _deliver(self) -> int:
        if not self.lane.is_open:
            return await self._stay_away()
        if isinstance(self.opened, Exception):
            raise self.opened
        errand = self.opened
        if errand is None or errand.is_late(now()):
            return await self._over(Delivery.WAITING)
        if self.courier.rehearses(self.channel, errand.address):
            return await self._over(Delivery.SENT)
        if not self.says(errand):
            return await self._knock(errand)
        if self.courteous and errand.seen is not None and self.row.part == 0:
            await registry.seen(self.channel, errand.seen, errand.address)
        return await self._say(errand)

    async def _say(self, errand: Errand) -> int:
        if isinstance(self.parts, Never):
            return await self._give_up(self.parts)
        for part in range(self.row.part, len(self.parts)):
            outcome = await self._send(self.parts[part], errand, part)
            if not isinstance(outcome, Sent):
                return await self._refused(outcome, errand)
            await self._sent(outcome, part, last=part == len(self.parts) - 1)
        return 0 if self.row.part < len(self.parts) else await self._over(Delivery.SENT)

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
            await self.courier.ledger.write(Held(self.row))
        return 0

    async def _send(self, wire: Wire, errand: Errand, part: int) -> Outcome:
        """One part, when pace, lane and lease allow it."""
        if self.pair:
            if pause := self.courier.paces.wait(self.pair):
                return NotNow(now() + math.ceil(pause))
            self.courier.paces.spend(self.pair)
        await self.lane.turn()
        if not self.lane.is_open:
            return NotNow(self.lane.opens)
        key = wire_key(self.row, part)
        if not await self._begin(key, part):
            return NotNow()
        outcome = await registry.send(self.channel, replace(wire, key=key), errand.address)
        metrics.PARTS.labels(self.channel.name, type(outcome).__name__).inc()
        if isinstance(outcome, Sent):
            self._tell_what_is_over()
            await self.courier.health.went(self.channel.name)
        return outcome

    def _tell_what_is_over(self) -> None:
        self.lane.worked()
        for outage in (self.lane.refusing, self.lane.waits):
            if struck := outage.ends():
                log.warning("channel %s takes messages again; it refused %d times", self.channel.name, struck)

    async def _begin(self, key: str, part: int) -> bool:
        """Whether the errand is ours for as long as the send may take. The first part was begun when it was claimed."""
        if part == first_part(self.row) and self.lease.is_sure:
            return True
        began = steady()
        reported_as = self.courier.reported_as(self.channel, key)
        ends = await self.courier.ledger.write(Begun(self.row, self.lease.ends, part, reported_as))
        self.lease = Lease(ends, began)
        return ends > 0

    async def _sent(self, outcome: Sent, part: int, *, last: bool) -> None:
        keys = [self.courier.lookup.of("sent", self.channel.name, one.reveal()) for one in outcome.external_ids]
        if last:
            kept = self.channel.capabilities.reports
            await self.courier.ledger.write(AllSent(self.row, part, keys, self.pair, kept))
        else:
            await self.courier.ledger.write(PartSent(self.row, part, keys, self.pair))
            self.attempts = 0

    async def _refused(self, outcome: TryAgain | Never | WindowClosed | NotNow, errand: Errand | None) -> int:
        """`errand` is None where a knock was refused: then there is nothing left to try."""
        match outcome:
            case WindowClosed() if errand is not None:
                return await self._knock(errand)
            case NotNow(due):
                if errand is not None and errand.is_late(due):
                    return await self._over(Delivery.WAITING)
                return await self.put_back(due) if due else 0
            case TryAgain(everything=True):
                return await self._close_lane(outcome)
            case TryAgain():
                await self.courier.health.failed(self.channel.name)
                if self.lane.waits.strikes():
                    said = "channel %s does not take all messages (%s); they are tried again"
                    log.warning(said, self.channel.name, outcome.why)
                return await self._postpone(outcome.after) or await self._give_up(Never(outcome.why))
        return await self._give_up(outcome)

    async def _stay_away(self) -> int:
        return await self.put_back(self.lane.opens)

    async def _close_lane(self, outcome: TryAgain) -> int:
        if self.lane.is_open:
            await self.courier.health.stopped(self.channel.name, outcome.why)
        if self.lane.refusing.strikes():
            said = "channel %s takes nothing (%s); nothing is lost and it is tried again; see `satark doctor`"
            log.error(said, self.channel.name, outcome.why)
        self.lane.close(outcome.after)
        return await self._stay_away()

    async def _postpone(self, asked: float) -> int:
        """Back into the outbox with a growing wait. Returns when it is due; 0 where it is to be given up."""
        self.attempts += 1
        if self.attempts >= MOST_ATTEMPTS:
            return 0
        return await self.put_back(now() + wait(self.attempts - 1, asked, secrets.SystemRandom().random()))

    async def _over(self, delivery: Delivery) -> int:
        await self.courier.ledger.write(Over(self.row, delivery))
        return 0

    async def _give_up(self, outcome: Never | WindowClosed, delivery: Delivery = Delivery.FAILED) -> int:
        log.warning("channel %s will never deliver errand %s (%s)", self.channel.name, self.row.id, outcome.why)
        if delivery is Delivery.FAILED:
            await self.courier.health.failed(self.channel.name)
        return await self._over(delivery)
