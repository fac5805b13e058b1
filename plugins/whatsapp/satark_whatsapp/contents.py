"""Turns what a message holds into what the core takes: pure. What is missing from it, or unknown, loses nothing else."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Collection

from msgspec.structs import replace

from satark.channels.loose import read
from satark.channels.messages import (
    Annotation,
    AnnotationKind,
    Inbound,
    Kind,
    Media,
    MediaKind,
    Point,
    Secret,
    Unusable,
)
from satark_whatsapp.cards import text_of
from satark_whatsapp.payload import File, Message

REVOKE = "revoke"
EDIT = "edit"
KINDS = {"image": MediaKind.PHOTO, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}
UNSUPPORTED = Inbound(Kind.UNSUPPORTED)


def inbound_of(message: Message, own: Collection[str]) -> Inbound:
    """By its type; where that leads to nothing, by what is there. `own` are the numbers of its sender."""
    if message.type == REVOKE:
        return Inbound(Kind.UNSUPPORTED, why=Unusable.DELETED)
    if message.type == EDIT or message.edit:
        return _edited(message, own)
    first = _READERS.get(message.type)
    found = (first(message) if first else None) or _whatever(message) or _cards(message, own) or UNSUPPORTED
    return replace(found, annotations=_annotations(message)) if message.context or message.location else found


def _whatever(message: Message) -> Inbound | None:
    """What is there, where its type leads to nothing."""
    return next((found for reader in _READERS.values() if (found := reader(message))), None)


def _annotations(message: Message) -> tuple[Annotation, ...]:
    """That it was forwarded, which it does not say from whom; and the page of a place."""
    found = [Annotation(AnnotationKind.LINK, message.location.url)] if message.location and message.location.url else []
    if message.context and (message.context.forwarded or message.context.frequently_forwarded):
        found.append(Annotation(AnnotationKind.FORWARDED))
    return tuple(found)


def _text(message: Message) -> Inbound | None:
    return Inbound(Kind.TEXT, message.text.body) if message.text and message.text.body else None


def _file(message: Message) -> Inbound | None:
    """A file, or the caption of one that cannot be fetched."""
    there: dict[str, File | None] = {
        "image": message.image,
        "video": message.video,
        "audio": message.audio,
        "document": message.document,
    }
    there = {message.type: there.get(message.type), **there}
    name, file = next(((name, one) for name, one in there.items() if one), ("", None))
    if file is None:
        return None
    if not file.id:
        return Inbound(Kind.UNSUPPORTED, file.caption)
    mime = file.mime_type.partition(";")[0].strip().lower()
    kind = KINDS.get(mime.partition("/")[0], KINDS.get(name, MediaKind.DOCUMENT))
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
    """A place on the map, or the words for one that is not on it."""
    place = message.location
    if place is None:
        return None
    text, lat, lon = ", ".join(filter(None, (place.name, place.address))), place.latitude, place.longitude
    if lat is None or lon is None or not (abs(lat) <= 90 and abs(lon) <= 180):
        return Inbound(Kind.TEXT, text) if text else None
    return Inbound(Kind.LOCATION, text, point=Point(lat, lon))


def _choice(message: Message) -> Inbound | None:
    """A tap on a button or a row; its label is kept, for a choice of a service that is no more is text."""
    if message.button:
        return Inbound(Kind.CHOICE, message.button.text, message.button.payload)
    reply = message.interactive and (message.interactive.button_reply or message.interactive.list_reply)
    return Inbound(Kind.CHOICE, reply.title, reply.id) if reply else None


def _order(message: Message) -> Inbound | None:
    """The words beside it: nothing is sold here."""
    return Inbound(Kind.UNSUPPORTED, message.order.text) if message.order and message.order.text else None


def _cards(message: Message, own: Collection[str]) -> Inbound | None:
    text = text_of(message.contacts, own)
    return Inbound(Kind.TEXT, text) if text else None


def _edited(message: Message, own: Collection[str]) -> Inbound:
    """What was changed is told again; of a file only its caption."""
    edited = read(message.edit.message, Message) if message.edit else None
    if edited is None or edited.type == EDIT or edited.edit:
        return UNSUPPORTED
    inbound = inbound_of(edited, own)
    return Inbound(Kind.TEXT, inbound.text) if inbound.kind is Kind.MEDIA and inbound.text else inbound


_READERS: dict[str, Callable[[Message], Inbound | None]] = {
    "text": _text,
    "image": _file,
    "video": _file,
    "audio": _file,
    "document": _file,
    "location": _location,
    "interactive": _choice,
    "button": _choice,
    "order": _order,
}
