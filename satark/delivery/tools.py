"""What it takes to deliver; only the worker has it all."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from satark.channels.messages import Secret
from satark.channels.spec import Channel
from satark.conversation.render import Voice
from satark.delivery.lane import Lane
from satark.delivery.leases import Leases
from satark.delivery.ledger import Ledger
from satark.delivery.paces import Paces, Pair
from satark.identity.lookup import Lookup, Rehearsed
from satark.intake.world import build_voice
from satark.routing.jurisdiction import Jurisdiction
from satark.store.engine import Store
from satark.store.health import Health
from satark.store.sealing import Locker, Opener


@dataclass(frozen=True)
class Courier:
    """`opener` opens return addresses; `locker` the conversations, so that an answer finds its tip."""

    store: Store
    channels: Mapping[str, Channel]
    jurisdiction: Jurisdiction
    opener: Opener
    lookup: Lookup
    locker: Locker
    health: Health
    leases: Leases = field(default_factory=Leases)
    paces: Paces = field(default_factory=Paces)
    _lanes: dict[str, Lane] = field(default_factory=dict)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.store)

    @property
    def voice(self) -> Voice:
        return self.jurisdiction.of(build_voice)

    def lane(self, channel: Channel) -> Lane:
        """The one lane of a channel in this process."""
        return self._lanes.setdefault(channel.name, Lane(channel.capabilities.sends_per_second))

    async def stop(self) -> None:
        """Send nothing more, and wait for the answers to what was sent: what is not written down would be sent again."""
        await asyncio.gather(*(lane.stop() for lane in self._lanes.values()))

    def pair(self, channel: Channel, address: Secret) -> Pair | None:
        """The pace at which one informant may be written to, where the channel has one."""
        able = channel.capabilities
        if not able.pair_seconds:
            return None
        return Pair(self.lookup.of("pace", channel.name, address.reveal()), able.pair_seconds, able.pair_burst)

    def rehearses(self, channel: Channel, address: Secret) -> bool:
        """Whether nobody is there: the operator looks whether anything stays of an address."""
        return address.reveal() == self.lookup.rehearsal(channel.name)

    def rehearsed(self, channel: str, ref: Secret | None) -> Rehearsed | None:
        """Where the file is that the operator sends in a rehearsal; None for one that somebody sent."""
        return self.lookup.rehearsed(channel, ref.reveal()) if ref else None

    def reported_as(self, channel: Channel, key: str) -> str:
        """The keyed hash under which a report on a wire is found; "" where the provider sends none."""
        return self.lookup.of("sent", channel.name, key) if channel.capabilities.reports else ""
