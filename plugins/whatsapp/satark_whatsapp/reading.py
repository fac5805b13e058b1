"""From Meta's webhook to what the core takes: pure, all items of a batch, none spoilt by its neighbour."""

import base64
import binascii
import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence

from msgspec import Raw

from satark.channels.loose import read
from satark.channels.messages import (
    DeliveryState,
    DeliveryStatus,
    Envelope,
    Inbound,
    Kind,
    Media,
    MediaKind,
    Point,
    Secret,
    Unusable,
)
from satark_whatsapp.errors import refusal_of
from satark_whatsapp.payload import (
    Change,
    Contact,
    Entry,
    Error,
    File,
    Message,
    Post,
    Sender,
    Status,
    Value,
    words,
)
from satark_whatsapp.person import is_bsuid, preferred

log = logging.getLogger(__name__)

# Nobody waits for an answer to these, or nobody but us would see it.
IGNORED = frozenset({"system", "request_welcome", "reaction"})
STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "played": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
}
KINDS = {"image": MediaKind.PHOTO, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}
UNSUPPORTED = Inbound(Kind.UNSUPPORTED)


def read_post(body: bytes, phone_number_id: str) -> list[Envelope | DeliveryStatus]:
    """All messages and statuses of a POST that concern our number, in their order."""
    found: list[Envelope | DeliveryStatus] = []
    for value in _values(body):
        number = words(value.metadata.phone_number_id) if value.metadata else ""
        if number and number != phone_number_id:
            log.warning("WhatsApp sent something for another number than SATARK_WHATSAPP_PHONE_NUMBER_ID")
            continue
        for raw in value.errors:
            log.warning("WhatsApp reports error %d", _code(raw))
        contacts = [contact for raw in value.contacts if (contact := read(raw, Contact))]
        found += [envelope for raw in value.messages if (envelope := _envelope(raw, contacts))]
        found += [status for raw in value.statuses if (status := _status(raw))]
    return found


def _values(body: bytes) -> Iterator[Value]:
    post = read(body, Post)
    for raw_entry in post.entry if post else ():
        entry = read(raw_entry, Entry)
        for raw_change in entry.changes if entry else ():
            change = read(raw_change, Change)
            if change and change.field == "messages" and (value := read(change.value, Value)):
                yield value


def _code(raw: Raw) -> int:
    error = read(raw, Error)
    return error.code if error else -1


def _envelope(raw: Raw, contacts: Sequence[Contact]) -> Envelope | None:
    """A message that says who sent it, even where nothing else of it can be read; None for what nobody waits for."""
    sender = read(raw, Sender)
    if sender is None or sender.group_id or sender.type in IGNORED:
        return None
    number, user_id = words(sender.from_), words(sender.from_user_id)
    contact = _contact_of({number, user_id} - {""}, contacts)
    known = [words(contact.user_id), words(contact.wa_id)] if contact else []
    address = preferred(user_id, number, *known)
    if not address:
        log.warning("WhatsApp sent a message that names no sender: nobody can be answered")
        return None
    names = (
        [words(contact.profile.name), words(contact.profile.username).lstrip("@")]
        if contact and contact.profile
        else []
    )
    names += [one for one in (number, *known) if one != address and not is_bsuid(one)]
    message = read(raw, Message)
    return Envelope(
        Secret(address),
        Secret(words(sender.id) or hashlib.sha256(bytes(raw)).hexdigest()),
        _inbound(message) if message else UNSUPPORTED,
        tuple(Secret(name) for name in dict.fromkeys(names) if name),
    )


def _contact_of(ids: set[str], contacts: Sequence[Contact]) -> Contact | None:
    """The contact that a message belongs to. Never by its place: an answer would go to somebody else."""
    return next((one for one in contacts if ids & {words(one.wa_id), words(one.user_id)}), None)


def _inbound(message: Message) -> Inbound:
    reader = _READERS.get(message.type)
    return (reader(message) if reader else None) or UNSUPPORTED


def _text(message: Message) -> Inbound | None:
    return Inbound(Kind.TEXT, message.text.body) if message.text and message.text.body else None


def _file(message: Message) -> Inbound | None:
    file: File | None = getattr(message, message.type)
    if file is None:
        return None
    mime = file.mime_type.partition(";")[0].strip().lower()
    kind = KINDS.get(mime.partition("/")[0], KINDS.get(message.type, MediaKind.DOCUMENT))
    media = Media(kind, mime, sha256=_hex(file.sha256), ref=Secret(file.id))
    return Inbound(Kind.MEDIA, file.caption, media=media)


def _hex(digest: str) -> str:
    """A SHA-256 in base64 as hex; "" where it is none."""
    try:
        decoded = base64.b64decode(digest, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return decoded.hex() if len(decoded) == hashlib.sha256().digest_size else ""


def _location(message: Message) -> Inbound | None:
    place = message.location
    if place is None or not (abs(place.latitude) <= 90 and abs(place.longitude) <= 180):
        return None
    text = ", ".join(filter(None, (place.name, place.address)))
    return Inbound(Kind.LOCATION, text, point=Point(place.latitude, place.longitude))


def _choice(message: Message) -> Inbound | None:
    """A tap on a button or a row; its label is kept, for a choice of a service that is no more is text."""
    if message.button:
        return Inbound(Kind.CHOICE, message.button.text, message.button.payload)
    reply = message.interactive and (message.interactive.button_reply or message.interactive.list_reply)
    return Inbound(Kind.CHOICE, reply.title, reply.id) if reply else None


def _cards(message: Message) -> Inbound | None:
    """A contact card is evidence: the number of somebody."""
    lines = [
        " ".join(filter(None, (card.name.formatted_name if card.name else "", *(one.phone for one in card.phones))))
        for card in message.contacts
    ]
    text = "\n".join(filter(None, lines))
    return Inbound(Kind.TEXT, text) if text else None


def _edited(message: Message) -> Inbound | None:
    """What was changed is told again; of a file only its caption."""
    edited = read(message.edit.message, Message) if message.edit else None
    if edited is None or edited.type == "edit":
        return None
    inbound = _inbound(edited)
    return Inbound(Kind.TEXT, inbound.text) if inbound.kind is Kind.MEDIA and inbound.text else inbound


def _revoked(_message: Message) -> Inbound:
    return Inbound(Kind.UNSUPPORTED, why=Unusable.DELETED)


_READERS: dict[str, Callable[[Message], Inbound | None]] = {
    "text": _text,
    "image": _file,
    "video": _file,
    "audio": _file,
    "document": _file,
    "location": _location,
    "interactive": _choice,
    "button": _choice,
    "contacts": _cards,
    "edit": _edited,
    "revoke": _revoked,
}


def _status(raw: Raw) -> DeliveryStatus | None:
    """What became of a message of ours, known by the key that we gave it, else by Meta's id."""
    status = read(raw, Status)
    state = STATES.get(status.status) if status else None
    if status is None or state is None or not (known_as := status.biz_opaque_callback_data or status.id):
        return None
    refused = refusal_of(_code(status.errors[0]) if status.errors else -1) if state is DeliveryState.FAILED else None
    return DeliveryStatus(Secret(known_as), state, refused)
