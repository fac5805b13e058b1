"""A crowd of people who do not exist, and how each of them talks: pure, and the same for the same seed."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from satark.channels.messages import Inbound, Kind, Media, MediaKind, Secret
from satark.routing.pack import Pack

# So many are in the middle of telling something at any time.
ABREAST = 40
# A person who pauses lets so many messages of others pass.
PAUSE = 200
# Indian numbers begin with 6 to 9 (TRAI); these begin with 1, so that they are nobody's.
FIRST_NUMBER = 91_1000_000_000
PHOTO, VIDEO = "7000000000000001", "7000000000000002"
GREETINGS = ("hi", "नमस्ते", "hello", "Namaste")

Step = Inbound | int
"""Something that is said, or for how many messages of others its teller is silent."""


@dataclass(frozen=True)
class Said:
    """What one of them says next. `again` is that the provider, or an impatient thumb, sends it twice."""

    person: str
    inbound: Inbound
    again: bool = False


@dataclass(frozen=True)
class Subject:
    """What a report is about: choice ids, and the words of it."""

    category: str
    words: str
    place: str


def crowd(pack: Pack, accounts: Mapping[str, str], seed: int) -> Iterator[Said]:
    """For ever: the next thing that somebody says. `accounts` are the words by category."""
    draw = random.Random(seed)  # noqa: S311 - no secret is drawn from it
    talking: list[tuple[str, Iterator[Step], bool]] = []
    silent: list[tuple[int, tuple[str, Iterator[Step], bool]]] = []
    said, born = 0, 0
    while True:
        talking += [one for until, one in silent if until <= said]
        silent = [(until, one) for until, one in silent if until > said]
        while len(talking) < ABREAST:
            manner = draw.choices(list(MANNERS), [weight for weight, _ in MANNERS.values()])[0]
            steps = iter(MANNERS[manner][1](draw, _subject(draw, pack, accounts)))
            talking.append((str(FIRST_NUMBER + born), steps, manner == "repeats"))
            born += 1
        at = draw.randrange(len(talking))
        person, steps, repeats = talking[at]
        match next(steps, None):
            case None:
                talking.pop(at)
            case int(pause):
                silent.append((said + pause, talking.pop(at)))
            case Inbound() as inbound:
                said += 1
                yield Said(person, inbound, again=repeats and draw.random() < 0.5)


def _subject(draw: random.Random, pack: Pack, accounts: Mapping[str, str]) -> Subject:
    category = draw.choice([one.id for one in pack.categories if not one.accuses_police])
    station = draw.choice([office.id for office in pack.offices.values() if office.kind == "station"])
    return Subject(category, accounts[category], draw.choice((f"at:{station}", "at:unknown")))


def text(words: str) -> Inbound:
    return Inbound(Kind.TEXT, words)


def tap(choice: str) -> Inbound:
    return Inbound(Kind.CHOICE, "-", choice)


def photo(caption: str = "") -> Inbound:
    return Inbound(Kind.MEDIA, caption, media=Media(MediaKind.PHOTO, "image/jpeg", ref=Secret(PHOTO)))


def video() -> Inbound:
    return Inbound(Kind.MEDIA, media=Media(MediaKind.VIDEO, "video/mp4", ref=Secret(VIDEO)))


def _end(subject: Subject) -> Sequence[Step]:
    return (tap("done"), tap(subject.place), tap("check:send"))


def _steady(draw: random.Random, subject: Subject) -> Sequence[Step]:
    hello, language = text(draw.choice(GREETINGS)), tap(f"language:{draw.choice(('hi', 'en', 'bho', 'ur'))}")
    shown = (photo(),) * draw.choice((0, 0, 1, 3))
    return (hello, language, tap(f"category:{subject.category}"), text(subject.words), *shown, *_end(subject))


def _pausing(draw: random.Random, subject: Subject) -> Sequence[Step]:
    steps = _steady(draw, subject)
    at = draw.randrange(1, len(steps))
    return (*steps[:at], PAUSE, *steps[at:])


def _video_first(draw: random.Random, subject: Subject) -> Sequence[Step]:
    return (video(), *_steady(draw, subject))


def _switching(draw: random.Random, subject: Subject) -> Sequence[Step]:
    """Begins in English, and goes on in Hindi."""
    _hello, _language, *rest = _steady(draw, subject)
    return (text("hello"), tap("language:en"), text("language"), tap("language:hi"), *rest)


def _typing(_draw: random.Random, subject: Subject) -> Sequence[Step]:
    """Taps nothing, and types numbers and words."""
    return (text("नमस्ते"), text("1"), text("4"), text(subject.words), text("1"), text("कोतवाली"), text("1"), text("1"))


def _leaving(draw: random.Random, subject: Subject) -> Sequence[Step]:
    return _steady(draw, subject)[: draw.randrange(1, 4)]


Manner = Callable[[random.Random, Subject], Sequence[Step]]
MANNERS: Mapping[str, tuple[int, Manner]] = {
    "steady": (40, _steady),
    "pauses": (15, _pausing),
    "repeats": (10, _steady),
    "video first": (10, _video_first),
    "switches": (10, _switching),
    "types": (10, _typing),
    "leaves": (5, _leaving),
}
"""How often somebody is like that, and what they say."""
