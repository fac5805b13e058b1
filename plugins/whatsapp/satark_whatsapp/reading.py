"""From Meta's webhook to what the core takes: pure, all items of a batch, none spoilt by its neighbour."""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Raw

from satark.channels.loose import Losses, read, repaired
from satark.channels.messages import DeliveryState, DeliveryStatus, Envelope, Secret
from satark.channels.spec import Unreadable
from satark_whatsapp.contents import UNSUPPORTED, inbound_of
from satark_whatsapp.errors import refusal_of
from satark_whatsapp.payload import Change, Contact, Entry, Error, Message, Post, Sender, Status, Value, words
from satark_whatsapp.person import is_bsuid, preferred

log = logging.getLogger(__name__)

# Nobody waits for an answer to these, or nobody but us would see it.
IGNORED = frozenset({"system", "request_welcome", "reaction"})
# A change of which it is not known what it is may hold messages.
MESSAGES = frozenset({"messages", ""})
STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "played": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
}


def read_post(body: bytes, phone_number_id: str) -> list[Envelope | DeliveryStatus]:
    """All messages and statuses of a POST that concern our number, in their order. One that seems empty may have a key
    twice. Raises Unreadable."""
    return _items(body, phone_number_id) or _items(repaired(body), phone_number_id)


def _items(body: bytes, phone_number_id: str) -> list[Envelope | DeliveryStatus]:
    found: list[Envelope | DeliveryStatus] = []
    lost = Losses(log)
    for value in _values(body, lost):
        number = words(value.metadata.phone_number_id) if value.metadata else ""
        if number and number != phone_number_id:
            log.warning("WhatsApp sent something for another number than SATARK_WHATSAPP_PHONE_NUMBER_ID")
            continue
        for raw in value.errors:
            log.warning("WhatsApp reports error %d", _code(raw))
        contacts = [contact for raw in value.contacts if (contact := read(raw, Contact))]
        alone = _left_over(value.messages, contacts)
        found += [envelope for raw in value.messages if (envelope := _envelope(raw, contacts, alone, lost))]
        found += [status for raw in value.statuses if (status := _status(raw, lost))]
    lost.settle(found)
    return found


def _values(body: bytes, lost: Losses) -> Iterator[Value]:
    post = read(body, Post)
    if post is None:
        raise Unreadable
    for entry in lost.readable(post.entry, Entry):
        for change in lost.readable(entry.changes, Change):
            if change.field in MESSAGES:
                yield from (value for value in lost.readable([change.value], Value) if _has_items(value, lost))
            elif (value := read(change.value, Value)) and value.messages:
                yield value


def _has_items(value: Value, lost: Losses) -> bool:
    """Nothing is posted for nothing: what seems empty holds something that cannot be read."""
    there = bool(value.messages or value.statuses or value.errors)
    return there or lost.note()


def _code(raw: Raw) -> int:
    error = read(raw, Error)
    return error.code if error else -1


def _envelope(raw: Raw, contacts: Sequence[Contact], alone: Contact | None, lost: Losses) -> Envelope | None:
    """A message that says who sent it, even where nothing else of it can be read; None for what nobody waits for. `alone`
    is the contact that is left over for a message which names nobody."""
    sender = read(raw, Sender)
    if sender and (sender.group_id or sender.type in IGNORED):
        return None
    number, user_id = (words(sender.from_), words(sender.from_user_id)) if sender else ("", "")
    contact = _contact_of({number, user_id} - {""}, contacts) or (None if number or user_id else alone)
    known = [words(contact.user_id), words(contact.wa_id)] if contact else []
    address = preferred(user_id, number, *known)
    if sender is None or not address:
        lost.note()
        return None
    message = read(raw, Message)
    own = {one for one in (address, number, *known) if one and not is_bsuid(one)}
    return Envelope(
        Secret(address),
        Secret(words(sender.id) or hashlib.sha256(bytes(raw)).hexdigest()),
        inbound_of(message, own) if message else UNSUPPORTED,
        _names(contact, own - {address}),
    )


def _left_over(messages: Sequence[Raw], contacts: Sequence[Contact]) -> Contact | None:
    """The contact of the one message that does not say who sent it: the only one that no other message names."""
    senders = [read(raw, Sender) or Sender() for raw in messages]
    named = [{words(one.from_), words(one.from_user_id)} - {""} for one in senders]
    free = [one for one in contacts if not any({words(one.wa_id), words(one.user_id)} & ids for ids in named)]
    return free[0] if len(free) == 1 and sum(not ids for ids in named) == 1 else None


def _names(contact: Contact | None, numbers: Iterable[str]) -> tuple[Secret, ...]:
    """What is masked besides the address."""
    profile = contact.profile if contact else None
    names = [words(profile.name), words(profile.username).lstrip("@")] if profile else []
    return tuple(Secret(name) for name in dict.fromkeys([*names, *sorted(numbers)]) if name)


def _contact_of(ids: set[str], contacts: Sequence[Contact]) -> Contact | None:
    """The contact that a message belongs to. Never by its place: an answer would go to somebody else."""
    return next((one for one in contacts if ids & {words(one.wa_id), words(one.user_id)}), None)


def _status(raw: Raw, lost: Losses) -> DeliveryStatus | None:
    """What became of a message of ours, known by the key that we gave it, else by Meta's id."""
    status = next(lost.readable([raw], Status), None)
    state = STATES.get(status.status) if status else None
    if status is None or state is None or not (known_as := status.biz_opaque_callback_data or status.id):
        return None
    refused = refusal_of(_code(status.errors[0]) if status.errors else -1) if state is DeliveryState.FAILED else None
    return DeliveryStatus(Secret(known_as), state, refused)
