"""The shape of Telegram's updates, as loosely as they come: nearly every field may be missing, null or of another type
(satark.channels.loose), and what is not used is not named.

Source: Telegram's page "Bot API", version 10.1; and its older samples, which python-telegram-bot's own reader refuses.
"""

from msgspec import Raw, Struct, field

ABSENT = Raw()


def is_there(raw: Raw) -> bool:
    """Null is absence."""
    return bytes(raw) not in (b"", b"null")


class Update(Struct):
    """One of the raw fields is there."""

    update_id: int | None = None
    message: Raw = ABSENT
    edited_message: Raw = ABSENT
    channel_post: Raw = ABSENT
    callback_query: Raw = ABSENT
    my_chat_member: Raw = ABSENT


class User(Struct):
    id: int = 0
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    title: str = ""

    @property
    def names(self) -> list[str]:
        """The name as a whole, and the user name."""
        return [name for name in (self.full_name, self.username) if name]

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Chat(Struct, frozen=True):
    """The ids of people are above zero, those of groups and channels below (Telegram's page "Bot API dialog IDs")."""

    id: int = 0
    type: str = ""
    title: str = ""
    username: str = ""


class Sender(Struct):
    """What every message has: all that is read of one that is otherwise unreadable."""

    chat: Chat = Chat()
    from_: User | None = field(name="from", default=None)


class File(Struct):
    """`file_size` is in bytes."""

    file_id: str = ""
    mime_type: str = ""
    file_size: int = 0


class Location(Struct):
    latitude: float | None = None
    longitude: float | None = None


class Venue(Struct):
    title: str = ""
    address: str = ""


class Contact(Struct):
    phone_number: str = ""
    first_name: str = ""
    last_name: str = ""
    user_id: int = 0
    vcard: str = ""


class PollOption(Struct):
    text: str = ""


class Poll(Struct):
    question: str = ""
    options: list[PollOption] = []
    explanation: str = ""


class Entity(Struct):
    """A part of a text: `offset` and `length` count in UTF-16."""

    type: str = ""
    offset: int = 0
    length: int = 0
    url: str = ""
    user: User | None = None


class Origin(Struct):
    """Where a message was forwarded from: a person, a person who hides their account, a group, or a channel."""

    sender_user: User | None = None
    sender_user_name: str = ""
    sender_chat: Chat | None = None
    chat: Chat | None = None
    message_id: int = 0
    author_signature: str = ""


class Quoted(Struct):
    """A message that is answered, or the part of it that is."""

    from_: User | None = field(name="from", default=None)
    text: str = ""
    caption: str = ""


class OtherReply(Struct):
    """The message of another chat that is answered."""

    origin: Origin | None = None


class Preview(Struct):
    """The page that is shown below a text, which need not name it."""

    url: str = ""


class Task(Struct):
    text: str = ""


class Checklist(Struct):
    title: str = ""
    tasks: list[Task] = []


class Button(Struct):
    text: str = ""
    callback_data: str = ""
    url: str = ""


class Keyboard(Struct):
    inline_keyboard: list[list[Button]] = []


class Message(Struct):
    """The contents by their kinds; of each message mostly one is there. A photo comes in several sizes, the largest last.
    `forward_from` to `forward_sender_name` are what stood for the origin before Bot API 7.0."""

    text: str = ""
    caption: str = ""
    photo: list[File] = []
    video: File | None = None
    video_note: File | None = None
    animation: File | None = None
    voice: File | None = None
    audio: File | None = None
    document: File | None = None
    location: Location | None = None
    venue: Venue | None = None
    contact: Contact | None = None
    poll: Poll | None = None
    checklist: Checklist | None = None
    link_preview_options: Preview | None = None
    entities: list[Entity] = []
    caption_entities: list[Entity] = []
    reply_markup: Keyboard | None = None
    forward_origin: Origin | None = None
    forward_from: User | None = None
    forward_from_chat: Chat | None = None
    forward_from_message_id: int = 0
    forward_signature: str = ""
    forward_sender_name: str = ""
    reply_to_message: Quoted | None = None
    external_reply: OtherReply | None = None
    quote: Quoted | None = None
    pinned_message: Raw = ABSENT
    message_auto_delete_timer_changed: Raw = ABSENT
    write_access_allowed: Raw = ABSENT
    chat_background_set: Raw = ABSENT

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing beside its words: of most messages."""
        return not (
            self.entities
            or self.caption_entities
            or self.reply_markup
            or self.link_preview_options
            or self.forward_origin
            or self.forward_from
            or self.forward_from_chat
            or self.forward_sender_name
            or self.reply_to_message
            or self.external_reply
            or self.quote
        )

    @property
    def is_notice(self) -> bool:
        """Whether Telegram itself wrote it, on what somebody did to the chat."""
        notices = (
            self.pinned_message,
            self.message_auto_delete_timer_changed,
            self.write_access_allowed,
            self.chat_background_set,
        )
        return any(map(is_there, notices))


class Tapped(Struct):
    """The message of ours whose button was tapped; without its buttons where it is old."""

    chat: Chat = Chat()
    reply_markup: Keyboard | None = None


class CallbackQuery(Struct):
    id: str = ""
    from_: User | None = field(name="from", default=None)
    data: str = ""
    message: Raw = ABSENT


class Member(Struct, frozen=True):
    status: str = ""


class ChatMember(Struct):
    """What became of us in a chat: `kicked` in a private one is that we were blocked."""

    chat: Chat = Chat()
    from_: User | None = field(name="from", default=None)
    new_chat_member: Member = Member()
