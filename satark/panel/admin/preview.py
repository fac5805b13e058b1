"""What citizens would read and hear with other words, on each channel; and whether labels would fit. No I/O."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from satark.channels.messages import Capabilities, Prompt
from satark.channels.spec import Channel
from satark.conversation.examples import NARROWEST, examples, too_long
from satark.conversation.render import Voice, render
from satark.conversation.state import Ask
from satark.intake.world import build_voice, build_world, world_for
from satark.language import LANGUAGES
from satark.routing.limits import Fault
from satark.routing.pack import Pack
from satark.routing.wording import Message, present, prompts

# A letter of no language: what changes with it says the message.
MARK = "\u2063"
# More would hide what they show.
MOST = 4


@dataclass(frozen=True)
class Preview:
    """What one channel says. `speaks` is whether it is heard, and not read."""

    channel: str
    prompts: list[Prompt]
    speaks: bool


def preview(pack: Pack, channels: Iterable[Channel], message: Message, locale: str) -> list[Preview]:
    """The prompts that say a message, as each channel gets them."""
    voice, marked = build_voice(pack), build_voice(_marked(pack, message, locale))
    shown = []
    for channel in channels:
        able = channel.capabilities
        said = [
            render([one], voice, able) for one in _asks(pack, able, message, locale) if _says(one, voice, marked, able)
        ]
        parts = [part for at, one in enumerate(said) if one not in said[:at] for part in one]
        if parts:
            shown.append(Preview(channel.title or channel.name, parts[:MOST], able.speech))
    return shown


def _marked(pack: Pack, message: Message, locale: str) -> Pack:
    forms = tuple(form + MARK for form in present(message, locale, pack.wording))
    own = {**pack.wording.get(locale, {}), message.text: forms}
    return replace(pack, wording={**pack.wording, locale: own})


def _asks(pack: Pack, able: Capabilities, message: Message, locale: str) -> Iterator[Ask]:
    world = world_for(build_world(pack), able)
    for prompt, messages in prompts().items():
        if message in messages:
            yield from examples(prompt, world, locale)


def _says(one: Ask, voice: Voice, marked: Voice, able: Capabilities) -> bool:
    """Whether the message is read in a prompt or, where the channel speaks, heard."""
    plain, other = render([one], voice, able), render([one], marked, able)
    if able.speech:
        return [part.speech for part in plain] != [part.speech for part in other]
    return plain != other


def label_faults(before: Pack, after: Pack, channels: Iterable[Channel]) -> list[Fault]:
    """Labels that fitted before and would not any more: on the channels that are on, and on the narrowest there is."""
    able = [NARROWEST, *(channel.capabilities for channel in channels)]
    found = _too_long(after, able) - _too_long(before, able)
    return [Fault("label_long", choice, limit=NARROWEST.button_label) for choice in sorted(found)[:1]]


def _too_long(pack: Pack, able: list[Capabilities]) -> set[str]:
    voice, world = build_voice(pack), build_world(pack)
    pages = [(world_for(world, one), one) for one in able]
    return {choice for locale in LANGUAGES for page, one in pages for choice in too_long(voice, page, locale, one)}
