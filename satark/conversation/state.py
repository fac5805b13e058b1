"""What a conversation remembers, what moves it, and what it wants said and done."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from satark.channels.messages import Annotation, Asks, Inbound, MediaKind, Point

VERSION = 1
UNKNOWN = "unknown"


class Slot(StrEnum):
    """What is being asked. The first six fill a report, in their order; the others stand beside it."""

    LANGUAGE = "language"
    CATEGORY = "category"
    ACCUSED = "accused"
    ACCOUNT = "account"
    PLACE = "place"
    CHECK = "check"
    PIN = "pin"
    CHANGE = "change"
    MENU = "menu"
    RECEIPT = "receipt"
    DIALOGUE = "dialogue"
    SAME = "same"
    ERASE = "erase"


class Given(Struct, frozen=True, omit_defaults=True):
    """A text, a file by the id of its evidence with its caption as `text`, or a pin; and what came beside it. An `aside` is
    kept with the report, but is no answer to "tell us what you know": a question, a greeting, words about the accused."""

    text: str = ""
    evidence: str = ""
    media: MediaKind | None = None
    annotations: tuple[Annotation, ...] = ()
    point: Point | None = None
    aside: bool = False

    @property
    def characters(self) -> int:
        return len(self.text) + sum(len(one.text) for one in self.annotations)


class Place(Struct, frozen=True, omit_defaults=True):
    """Where it happens: an office id (a district or a station) or `unknown`, the citizen's words, their pin."""

    office: str = ""
    words: str = ""
    point: Point | None = None


class State(Struct, frozen=True, omit_defaults=True):
    """A conversation. `shown` are the (number, choice id) pairs of the page last shown, and `found` the places that a
    search proposed. `scope` is the district whose stations are listed. `tip` is the tip that a dialogue is about, while
    the conversation lasts. `trail` are the slots answered, for "back".
    `own_voice` is that the voices of recordings may be heard as they are. `poster` is the office whose poster was scanned,
    which is offered and never taken for the place. `warned` is the locale in which it was said that the report goes by
    itself. `withheld` is that the citizen said not to send it, `erasing` that a receipt was asked for to erase what leads
    to them, `sent_unasked` that the report went by itself and nobody was told yet. `unheard` is that the open question was
    not said yet when the message came: words of a burst are no answer to it.
    """

    version: int = VERSION
    locale: str = ""
    asking: Slot | None = None
    category: str = ""
    accused: str = ""
    given: tuple[Given, ...] = ()
    told: bool = False
    place: Place = Place()
    shown: tuple[tuple[str, str], ...] = ()
    found: tuple[str, ...] = ()
    scope: str = ""
    page: int = 0
    misses: int = 0
    promised: bool = False
    own_voice: bool = False
    tip: str = ""
    news: bool = False
    poster: str = ""
    warned: str = ""
    withheld: bool = False
    erasing: bool = False
    sent_unasked: bool = False
    unheard: bool = False
    trail: tuple[Slot, ...] = ()

    @property
    def voice(self) -> str:
        """What is to be heard in the recordings that were given; "" where there are none."""
        heard = MediaKind.AUDIO in [one.media for one in self.given]
        return ("own" if self.own_voice else "changed") if heard else ""

    @property
    def missed(self) -> int:
        """How often the open question was missed, with this time. Nobody misses what was not said yet."""
        return self.misses if self.unheard else self.misses + 1

    @property
    def has_account(self) -> bool:
        """Whether something was given that answers "tell us what you know"."""
        return any(not one.aside for one in self.given)

    @property
    def has_content(self) -> bool:
        """Whether there is something that an officer can use: it is submitted when the conversation ends."""
        return bool(self.given or self.place.point or self.place.words)

    @property
    def reporting(self) -> bool:
        """Whether there is something that would be lost if the conversation ended here."""
        return bool(self.category or self.has_content)

    @property
    def fresh(self) -> "State":
        """The beginning of another conversation with the same citizen."""
        return State(locale=self.locale, sent_unasked=self.sent_unasked)


class Vocabulary(Struct, frozen=True):
    """The words that are understood, as `words.spelled` has them: commands by word, greetings, number words, the names of
    languages, yes and no, what stands around a receipt, what begins or ends a question, what fills a greeting, and what the
    office of the range is called."""

    commands: Mapping[str, str]
    greetings: frozenset[str]
    numbers: Mapping[str, int]
    languages: Mapping[str, str]
    answers: Mapping[str, str]
    receipt_words: frozenset[str]
    questions: frozenset[str]
    fillers: frozenset[str]
    range_names: frozenset[str]

    @property
    def phrases(self) -> frozenset[str]:
        """All that is understood as a whole message."""
        return self.greetings.union(self.commands, self.numbers, self.languages, self.answers)


class World(Struct, frozen=True):
    """What the flow may know of the service: ids only, in the order they are shown.

    `page_size` is how many choices a page of the channel holds, 0 for any number; `keypad` channels use 9 for "more".
    `posters` lead from a poster's code to its office. `pins` is whether the channel can send a location. `withdrawn` are
    the categories and offices that are not offered any more: who was just choosing one may still do so. `idle_minutes` is
    after how long a rest an unfinished report is submitted.
    """

    languages: tuple[str, ...]
    categories: tuple[str, ...]
    accusing: frozenset[str]
    range_office: str
    stations: Mapping[str, tuple[str, ...]]
    posters: Mapping[str, str]
    vocabulary: Vocabulary
    fallback_category: str
    withdrawn: frozenset[str] = frozenset()
    page_size: int = 0
    keypad: bool = False
    pins: bool = False
    idle_minutes: int = 30


class Located(Struct, frozen=True):
    """The answer to `Locate`: the district, and the stations that may be meant (office ids), best first."""

    words: str = ""
    point: Point | None = None
    district: str = ""
    stations: tuple[str, ...] = ()
    outside: bool = False


class Submitted(Struct, frozen=True):
    """The answer to `Submit`: the tip is durable with this transaction. `readers` are the offices that will see it."""

    tip: str
    receipt: str
    readers: tuple[str, ...]
    whole: bool = True


class LetterShown(Struct, frozen=True):
    """A letter of the police to the informant: its words, or the id of a phrase in the catalogue."""

    hour: int
    text: str = ""
    phrase: str = ""


class Found(Struct, frozen=True):
    """The answer to `LookUp` and `ReadNews`. Without a `tip` there is none; `slip` says that a digit is wrong, `held` that
    it was wrong too often to be looked up now, `gone` that nothing is kept of it any more."""

    tip: str = ""
    slip: bool = False
    held: bool = False
    gone: bool = False
    reference: str = ""
    status: str = ""
    outcome: str = ""
    steps: tuple[tuple[str, int], ...] = ()
    letters: tuple[LetterShown, ...] = ()
    files_ready: int = 0
    files_withheld: int = 0
    files: int = 0


Event = Inbound | Located | Submitted | Found


class Submit(Struct, frozen=True, tag=True):
    """Make a tip of the draft. `whole` is whether the citizen sent it, or it was cut off."""

    draft: State
    whole: bool


class LookUp(Struct, frozen=True, tag=True):
    receipt: str


class ReadNews(Struct, frozen=True, tag=True):
    tip: str


class Locate(Struct, frozen=True, tag=True):
    words: str = ""
    point: Point | None = None
    district: str = ""


class Append(Struct, frozen=True, tag=True):
    """Add what was given to a tip that exists."""

    tip: str
    given: tuple[Given, ...]
    own_voice: bool = False


class Discard(Struct, frozen=True, tag=True):
    """Destroy the draft and its files."""

    given: tuple[Given, ...]


class Forget(Struct, frozen=True, tag=True):
    """Destroy the return address of a tip, at the informant's word."""

    tip: str


Effect = Submit | LookUp | ReadNews | Locate | Append | Discard | Forget


class Ask(Struct, frozen=True, omit_defaults=True):
    """Something to say: the id of a template and its arguments, never words.

    `options` are (number, choice id) pairs. A `notice` must be said; of several questions in a row only the last
    counts.
    """

    id: str
    locale: str
    args: dict[str, Any] = field(default_factory=dict)
    options: tuple[tuple[str, str], ...] = ()
    asks: Asks = Asks.NOTHING
    code: str = ""
    notice: bool = False


class Turn(Struct, frozen=True):
    """The outcome of a step. `over` is whether nothing of the conversation needs to be remembered, `waits` whether its
    answer waits for what may follow at once: a burst gets one."""

    state: State
    asks: tuple[Ask, ...] = ()
    effects: tuple[Effect, ...] = ()
    over: bool = False
    waits: bool = False
