"""What is said is cut where it is joined: nothing is lost, and what has an argument has its own piece."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.channels.messages import JOINT
from satark.conversation.examples import examples, questions
from satark.conversation.render import SPOKEN, Voice
from satark.conversation.state import Ask, World
from satark.intake.world import build_voice, build_world
from satark.resources import data_dir
from satark.routing.folder import load_pack
from satark.voices.pieces import AFTER_PART, AFTER_SENTENCE, WITHIN, cut, pause_after, words_of


@pytest.fixture(scope="module")
def voice() -> Voice:
    return build_voice(load_pack(data_dir("jurisdictions") / "varanasi"))


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(load_pack(data_dir("jurisdictions") / "varanasi"))


def test_a_name_and_a_number_stand_alone(voice: Voice, world: World) -> None:
    said = next(one for one in questions(world, "hi") if one.id == "ask.category")
    pieces = cut(voice.say(said, SPOKEN))
    words = [words_of(piece) for piece in pieces]
    assert {"गो-तस्करी", "1", "2"} <= set(words)
    assert not any(JOINT in piece for piece in pieces)


def test_a_receipt_is_said_twice_digit_by_digit_in_groups_of_four(voice: Voice, world: World) -> None:
    receipt = examples("receipt", world, "en")[0]
    twice = Ask(receipt.id, "en", receipt.args, code="1122333344445555")
    digits = [piece for piece in cut(voice.say(twice, SPOKEN)) if piece[0].isdigit()]
    assert "".join(map(words_of, digits)) == "1122333344445555" * 2
    assert [pause_after(piece) for piece in digits] == [*[AFTER_PART] * 3, AFTER_SENTENCE] * 8


def test_a_name_inside_a_sentence_is_followed_by_a_breath_only() -> None:
    assert [(piece, pause_after(piece)) for piece in cut(f"Near {JOINT}Kotwali{JOINT}, at {JOINT}4{JOINT}.")] == [
        ("Near", WITHIN),
        ("Kotwali,", AFTER_PART),
        ("at", WITHIN),
        ("4.", AFTER_SENTENCE),
    ]


@given(st.text(alphabet=f"ab1 .,।۔?\n{JOINT}कख", max_size=80))
def test_every_letter_is_said_once_and_in_order(text: str) -> None:
    pieces = cut(text)
    letters = [letter for letter in text if letter.isalnum()]
    assert [letter for piece in pieces for letter in piece if letter.isalnum()] == letters
    assert all(any(letter.isalnum() for letter in piece) for piece in pieces)
