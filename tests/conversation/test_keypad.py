"""A conversation by keys and voice: patience with silence, and nothing that was spoken is lost."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.channels.messages import Capabilities, Inbound, Kind, Media, MediaKind
from satark.conversation.flow import step
from satark.conversation.state import Append, Discard, Slot, State, Submit, World
from satark.intake.world import build_world, world_for
from satark.routing.pack import Pack
from tests.conversation.test_flow import run

CALL = Capabilities(max_text=4000, max_text_with_choices=4000, keypad=True, answers_in_request=True, pushes_for=0)
SILENCE = Inbound(Kind.DIGITS)


@pytest.fixture(scope="session")
def call(pack: Pack) -> World:
    return world_for(build_world(pack), CALL)


def keys(pressed: str) -> list[Inbound]:
    return [Inbound(Kind.DIGITS, key) for key in pressed]


def voice(name: str) -> Inbound:
    return Inbound(Kind.MEDIA, media=Media(MediaKind.AUDIO, kept=name))


def test_a_call_offers_the_receipt_before_all_else(call: World) -> None:
    state, asks, _ = run(call, [Inbound(Kind.OPENED), *keys("2")])
    assert asks[-1].id == "ask.menu"
    assert run(call, keys("2"), state)[0].asking is Slot.RECEIPT
    assert run(call, keys("1"), state)[0].asking is Slot.CATEGORY


def test_what_was_spoken_answers_what_was_asked(call: World) -> None:
    state, _, _ = run(call, [Inbound(Kind.OPENED), *keys("214"), voice("a")])
    assert (state.asking, [one.evidence for one in state.given]) == (Slot.PLACE, ["a"])
    state, _, _ = run(call, [*keys("11"), voice("b")], state)
    assert [one.evidence for one in state.given] == ["a", "b"]
    assert state.place.office == "district/jaunpur"
    assert state.asking is not Slot.PLACE


def test_who_did_not_mean_to_speak_the_place_goes_back(call: World) -> None:
    state, _, _ = run(call, [Inbound(Kind.OPENED), *keys("214"), voice("a"), *keys("11*")])
    assert (state.asking, state.place.office) == (Slot.PLACE, "")


@pytest.mark.parametrize("slot", Slot)
def test_silence_ends_everywhere_and_says_nothing_for_the_caller(call: World, slot: Slot) -> None:
    """However a call is silent, it is over in the end, and what was spoken before is submitted."""
    state = State(locale="en", asking=slot, category="gambling")
    state, _, _ = run(call, [voice("a")], state)
    effects: list[Any] = []
    for _ in range(40):
        turn = step(state, SILENCE, call)
        state, effects = turn.state, [*effects, *turn.effects]
        if turn.over or turn.effects:
            break
    assert [type(one) for one in effects] == [Submit]


def test_the_end_of_a_call_waits_for_what_is_being_spoken(call: World) -> None:
    state, _, effects = run(call, [Inbound(Kind.OPENED), *keys("214"), Inbound(Kind.CLOSED)])
    assert (state.category, effects) == ("gambling", [])
    _, _, effects = run(call, [voice("a"), Inbound(Kind.CLOSED)], state)
    assert [type(one) for one in effects] == [Submit]


pressed = st.one_of(
    st.sampled_from([*"0123456789*#", "", "12", "1234567890123452"]).map(lambda key: Inbound(Kind.DIGITS, key)),
    st.sampled_from("abcdef").map(voice),
)


@given(st.lists(pressed, max_size=30))
def test_no_keys_lose_what_was_spoken(call: World, events: list[Inbound]) -> None:
    state, _, effects = run(call, [Inbound(Kind.OPENED), *events])
    kept = {one.evidence for one in state.given}
    for effect in effects:
        given = effect.draft.given if isinstance(effect, Submit) else getattr(effect, "given", ())
        kept |= {one.evidence for one in given}
        assert not isinstance(effect, Discard)
    assert {one.media.kept for one in events if one.media} <= kept
    assert not [effect for effect in effects if isinstance(effect, Append) and not effect.given]


@given(st.lists(pressed, max_size=30))
def test_no_page_of_a_call_has_more_than_five_choices(call: World, events: list[Inbound]) -> None:
    _, asks, _ = run(call, [Inbound(Kind.OPENED), *events])
    assert all(len(one.options) <= 5 for one in asks)


def test_a_key_says_that_the_own_voice_may_be_heard(call: World) -> None:
    state, asks, _ = run(call, [Inbound(Kind.OPENED), *keys("214"), voice("a"), *keys("12")])
    assert state.asking is Slot.CHECK
    assert dict(asks[-1].options)["4"] == "voice:own"
    state, asks, _ = run(call, keys("4"), state)
    assert (state.asking, asks[-1].args["voice"]) == (Slot.CHECK, "own")
    effects = run(call, keys("1"), state)[2]
    assert [one.draft.own_voice for one in effects if isinstance(one, Submit)] == [True]
