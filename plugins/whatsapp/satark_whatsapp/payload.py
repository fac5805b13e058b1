"""The shape of Meta's webhooks, as loosely as they come: every field may be missing, and lists hold raw items, so that
one that cannot be read spoils no other.

Source: Meta's webhook reference (`messages` field), and what was seen in the wild (messaging.md).
"""

from msgspec import Raw, Struct, field

Text = str | int | float | None


class Post(Struct):
    entry: list[Raw] = []


class Entry(Struct):
    changes: list[Raw] = []


class Change(Struct):
    field: str = ""
    value: Raw = Raw(b"{}")


class Metadata(Struct):
    phone_number_id: Text = None


class Profile(Struct):
    name: Text = None
    username: Text = None


class Contact(Struct):
    """The sender of one of the messages."""

    profile: Profile | None = None
    wa_id: Text = None
    user_id: Text = None


class Value(Struct):
    metadata: Metadata | None = None
    contacts: list[Raw] = []
    messages: list[Raw] = []
    statuses: list[Raw] = []
    errors: list[Raw] = []


class Error(Struct):
    code: int = -1


class Sender(Struct):
    """What every message has: who, and its id. All that is read of a message that is otherwise unreadable."""

    from_: Text = field(name="from", default=None)
    from_user_id: Text = None
    group_id: Text = None
    id: Text = None
    type: str = ""


class Body(Struct):
    body: str = ""


class File(Struct):
    """`sha256` is in base64."""

    id: str
    mime_type: str = ""
    sha256: str = ""
    caption: str = ""


class Location(Struct):
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Reply(Struct):
    id: str = ""
    title: str = ""


class Interactive(Struct):
    button_reply: Reply | None = None
    list_reply: Reply | None = None


class Button(Struct):
    payload: str = ""
    text: str = ""


class Phone(Struct):
    phone: str = ""


class CardName(Struct):
    formatted_name: str = ""


class Card(Struct):
    name: CardName | None = None
    phones: list[Phone] = []


class Edit(Struct):
    message: Raw = Raw(b"{}")


class Message(Struct):
    """The bodies by their types; of each message one is there."""

    type: str = ""
    text: Body | None = None
    image: File | None = None
    video: File | None = None
    audio: File | None = None
    document: File | None = None
    location: Location | None = None
    interactive: Interactive | None = None
    button: Button | None = None
    contacts: list[Card] = []
    edit: Edit | None = None


class Status(Struct):
    id: str = ""
    status: str = ""
    biz_opaque_callback_data: str = ""
    errors: list[Raw] = []


def words(value: Text) -> str:
    return "" if value is None else str(value).strip()
