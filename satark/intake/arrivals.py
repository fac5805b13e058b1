"""What came to the door, with its keys: the last place where a message still has its address."""

from asyncio import Future, get_running_loop
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from satark.channels.messages import Capabilities, DeliveryStatus, Envelope, Inbound, Kind, Prompt, Secret
from satark.conversation.words import spelled
from satark.identity.lookup import Lookup
from satark.identity.masking import mask
from satark.intake.world import vocabulary


@dataclass(frozen=True)
class Event:
    """An inbound message without its address: `key` recognises a repetition, empty for what has none."""

    key: str
    inbound: Inbound


@dataclass
class Thread:
    """The events of one conversation in a batch, in their order. `address` is None where the clock speaks; `seen` is
    the provider's id of the last message, `muting` the keyed hash under which a malicious sender is kept, `is_muted`
    whether what the conversation is about comes from one."""

    key: str
    channel: str
    capabilities: Capabilities
    address: Secret | None = None
    seen: Secret | None = None
    muting: str = ""
    is_muted: bool = False
    events: list[Event] = field(default_factory=list)


@dataclass
class Arrival:
    """One call of a channel: its items, and the future that its answer is put into."""

    channel: str
    capabilities: Capabilities
    items: Sequence[Envelope | DeliveryStatus]
    answer: "Future[list[Prompt]]"
    idle: Sequence[str] = ()


def apart(arrival: Arrival) -> list[Arrival]:
    """Each message, report and idle conversation of an arrival as one of its own, in their order. What is answered in its
    request is one conversation, and stays whole."""
    if arrival.capabilities.answers_in_request and arrival.items:
        return [arrival]
    loop = get_running_loop()
    parts = [((one,), ()) for one in arrival.items] + [((), (key,)) for key in arrival.idle]
    return [Arrival(arrival.channel, arrival.capabilities, items, loop.create_future(), idle) for items, idle in parts]


def masked(envelope: Envelope) -> Inbound:
    """The message with the sender's own number and names blotted out (P7). A word that is understood is kept as it is: who
    is called Ram greets with it too; and so is a poster's code, which is kept nowhere."""
    inbound, own, address = envelope.inbound, envelope.names, envelope.address
    if inbound.annotations:
        notes = tuple(replace(one, text=mask(one.text, own, address)) for one in inbound.annotations)
        inbound = replace(inbound, annotations=notes)
    if not inbound.text or inbound.kind is Kind.OPENED:
        return inbound
    text = mask(inbound.text, own, address)
    if text == inbound.text or spelled(inbound.text) in vocabulary().phrases:
        return inbound
    return replace(inbound, text=text)


def threads_of(arrivals: Sequence[Arrival], lookup: Lookup) -> dict[str, Thread]:
    """The conversations of a batch by key; each has its events in the order they came."""
    threads: dict[str, Thread] = {}
    for arrival in arrivals:
        for envelope in _envelopes(arrival):
            key = lookup.of("address", arrival.channel, envelope.address.reveal())
            thread = threads.setdefault(key, Thread(key, arrival.channel, arrival.capabilities))
            thread.address = envelope.address
            thread.muting = lookup.of("abuse", arrival.channel, envelope.address.reveal())
            thread.seen = envelope.external_id
            event_key = lookup.of("event", arrival.channel, envelope.external_id.reveal())
            thread.events.append(Event(event_key, masked(envelope)))
        for key in arrival.idle:
            thread = threads.setdefault(key, Thread(key, arrival.channel, arrival.capabilities))
            thread.events.append(Event("", Inbound(Kind.TIMEOUT)))
    return threads


def _envelopes(arrival: Arrival) -> Iterator[Envelope]:
    return (item for item in arrival.items if isinstance(item, Envelope))


def keys_of(arrival: Arrival, lookup: Lookup) -> list[str]:
    """The conversations an arrival speaks to, each once, in their order."""
    keys = (lookup.of("address", arrival.channel, envelope.address.reveal()) for envelope in _envelopes(arrival))
    return list(dict.fromkeys(keys))
