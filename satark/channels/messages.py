"""What passes between a channel and the core: typed, frozen, and narrow.

Nothing here knows a transport, a database or a person. Where an address must travel, it travels as a `Secret`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NoReturn

from msgspec import Struct, field


class Secret:
    """A value that leads to a person: an address, a provider's message id, a profile name.

    Its repr, str and format show nothing, and it cannot be pickled or turned into JSON, so it cannot slip into a log
    line, a traceback, a job or a cache. `reveal()` is the one way in, and easy to search for.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(•••)"

    def __str__(self) -> str:
        return "•••"

    def __format__(self, spec: str) -> str:
        return "•••"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a Secret is never pickled or copied")


class Kind(StrEnum):
    """What an informant's message is. `digits` are keys that were pressed, none of them where a call is silent; `missed` is
    that somebody gave a ring, and waits to be called back: what is asked of them goes out by `send`, or not at all."""

    TEXT = "text"
    CHOICE = "choice"
    MEDIA = "media"
    LOCATION = "location"
    DIGITS = "digits"
    OPENED = "opened"
    MISSED = "missed"
    CLOSED = "closed"
    TIMEOUT = "timeout"
    UNSUPPORTED = "unsupported"


class Unusable(StrEnum):
    """Why a message is `unsupported`: what it is, its size, that its sender took it back, or that a group sees it."""

    KIND = "kind"
    TOO_LARGE = "too_large"
    DELETED = "deleted"
    GROUP = "group"


class MediaKind(StrEnum):
    PHOTO = "photo"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"


class Media(Struct, frozen=True):
    """A file an informant sent. Either `ref` leads to it at the provider, or `kept` names what `Host.keep` holds.

    `size` is in bytes, 0 where unknown; `sha256` is hex, empty where unknown. There is no file name: it is identity.
    """

    kind: MediaKind
    mime: str = ""
    size: int = 0
    sha256: str = ""
    ref: Secret | None = None
    kept: str = ""


class Point(Struct, frozen=True):
    """WGS84 decimal degrees."""

    lat: float
    lon: float


class AnnotationKind(StrEnum):
    """What a message carries beside its words: the target of a link, whom it was forwarded from, what it answers."""

    LINK = "link"
    FORWARDED = "forwarded"
    QUOTED = "quoted"


class Annotation(Struct, frozen=True):
    """`text` is the link's words and its target, the name and the address of whom it was forwarded from ("" where that is
    not known), or the words that are quoted. It names the informant as little as the message does: the core masks it."""

    kind: AnnotationKind
    text: str = ""


class Inbound(Struct, frozen=True):
    """One thing an informant said, did or sent, without who it was.

    `text` is the words of a text, the caption of a media, the digits of a keypad, the name of a shared location, or the
    payload of an opening (a poster's code). `choice` is a `Choice.id` that came back. `why` is for what is unsupported.
    `annotations` are kept with what is kept of the message.
    """

    kind: Kind
    text: str = ""
    choice: str = ""
    media: Media | None = None
    point: Point | None = None
    why: Unusable = Unusable.KIND
    annotations: tuple[Annotation, ...] = ()


class Envelope(Struct, frozen=True):
    """An `Inbound` with all that identifies its sender, which intake takes off at the door.

    `external_id` is the provider's id of the message, and unique in its channel: a repeated one is a repetition.
    `names` are the sender's number and profile names, to be masked where they typed them.
    """

    address: Secret
    external_id: Secret
    inbound: Inbound
    names: tuple[Secret, ...] = ()


class DeliveryState(StrEnum):
    """How far a message to an informant came, in rising order; a state is never replaced by an earlier one."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class Choice(Struct, frozen=True):
    """An answer to tap or to name by its number. It is matched by `id`, never by `label`."""

    id: str
    label: str
    detail: str = ""


class Asks(StrEnum):
    """What a prompt waits for, so that a channel can offer the right control."""

    NOTHING = "nothing"
    CHOICE = "choice"
    ACCOUNT = "account"
    PLACE = "place"
    LOCATION = "location"
    RECEIPT = "receipt"


class Prompt(Struct, frozen=True):
    """What Satark says, fitted to the channel: never longer than its limits, never more choices than it holds.

    `text` is the written and `speech` the spoken form: ask `Host.spoken` for its pieces. `code` is a number worth keeping
    (a receipt), digits only.
    `control` is the label of what opens the choices, or of what sends the location.
    """

    id: str
    locale: str
    text: str
    speech: str = ""
    choices: tuple[Choice, ...] = ()
    asks: Asks = Asks.NOTHING
    code: str = ""
    control: str = ""


JOINT = "\u200b"
"""Stands in a `Prompt.speech` where a name or a number begins and ends: each has a clip of its own. It shows nothing."""


class Spoken(Struct, frozen=True):
    """A piece of what is said: its words, and the clip that says them; `clip` is "" where there is none."""

    text: str
    clip: str = ""


class TextUnit(StrEnum):
    """In what a provider counts the length of a text."""

    CHARACTERS = "characters"
    UTF16 = "utf16"
    BYTES = "bytes"
    GRAPHEMES = "graphemes"


class Capabilities(Struct, frozen=True):
    """What a channel can do. Lengths are in `unit`, sizes in bytes, durations in seconds, rates per second.

    `buttons` and `rows` are how many choices fit one message as buttons or as a list (0: none; then choices are
    numbered in the text). `pushes_for` is how long after the informant's last message Satark may still write (0:
    never, the answer is the response; None: for ever). To one informant it may send one message per `pair_seconds`, and
    `pair_burst` at once. `reports` is whether the provider tells what became of a message.
    """

    max_text: int
    max_text_with_choices: int
    unit: TextUnit = TextUnit.CHARACTERS
    buttons: int = 0
    button_label: int = 0
    rows: int = 0
    row_label: int = 0
    row_detail: int = 0
    control_label: int = 0
    media: Mapping[MediaKind, int] = field(default_factory=dict)
    location: bool = False
    keypad: bool = False
    speech: bool = False
    answers_in_request: bool = False
    pushes_for: int | None = None
    sends_per_second: float = 0.0
    pair_seconds: float = 0.0
    pair_burst: int = 0
    reports: bool = False

    @property
    def most_choices(self) -> int:
        """How many choices one message holds; 0 where it holds any number."""
        return max(self.buttons, self.rows)


class Wire(Struct, frozen=True):
    """A rendered message, in the channel's own terms. `key` is the same for every try of the same message part, so that
    a channel whose provider knows idempotency keys can use it."""

    body: Mapping[str, Any]
    key: str = ""


class Sent(Struct, frozen=True):
    """The provider took it. The ids under which it will report on it, where that is not the wire's key."""

    external_ids: tuple[Secret, ...] = ()


class TryAgain(Struct, frozen=True):
    """Not now. `after` is in seconds; `why` is the provider's code, never an address or a text.

    `everything` is that the provider takes nothing at all for now (it is down, the token expired, the number sends too
    fast): then the whole channel pauses, and no message is given up for it.
    """

    after: float = 0.0
    why: str = ""
    everything: bool = False


class Never(Struct, frozen=True):
    """It will not arrive, however often it is tried. `why` is the provider's code, never an address or a text."""

    why: str = ""


class WindowClosed(Struct, frozen=True):
    """The informant has not written for so long that only a `knock` may be sent. `why` is the provider's code."""

    why: str = ""


class DeliveryStatus(Struct, frozen=True):
    """What a provider says became of a message that was sent. `external_id` is the key of its wire, or an id that
    `Sent` named. `refused` says of a failure what can be done about it."""

    external_id: Secret
    state: DeliveryState
    refused: TryAgain | Never | WindowClosed | None = None


class Finding(Struct, frozen=True):
    """What `check()` found, for `satark doctor`: what is so, and how to mend it when it is not well."""

    well: bool
    what: str
    fix: str = ""


class WebhookRequest(Struct, frozen=True):
    """A request as it came: the public URL, header names in lower case, the raw body."""

    url: str
    headers: Mapping[str, str]
    body: bytes
