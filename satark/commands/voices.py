"""`satark voices build`, `--check` and `script`: the clips that callers hear."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import typer

from satark.app import build_core
from satark.channels.messages import Capabilities
from satark.conversation.examples import AN_HOUR, PAGES, examples
from satark.conversation.questions import ask
from satark.conversation.render import Voice, render
from satark.conversation.state import Ask, Slot, State, World
from satark.intake.world import build_voice, build_world, world_for
from satark.language import LANGUAGES, show_day
from satark.resources import data_dir
from satark.routing.pack import Pack
from satark.settings import Settings
from satark.voices.building import Built, Item, Script, build, missing, name_of, strangers
from satark.voices.pieces import cut, words_of
from satark.voices.shelf import Shelf

# As a telephone is, whichever carrier it has.
KEYPAD = Capabilities(max_text=10_000, max_text_with_choices=10_000, keypad=True, speech=True, answers_in_request=True)
# No prompts of their own: pieces of others, and what is said of letters, whose words are not known beforehand.
PARTS = ("labels", "keys", "phrases", "status.letter")
DIGITS = tuple("0123456789")


async def script_of(settings: Settings) -> Script:
    """All pieces that are known beforehand, with the words of now."""
    core = build_core(settings)
    try:
        await core.jurisdiction.look()
        pack = core.jurisdiction.pack
    finally:
        await core.store.dispose()
    return script_in(pack)


def script_in(pack: Pack) -> Script:
    return {locale: pieces(pack, locale) for locale in LANGUAGES}


def pieces(pack: Pack, locale: str) -> set[str]:
    """What is said in a language: the sentences, and each name and digit with each mark that a sentence puts behind it."""
    voice, world = build_voice(pack), world_for(build_world(pack), KEYPAD)
    names = {voice.name(one, locale) for one in _named(world)} | set(DIGITS)
    heard = {piece for one in _asks(world, locale) for piece in _said(one, voice)}
    # A date is another every day: it is spoken when it is asked for.
    heard = {piece for piece in heard if show_day(AN_HOUR, locale) not in piece}
    marks = {piece.removeprefix(words_of(piece)) for piece in heard if words_of(piece) in names}
    return heard | {f"{name}{mark}" for name in names for mark in marks}


def _said(one: Ask, voice: Voice) -> Iterator[str]:
    for prompt in render([one], voice, KEYPAD):
        yield from cut(prompt.speech)


def _named(world: World) -> Iterator[str]:
    yield from (*world.categories, world.range_office, *world.stations)
    for stations in world.stations.values():
        yield from stations


def _asks(world: World, locale: str) -> Iterator[Ask]:
    for path in sorted((data_dir("templates") / "conversation").glob("*.j2")):
        if path.stem not in PARTS:
            yield from examples(path.stem, world, locale)
    yield from examples("phrases", world, locale)
    for slot in Slot:
        for scope in ("", *world.stations):
            for page in range(PAGES * 3):
                for promised in (False, True):
                    state = State(
                        locale=locale, category=world.categories[0], scope=scope, page=page, tip="-", promised=promised
                    )
                    yield from ask(slot, state, world).asks


def build_clips(settings: Settings) -> Built:
    script = asyncio.run(script_of(settings))
    for path in strangers(script, settings.recordings):
        typer.echo(f"{path} is a recording of no words that are said: `satark voices script` has the names", err=True)
    return build(Shelf(settings.clips), script, settings.recordings)


def missing_clips(settings: Settings, pack: Pack) -> list[Item]:
    """What has no clip, or a stale one."""
    return missing(Shelf(settings.clips), script_in(pack), settings.recordings)


def check(settings: Settings) -> list[str]:
    """A line for each piece that is missing or stale."""
    found = missing(Shelf(settings.clips), asyncio.run(script_of(settings)), settings.recordings)
    return [f"{one.locale}\t{name_of(one.piece)}\t{words_of(one.piece)}" for one in found]


def write_script(settings: Settings, folder: Path) -> int:
    """For whoever records them: a file a language, with the name of each recording and the words. Returns how many."""
    script = asyncio.run(script_of(settings))
    folder.mkdir(parents=True, exist_ok=True)
    total = 0
    for locale, pieces_of in script.items():
        lines = sorted({f"{name_of(one)}\t{words_of(one)}" for one in pieces_of})
        (folder / f"{locale}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        total += len(lines)
    return total
