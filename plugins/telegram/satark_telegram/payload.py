"""The shape of Telegram's updates, as loosely as they come: every field may be missing, and what is not used is not named.

Source: Telegram's page "Bot API", version 10.1; and its older samples, which python-telegram-bot's own reader refuses.
"""

from typing import Any

from msgspec import Raw, Struct, field

ABSENT = Raw()


class Update(Struct):
    """One of the raw fields is there."""

    update_id: int
    message: Raw = ABSENT
    edited_message: Raw = ABSENT
    channel_post: Raw = ABSENT
    callback_query: Raw = ABSENT
    my_chat_member: Raw = ABSENT


class User(Struct):
    id: int
    first_name: Any = ""
    last_name: Any = ""
    username: Any = ""

    @property
    def names(self) -> list[str]:
        """The name as a whole, and the user name."""
        said = [name if isinstance(name, str) else "" for name in (self.first_name, self.last_name, self.username)]
        return [name for name in (" ".join(filter(None, said[:2])), said[2]) if name]


class Chat(Struct):
    """The ids of people are above zero, those of groups and channels below (Telegram's page "Bot API dialog IDs")."""

    id: int

    @property
    def is_private(self) -> bool:
        return self.id > 0


class Sender(Struct):
    """What every message has: all that is read of one that is otherwise unreadable."""

    chat: Chat
    from_: Raw = field(name="from", default=ABSENT)


class File(Struct):
    """`file_size` is in bytes."""

    file_id: str
    mime_type: str = ""
    file_size: int = 0


class Location(Struct):
    latitude: float
    longitude: float


class Venue(Struct):
    title: str = ""
    address: str = ""


class Contact(Struct):
    phone_number: str = ""
    first_name: str = ""
    last_name: str = ""
    user_id: int = 0


class Message(Struct):
    """The contents by their kinds; of each message mostly one is there. A photo comes in several sizes, the largest last."""

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
    pinned_message: Raw = ABSENT
    message_auto_delete_timer_changed: Raw = ABSENT
    write_access_allowed: Raw = ABSENT
    chat_background_set: Raw = ABSENT

    @property
    def is_notice(self) -> bool:
        """Whether Telegram itself wrote it, on what somebody did to the chat."""
        notices = (
            self.pinned_message,
            self.message_auto_delete_timer_changed,
            self.write_access_allowed,
            self.chat_background_set,
        )
        return any(notices)


class Button(Struct):
    text: str = ""
    callback_data: str = ""


class Keyboard(Struct):
    inline_keyboard: list[list[Button]] = []


class Tapped(Struct):
    """The message of ours whose button was tapped; without its buttons where it is old."""

    chat: Chat
    reply_markup: Keyboard | None = None


class CallbackQuery(Struct):
    id: str
    from_: User = field(name="from")
    data: str = ""
    message: Raw = ABSENT


class Member(Struct):
    status: str = ""


class ChatMember(Struct):
    """What became of us in a chat: `kicked` in a private one is that we were blocked."""

    chat: Chat
    new_chat_member: Member
