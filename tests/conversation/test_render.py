"""Every prompt in every language fits the narrowest channel, and loses no choice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from satark.channels.messages import Capabilities, TextUnit
from satark.conversation.examples import examples, questions, too_long
from satark.conversation.questions import ask
from satark.conversation.render import Voice, coalesce, render
from satark.conversation.split import length, split
from satark.conversation.state import Ask, Slot, State, World
from satark.intake.world import build_voice
from satark.routing.pack import Pack
from satark.routing.wording import labels, prompts
from tests.conversation.conftest import WHATSAPP

LOCALES = ("en", "hi", "bho", "ur")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_label_fits_its_control(world: World, voice: Voice, locale: str) -> None:
    assert too_long(voice, world, locale, WHATSAPP) == []
    for question in questions(world, locale):
        assert all(len(voice.detail(choice, locale)) <= WHATSAPP.row_detail for _, choice in question.options)


@pytest.mark.parametrize(
    ("choice", "label"),
    [
        ("menu:tell", "Give information to us now"),
        ("check:send", "Send what I have told"),
        ("at:list", "None of these stations"),
        ("control:choices", "Choose one of these now"),
    ],
)
def test_a_label_that_does_not_fit_is_found(world: World, pack: Pack, choice: str, label: str) -> None:
    words = {"en": {labels()[choice]: (label,)}}
    assert choice in too_long(build_voice(replace(pack, wording=words)), world, "en", WHATSAPP)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("prompt", prompts())
def test_every_prompt_has_examples_that_say_all_its_messages(
    pack: Pack, world: World, prompt: str, locale: str
) -> None:
    """Each message, replaced by a word of its own, is heard or read in some example."""
    texts = prompts()[prompt]
    words = {
        message.text: tuple(f"word{at}{'x' * form}" for form in range(len(message.sources)))
        for at, message in enumerate(texts)
    }
    voice = build_voice(replace(pack, wording={locale: words}))
    shown = [part for one in examples(prompt, world, locale) for part in render([one], voice, WHATSAPP)]
    said = " ".join(
        word for part in shown for word in (part.text, part.speech, part.control, *(one.label for one in part.choices))
    )
    assert [message.text for message in texts if not any(form in said for form in words[message.text])] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_choice_is_lost_and_every_prompt_is_spoken(world: World, voice: Voice, locale: str) -> None:
    for question in questions(world, locale):
        prompts = render([question], voice, WHATSAPP)
        assert [choice.id for choice in prompts[-1].choices] == [choice for _, choice in question.options]
        assert prompts[-1].speech
        assert all(length(prompt.text, TextUnit.CHARACTERS) <= 1024 for prompt in prompts)


def test_a_channel_without_buttons_gets_numbers(world: World, voice: Voice) -> None:
    plain = Capabilities(max_text=1000, max_text_with_choices=1000)
    question = ask(Slot.SAME, State(locale="en"), world).asks[-1]
    assert "1. The same matter\n2. A new matter" in render([question], voice, plain)[0].text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("station", ["kotwali", "mahila-thana"])
def test_stations_of_one_name_are_told_apart(voice: Voice, locale: str, station: str) -> None:
    """As buttons, the narrowest of all: what is cut is the name that they share."""
    places = ("jaunpur", "ghazipur")
    found = tuple((str(at), f"at:station/{place}/{station}") for at, place in enumerate(places, 1))
    prompt = render([Ask("ask.place", locale, {"found": True, "misses": 0}, found)], voice, WHATSAPP)[-1]
    labels = [choice.label for choice in prompt.choices]
    assert len(set(labels)) == 2
    assert all(voice.name(f"district/{place}", locale) in label for label, place in zip(labels, places, strict=True))
    assert all(len(label) <= WHATSAPP.button_label for label in labels)


def test_a_burst_gets_one_answer() -> None:
    asks = [Ask("kept", "en", notice=True), Ask("ask.account", "en", {"got": 1})] * 10
    assert [one.id for one in coalesce(asks)] == ["kept", "ask.account"]


@given(text=st.text(alphabet="कि्षत्रि ज्ञ।. a🙂👩‍👧\n", min_size=1, max_size=200), limit=st.integers(8, 40))
def test_a_split_text_fits_and_keeps_every_letter(text: str, limit: int) -> None:
    parts = split(text, limit, TextUnit.CHARACTERS)
    assert "".join("".join(parts).split()) == "".join(text.split())
    graphemes = {part for part in parts if length(part, TextUnit.GRAPHEMES) == 1}
    assert all(length(part, TextUnit.CHARACTERS) <= limit for part in parts if part not in graphemes)
