"""Turns what a message holds into what the core takes: pure. What is missing from it, or unknown, loses nothing else."""

from msgspec.structs import replace

from satark.channels.messages import Inbound, Kind, Media, MediaKind, Point, Secret, Unusable
from satark.channels.vcards import facts_of, joined
from satark_telegram.annotations import NOBODY, annotations_of
from satark_telegram.payload import Contact, File, Location, Message, Poll, User, Venue

# getFile takes no larger ones (Telegram's page "Bot API").
MOST_BYTES = 20_000_000
UNSUPPORTED = Inbound(Kind.UNSUPPORTED)
START = "start"


def edited_of(message: Message, user: User | None) -> Inbound:
    """What was changed is told again; of a file only its caption."""
    inbound = inbound_of(message, user)
    is_caption = inbound.kind is Kind.MEDIA and inbound.text
    return replace(inbound, kind=Kind.TEXT, media=None) if is_caption else inbound


def inbound_of(message: Message, user: User | None) -> Inbound:
    inbound = _plain(message, user)
    if message.is_bare or inbound.kind is Kind.OPENED:
        return inbound
    return replace(inbound, annotations=annotations_of(message, user))


def _plain(message: Message, user: User | None) -> Inbound:
    if message.text:
        return _text(message.text)
    if message.location or message.venue:
        return _location(message)
    if message.contact:
        return _card(message.contact, user or NOBODY)
    if message.poll:
        return _poll(message.poll)
    if message.checklist:
        return _words_of(message.checklist.title, *(one.text for one in message.checklist.tasks))
    found = _file(message)
    return _media(*found, message.caption) if found else Inbound(Kind.UNSUPPORTED, message.caption)


def _text(text: str) -> Inbound:
    """`/start CODE` is the link of a poster; of `/delete@OurBot` the word is left."""
    if not text.startswith("/"):
        return Inbound(Kind.TEXT, text)
    name, _, rest = text[1:].partition(" ")
    word = name.partition("@")[0]
    if word == START:
        return Inbound(Kind.OPENED, rest.strip())
    return Inbound(Kind.TEXT, f"{word} {rest}".strip() or text)


def _location(message: Message) -> Inbound:
    """A place on the map, or the words for one that is not on it."""
    at, venue = message.location or Location(), message.venue or Venue()
    text, lat, lon = ", ".join(filter(None, (venue.title, venue.address))), at.latitude, at.longitude
    if lat is None or lon is None or not (abs(lat) <= 90 and abs(lon) <= 180):
        return Inbound(Kind.TEXT, text) if text else UNSUPPORTED
    return Inbound(Kind.LOCATION, text, point=Point(lat, lon))


def _card(contact: Contact, user: User) -> Inbound:
    """A contact card is evidence: the numbers of somebody. One's own is not, and nobody shall have it."""
    name = f"{contact.first_name} {contact.last_name}".strip()
    if contact.user_id == user.id if contact.user_id else name and name == user.full_name:
        return UNSUPPORTED
    account = f"tg://user?id={contact.user_id}" if contact.user_id else ""
    words = joined(name, contact.phone_number, *facts_of(contact.vcard), account)
    return Inbound(Kind.TEXT, words) if words else UNSUPPORTED


def _poll(poll: Poll) -> Inbound:
    """Its words. Nobody can vote here."""
    return _words_of(poll.question, *(one.text for one in poll.options), poll.explanation)


def _words_of(*lines: str) -> Inbound:
    """What something that cannot be used here says."""
    return Inbound(Kind.UNSUPPORTED, "\n".join(filter(None, lines)))


def _file(message: Message) -> tuple[MediaKind, str, File] | None:
    """The file of a message, and the type that is meant where none is said. One without an id cannot be fetched."""
    photo = next((one for one in reversed(message.photo) if one.file_id), None)
    kinds = (
        (MediaKind.PHOTO, "image/jpeg", photo),
        (MediaKind.VIDEO, "video/mp4", message.video),
        (MediaKind.VIDEO, "video/mp4", message.video_note),
        (MediaKind.VIDEO, "video/mp4", message.animation),
        (MediaKind.AUDIO, "audio/ogg", message.voice),
        (MediaKind.AUDIO, "audio/mpeg", message.audio),
        (MediaKind.DOCUMENT, "", message.document),
    )
    return next(((kind, usual, one) for kind, usual, one in kinds if one and one.file_id), None)


_BY_TYPE = {"image": MediaKind.PHOTO, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}


def _media(kind: MediaKind, usual: str, file: File, caption: str) -> Inbound:
    """A photo that was sent as a document is a photo."""
    if file.file_size > MOST_BYTES:
        return Inbound(Kind.UNSUPPORTED, caption, why=Unusable.TOO_LARGE)
    mime = file.mime_type.partition(";")[0].strip().lower() or usual
    kind = _BY_TYPE.get(mime.partition("/")[0], kind)
    return Inbound(Kind.MEDIA, caption, media=Media(kind, mime, file.file_size, ref=Secret(file.file_id)))
