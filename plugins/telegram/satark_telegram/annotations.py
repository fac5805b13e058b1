"""Reads what a message carries beside its words: targets of links, whom it was forwarded from, what it answers. Pure.

What leads to its sender is left out here; their names and numbers elsewhere in it are masked by the core.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from satark.channels.messages import Annotation, AnnotationKind
from satark.channels.vcards import joined
from satark_telegram.payload import Chat, Entity, Message, Origin, User

MOST_ANNOTATIONS = 100
MOST_CHARACTERS = 4096
# The id of a channel or a large group, before the id that stands in links to it.
CHANNEL_PREFIX = "-100"
NOBODY = User()


def annotations_of(message: Message, sender: User | None) -> tuple[Annotation, ...]:
    """Each once, in their order. `sender` is whom they must not lead to."""
    found = dict.fromkeys(islice(_annotations(message, sender or NOBODY), MOST_ANNOTATIONS))
    return tuple(Annotation(kind, text[:MOST_CHARACTERS]) for kind, text in found)


def _annotations(message: Message, sender: User) -> Iterator[tuple[AnnotationKind, str]]:
    for origin in _origins(message):
        if not _is_own(origin, sender):
            yield AnnotationKind.FORWARDED, _name_of(origin)
    for words in _quoted(message):
        yield AnnotationKind.QUOTED, words
    for text, entities in ((message.text, message.entities), (message.caption, message.caption_entities)):
        yield from ((AnnotationKind.LINK, link) for link in _links(text, entities, sender))
    preview = message.link_preview_options.url if message.link_preview_options else ""
    if preview and preview not in message.text:
        yield AnnotationKind.LINK, preview
    for row in message.reply_markup.inline_keyboard if message.reply_markup else ():
        yield from ((AnnotationKind.LINK, _link(button.text, button.url)) for button in row if button.url)


def _links(text: str, entities: Sequence[Entity], sender: User) -> Iterator[str]:
    """The target of each link that does not show it."""
    units = text.encode("utf-16-le")
    for entity in entities:
        words = units[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le", "replace")
        if entity.url:
            yield _link(words, entity.url)
        elif entity.user and entity.user.id not in (0, sender.id):
            yield _link(words, _account(entity.user))


def _link(words: str, target: str) -> str:
    return target if words.strip() in ("", target) else f"{words.strip()}: {target}"


def _account(user: User) -> str:
    return f"tg://user?id={user.id}" if user.id else ""


def _origins(message: Message) -> Iterator[Origin]:
    """At most one, as Telegram tells it, or told it before Bot API 7.0."""
    if message.forward_origin:
        yield message.forward_origin
    elif message.forward_from or message.forward_from_chat or message.forward_sender_name:
        yield Origin(
            sender_user=message.forward_from,
            sender_user_name=message.forward_sender_name,
            chat=message.forward_from_chat,
            message_id=message.forward_from_message_id,
            author_signature=message.forward_signature,
        )


def _is_own(origin: Origin, sender: User) -> bool:
    """Whether it is the sender's own message, who may hide their account."""
    if origin.sender_user and origin.sender_user.id:
        return origin.sender_user.id == sender.id
    return bool(sender.full_name) and origin.sender_user_name.casefold() == sender.full_name.casefold()


def _name_of(origin: Origin) -> str:
    """The names and the address of a person, a group or a channel. When it was sent is left out: it would tell when the
    tip came."""
    user, chat = origin.sender_user or NOBODY, origin.chat or origin.sender_chat or Chat()
    handle = f"@{user.username}" if user.username else ""
    person = joined(user.full_name or user.title or origin.sender_user_name, handle, _account(user))
    return joined(person, chat.title, origin.author_signature, _post(chat, origin.message_id))


def _post(chat: Chat, message_id: int) -> str:
    """Where a message stands in a channel or a group; "" where that has no address."""
    inner = str(chat.id).removeprefix(CHANNEL_PREFIX)
    base = f"https://t.me/{chat.username}" if chat.username else f"https://t.me/c/{inner}" if inner.isdecimal() else ""
    return (f"{base}/{message_id}" if message_id else base) if chat.id or chat.username else ""


def _quoted(message: Message) -> Iterator[str]:
    """The words that are answered, unless they are ours; of another chat, whose they are too."""
    replied = message.reply_to_message
    ours = replied is not None and replied.from_ is not None and replied.from_.is_bot
    part = "" if ours or message.quote is None else message.quote.text
    whole = "" if ours or replied is None else replied.text or replied.caption
    origin = message.external_reply.origin if message.external_reply else None
    name = _name_of(origin) if origin else ""
    if words := ": ".join(filter(None, (name, part or whole))):
        yield words
