"""From an update of Telegram's to what the core takes: pure, and never raising."""

from collections.abc import Sequence

from msgspec import Raw

from satark.channels.loose import read
from satark.channels.messages import Envelope, Inbound, Kind, Media, MediaKind, Point, Secret, Unusable
from satark_telegram.payload import (
    CallbackQuery,
    ChatMember,
    Contact,
    File,
    Message,
    Sender,
    Tapped,
    Update,
    User,
)

# getFile takes no larger ones (Telegram's page "Bot API").
MOST_BYTES = 20_000_000
UNSUPPORTED = Inbound(Kind.UNSUPPORTED)
FROM_A_GROUP = Inbound(Kind.UNSUPPORTED, why=Unusable.GROUP)
GONE = frozenset({"kicked", "left"})
START = "start"


def read_update(body: bytes) -> list[Envelope]:
    """The one thing that somebody said or did, or nothing."""
    update = read(body, Update)
    if update is None:
        return []
    if update.callback_query:
        return _tap(update.update_id, update.callback_query)
    if update.my_chat_member:
        return _membership(update.update_id, update.my_chat_member)
    if update.edited_message:
        return _message(update.update_id, update.edited_message, edited=True)
    said = update.message or update.channel_post
    return _message(update.update_id, said) if said else []


def callback_of(external_id: Secret) -> str:
    """The id of the tap that waits for its answer; "" where the message was no tap."""
    return external_id.reveal().partition(":")[2]


def _tap(update_id: int, raw: Raw) -> list[Envelope]:
    query = read(raw, CallbackQuery)
    if query is None:
        return []
    tapped = read(query.message, Tapped)
    chat = tapped.chat if tapped else None
    inbound = FROM_A_GROUP if chat and not chat.is_private else _choice(query, tapped)
    return [_envelope(chat.id if chat else query.from_.id, f"{update_id}:{query.id}", inbound, query.from_)]


def _choice(query: CallbackQuery, tapped: Tapped | None) -> Inbound:
    """Its label is kept, for a choice of a service that is no more is text."""
    keyboard = tapped.reply_markup if tapped else None
    buttons = [button for row in keyboard.inline_keyboard for button in row] if keyboard else []
    label = next((button.text for button in buttons if button.callback_data == query.data), "")
    return Inbound(Kind.CHOICE, label, query.data) if query.data else UNSUPPORTED


def _membership(update_id: int, raw: Raw) -> list[Envelope]:
    """A person who blocks us has closed the conversation; a group that takes us in is told that we leave."""
    change = read(raw, ChatMember)
    if change is None:
        return []
    gone = change.new_chat_member.status in GONE
    if change.chat.is_private:
        return [_envelope(change.chat.id, str(update_id), Inbound(Kind.CLOSED), None)] if gone else []
    return [] if gone else [_envelope(change.chat.id, str(update_id), FROM_A_GROUP, None)]


def _message(update_id: int, raw: Raw, *, edited: bool = False) -> list[Envelope]:
    """A message that says whose it is, even where nothing else of it can be read."""
    sender = read(raw, Sender)
    if sender is None:
        return []
    user = read(sender.from_, User)
    if not sender.chat.is_private:
        return [_envelope(sender.chat.id, str(update_id), FROM_A_GROUP, user)]
    message = read(raw, Message)
    if message is None:
        return [_envelope(sender.chat.id, str(update_id), UNSUPPORTED, user)]
    # An edited location is somebody who walks on while sharing it.
    if message.is_notice or (edited and message.location):
        return []
    inbound = _edited(message) if edited else _inbound(message, user)
    return [_envelope(sender.chat.id, str(update_id), inbound, user)]


def _envelope(chat: int, external_id: str, inbound: Inbound, user: User | None) -> Envelope:
    names = user.names if user else ()
    return Envelope(Secret(str(chat)), Secret(external_id), inbound, tuple(Secret(name) for name in names))


def _edited(message: Message) -> Inbound:
    """What was changed is told again; of a file only its caption."""
    inbound = _inbound(message, None)
    return Inbound(Kind.TEXT, inbound.text) if inbound.kind is Kind.MEDIA and inbound.text else inbound


def _inbound(message: Message, user: User | None) -> Inbound:
    if message.text:
        return _text(message.text)
    if message.location:
        return _location(message)
    if message.contact:
        return _card(message.contact, user)
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
    assert message.location is not None
    lat, lon = message.location.latitude, message.location.longitude
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        return UNSUPPORTED
    venue = (message.venue.title, message.venue.address) if message.venue else ()
    return Inbound(Kind.LOCATION, ", ".join(filter(None, venue)), point=Point(lat, lon))


def _card(contact: Contact, user: User | None) -> Inbound:
    """A contact card is evidence: the number of somebody. One's own is not, and nobody shall have it."""
    if user and contact.user_id == user.id:
        return UNSUPPORTED
    words = " ".join(filter(None, (contact.first_name, contact.last_name, contact.phone_number)))
    return Inbound(Kind.TEXT, words) if words else UNSUPPORTED


def _file(message: Message) -> tuple[MediaKind, str, File] | None:
    """The file of a message, and the type that is meant where none is said."""
    moving: Sequence[File | None] = (message.video, message.video_note, message.animation)
    if message.photo:
        return MediaKind.PHOTO, "image/jpeg", message.photo[-1]
    if video := next(filter(None, moving), None):
        return MediaKind.VIDEO, "video/mp4", video
    if message.voice:
        return MediaKind.AUDIO, "audio/ogg", message.voice
    if message.audio:
        return MediaKind.AUDIO, "audio/mpeg", message.audio
    return (MediaKind.DOCUMENT, "", message.document) if message.document else None


_BY_TYPE = {"image": MediaKind.PHOTO, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}


def _media(kind: MediaKind, usual: str, file: File, caption: str) -> Inbound:
    """A photo that was sent as a document is a photo."""
    if file.file_size > MOST_BYTES:
        return Inbound(Kind.UNSUPPORTED, caption, why=Unusable.TOO_LARGE)
    mime = file.mime_type.partition(";")[0].strip().lower() or usual
    kind = _BY_TYPE.get(mime.partition("/")[0], kind)
    return Inbound(Kind.MEDIA, caption, media=Media(kind, mime, file.file_size, ref=Secret(file.file_id)))
