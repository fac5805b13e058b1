"""Builds what the flow may know, and the words it speaks, from the pack and the templates."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from msgspec.structs import replace

from satark.channels.messages import Capabilities
from satark.conversation.render import Voice
from satark.conversation.state import Vocabulary, World
from satark.conversation.words import spelled
from satark.language import LANGUAGES, environment
from satark.resources import data_dir
from satark.routing.pack import Pack
from satark.routing.posters import codes_of

# Facts page voice.md: at most five choices a level on the phone.
KEYPAD_PAGE = 5


def prompts_dir() -> Path:
    return data_dir("templates") / "conversation"


def load_vocabulary(folder: Path) -> Vocabulary:
    """The words of `words.toml`, folded as what a citizen types will be."""
    words = tomllib.loads((folder / "words.toml").read_text(encoding="utf-8"))
    return Vocabulary(
        commands=_by_spelling(words["commands"]),
        greetings=frozenset(map(spelled, words["greetings"])),
        numbers={word: int(number) for word, number in _by_spelling(words["numbers"]).items()},
        languages=_by_spelling(words["languages"]),
        answers=_by_spelling(words["answers"]),
        receipt_words=frozenset(one for phrase in words["receipt_words"] for one in spelled(phrase).split()),
        questions=frozenset(map(spelled, words["questions"])),
        fillers=frozenset(map(spelled, words["fillers"])),
        range_names=frozenset(map(spelled, words["range_names"])),
    )


@cache
def vocabulary() -> Vocabulary:
    """The words that are understood, as this process found them."""
    return load_vocabulary(prompts_dir())


def _by_spelling(table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What is meant, by each spelling of it."""
    return {spelled(word) or word: meant for meant, spellings in table.items() for word in spellings}


def build_world(pack: Pack) -> World:
    """The ids of the pack, in their order."""
    offered = [office for office in pack.offices.values() if not office.closed]
    districts = [office.id for office in offered if office.kind == "district"]
    stations = {
        district: tuple(one.id for one in offered if one.kind == "station" and pack.district_of(one.id) == district)
        for district in districts
    }
    categories = [category for category in pack.categories if not category.hidden]
    closed = frozenset(office.id for office in pack.offices.values() if office.closed)
    return World(
        languages=tuple(LANGUAGES),
        categories=tuple(category.id for category in categories),
        accusing=frozenset(category.id for category in pack.categories if category.accuses_police),
        range_office=pack.top,
        stations=stations,
        posters=codes_of(pack),
        vocabulary=vocabulary(),
        fallback_category=pack.fallback.id,
        withdrawn=closed | frozenset(category.id for category in pack.categories if category.hidden),
    )


def world_for(world: World, capabilities: Capabilities) -> World:
    """The same world on the page of a channel."""
    size = capabilities.most_choices or (KEYPAD_PAGE if capabilities.keypad else 0)
    return replace(world, page_size=size, keypad=capabilities.keypad, pins=capabilities.location)


def build_voice(pack: Pack) -> Voice:
    """Prompts are no HTML, so nothing is escaped; a channel that writes HTML escapes what it shows."""
    loader = FileSystemLoader(prompts_dir())
    environments: partial[Environment] = partial(environment, loader, escape=False, wording=pack.wording)
    names = {office.id: office.name for office in pack.offices.values()}
    names |= {category.id: category.name for category in pack.categories}
    details = {category.id: category.detail for category in pack.categories}
    districts = {office.id: pack.district_of(office.parent) for office in pack.offices.values()}
    return Voice(environments, names, details, LANGUAGES, districts)
