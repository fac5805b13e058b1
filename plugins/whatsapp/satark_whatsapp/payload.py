"""The shape of Meta's webhooks, as loosely as they come: nearly every field may be missing, null or of another type
(satark.channels.loose), and lists hold raw items, so that one that cannot be read spoils no other.

Source: Meta's webhook reference (`messages` field), and what was seen in the wild (messaging.md).
"""

from msgspec import Raw, Struct, field

Text = str | int | float | None


class Post(Struct):
    entry: list[Raw]


class Entry(Struct):
    changes: list[Raw]


class Change(Struct):
    field: str = ""
    value: Raw = Raw(b"null")


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

    id: str = ""
    mime_type: str = ""
    sha256: str = ""
    caption: str = ""


class Location(Struct):
    latitude: float | None = None
    longitude: float | None = None
    name: str = ""
    address: str = ""
    url: str = ""


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
    """`wa_id` is the number of an account; it may be the only one that is told."""

    phone: str = ""
    wa_id: str = ""


class CardName(Struct):
    formatted_name: str = ""
    prefix: str = ""
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    suffix: str = ""


class Email(Struct):
    email: str = ""


class Organisation(Struct):
    company: str = ""
    department: str = ""
    title: str = ""


class Address(Struct):
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""


class Site(Struct):
    url: str = ""


class Card(Struct):
    """A contact that somebody shares. `vcard` says the same, or more, where it is there."""

    name: CardName | None = None
    phones: list[Phone] = []
    emails: list[Email] = []
    org: Organisation | None = None
    addresses: list[Address] = []
    urls: list[Site] = []
    vcard: str = ""


class Context(Struct):
    """Where a message comes from, if it is not its sender's own. What it answers is known by its id only."""

    forwarded: bool = False
    frequently_forwarded: bool = False


class Order(Struct):
    """What was written with an order."""

    text: str = ""


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
    context: Context | None = None
    order: Order | None = None
    edit: Edit | None = None


class Status(Struct):
    id: str = ""
    status: str = ""
    biz_opaque_callback_data: str = ""
    errors: list[Raw] = []


def words(value: Text) -> str:
    return "" if value is None else str(value).strip()
