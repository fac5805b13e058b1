"""From an update of Telegram's to what the core takes: pure."""

import hashlib
import logging
from collections.abc import Iterator

from msgspec import Raw

from satark.channels.loose import Losses, read, repaired
from satark.channels.messages import Envelope, Inbound, Kind, Secret, Unusable
from satark.channels.spec import Unreadable
from satark_telegram.contents import UNSUPPORTED, edited_of, inbound_of
from satark_telegram.payload import (
    CallbackQuery,
    Chat,
    ChatMember,
    Message,
    Sender,
    Tapped,
    Update,
    User,
    is_there,
)

log = logging.getLogger(__name__)

FROM_A_GROUP = Inbound(Kind.UNSUPPORTED, why=Unusable.GROUP)
GONE = frozenset({"kicked", "left"})
PRIVATE = "private"


def read_update(body: bytes) -> list[Envelope]:
    """The one thing that somebody said or did, or nothing where nobody waits for it. One that seems empty may have a key
    twice. Raises Unreadable."""
    return _items(body) or _items(repaired(body))


def _items(body: bytes) -> list[Envelope]:
    update = read(body, Update)
    if update is None:
        raise Unreadable
    # Telegram numbers all updates; one without its number is known by what it says.
    number = str(update.update_id) if update.update_id is not None else hashlib.sha256(body).hexdigest()
    lost = Losses(log)
    found = [*_said_in(update, number, lost)]
    lost.settle(found)
    return found


def _said_in(update: Update, number: str, lost: Losses) -> Iterator[Envelope]:
    if is_there(update.callback_query):
        yield from _tap(number, update.callback_query, lost)
    elif is_there(update.my_chat_member):
        yield from _membership(number, update.my_chat_member, lost)
    elif is_there(update.edited_message):
        yield from _message(number, update.edited_message, lost, edited=True)
    elif is_there(said := update.message if is_there(update.message) else update.channel_post):
        yield from _message(number, said, lost)


def callback_of(external_id: Secret) -> str:
    """The id of the tap that waits for its answer; "" where the message was no tap."""
    return external_id.reveal().partition(":")[2]


def _tap(number: str, raw: Raw, lost: Losses) -> Iterator[Envelope]:
    for query in lost.readable([raw], CallbackQuery):
        tapped = read(query.message, Tapped) if is_there(query.message) else None
        chat = _chat_of(tapped.chat if tapped else Chat(), query.from_)
        inbound = _choice(query, tapped) if chat >= 0 else FROM_A_GROUP
        yield from _envelopes(chat, f"{number}:{query.id}", inbound, query.from_, lost)


def _choice(query: CallbackQuery, tapped: Tapped | None) -> Inbound:
    """Its label is kept, for a choice of a service that is no more is text."""
    keyboard = tapped.reply_markup if tapped else None
    buttons = [button for row in keyboard.inline_keyboard for button in row] if keyboard else []
    label = next((button.text for button in buttons if button.callback_data == query.data), "")
    return Inbound(Kind.CHOICE, label, query.data) if query.data else UNSUPPORTED


def _membership(number: str, raw: Raw, lost: Losses) -> Iterator[Envelope]:
    """A person who blocks us has closed the conversation; a group that takes us in is told that we leave."""
    for change in lost.readable([raw], ChatMember):
        gone, chat = change.new_chat_member.status in GONE, _chat_of(change.chat, change.from_)
        if gone == (chat >= 0):
            yield from _envelopes(chat, number, Inbound(Kind.CLOSED) if gone else FROM_A_GROUP, None, lost)


def _message(number: str, raw: Raw, lost: Losses, *, edited: bool = False) -> Iterator[Envelope]:
    """A message that says whose it is, even where nothing else of it can be read."""
    for sender in lost.readable([raw], Sender):
        message, user = read(raw, Message), sender.from_
        chat = _chat_of(sender.chat, user)
        if chat < 0:
            yield from _envelopes(chat, number, FROM_A_GROUP, user, lost)
        elif message is None:
            yield from _envelopes(chat, number, UNSUPPORTED, user, lost)
        # An edited location is somebody who walks on while sharing it.
        elif not (message.is_notice or (edited and message.location)):
            inbound = edited_of(message, user) if edited else inbound_of(message, user)
            yield from _envelopes(chat, number, inbound, user, lost)


def _chat_of(chat: Chat, user: User | None) -> int:
    """Whom to answer: a private chat has the id of its person. 0 where it cannot be known."""
    if chat.id:
        return chat.id
    return user.id if user and chat.type in ("", PRIVATE) else 0


def _envelopes(chat: int, external_id: str, inbound: Inbound, user: User | None, lost: Losses) -> Iterator[Envelope]:
    """One, or none where it does not say whose it is."""
    if chat == 0:
        lost.note()
        return
    names = user.names if user else ()
    yield Envelope(Secret(str(chat)), Secret(external_id), inbound, tuple(Secret(name) for name in names))
