"""What it takes to deliver; only the worker has it all."""

from collections.abc import Mapping
from dataclasses import dataclass

from satark.channels.spec import Channel
from satark.conversation.render import Voice
from satark.identity.lookup import Lookup
from satark.store.engine import Store
from satark.store.sealing import Locker, Opener


@dataclass(frozen=True)
class Courier:
    """`opener` opens return addresses; `locker` the conversations, so that an answer finds its tip."""

    store: Store
    channels: Mapping[str, Channel]
    voice: Voice
    opener: Opener
    lookup: Lookup
    locker: Locker
