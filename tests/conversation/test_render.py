"""Every prompt in every language fits the narrowest channel, and loses no choice."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.channels.messages import Capabilities, TextUnit
from satark.conversation.questions import ask
from satark.conversation.render import Voice, coalesce, label_limit, render
from satark.conversation.split import length, split
from satark.conversation.state import Ask, Slot, State, World
from tests.conversation.conftest import WHATSAPP

LOCALES = ("en", "hi", "bho", "ur")


def questions(world: World, locale: str) -> Iterator[Ask]:
    """Each slot's question, on each of its pages."""
    for slot in Slot:
        for scope in ("", *world.stations) if slot in (Slot.PLACE, Slot.ACCUSED) else ("",):
            for page in range(4):
                state = State(locale=locale, category="gambling", scope=scope, page=page, tip="a-tip", promised=True)
                yield ask(slot, state, world).asks[-1]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_label_fits_its_control(world: World, voice: Voice, locale: str) -> None:
    for question in questions(world, locale):
        prompt = render([question], voice, WHATSAPP)[-1]
        limit = label_limit(prompt, WHATSAPP)
        for _, choice in question.options:
            label = voice.label(choice, locale)
            assert length(label, TextUnit.CHARACTERS) <= limit, (choice, label)
            assert len(voice.detail(choice, locale)) <= WHATSAPP.row_detail


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
