"""Receipts in what people write: found when they are asked about, and never a part of what is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from satark.channels.folding import MASK, digits_in
from satark.channels.messages import Inbound, Kind, Media, MediaKind, Point
from satark.conversation.flow import step
from satark.conversation.receipts import hide_receipts, is_receipt
from satark.conversation.state import Append, Locate, LookUp, Slot, State, Turn, World
from satark.tips.numbers import grouped
from tests.conversation.test_flow import choice, run, text

RECEIPT = "1234567890123450"
GROUPED = grouped(RECEIPT)
AROUND = {
    "plain": GROUPED,
    "joined": RECEIPT,
    "hyphens": GROUPED.replace(" ", "-"),
    "slashes": GROUPED.replace(" ", " / "),
    "lines": GROUPED.replace(" ", "\n"),
    "devanagari": GROUPED.translate({48 + digit: 0x966 + digit for digit in range(10)}),
    "keycaps": "".join(digit + "\ufe0f\u20e3" for digit in RECEIPT),
    "embedding marks": f"\u202a{GROUPED}\u202c",
    "isolate marks": f"\u2068{GROUPED}\u2069",
    "marks between": "\u200e".join(RECEIPT),
    "no-break blanks": GROUPED.replace(" ", "\u00a0"),
    "two blanks": GROUPED.replace(" ", "  "),
    "full stop": f"{GROUPED}.",
    "danda": f"{GROUPED}।",
    "bold": f"*{GROUPED}*",
    "bold groups": " ".join(f"*{group}*" for group in GROUPED.split()),
    "quotes": f"“{GROUPED}”",
    "emoji": f"👉 {GROUPED} 🙏",
    "english before": f"Receipt: {GROUPED}",
    "english around": f"My receipt number is {GROUPED}, status?",
    "hindi before": f"रसीद {GROUPED}",
    "hindi around": f"मेरी रसीद नंबर {GROUPED} है",
    "urdu before": f"رسید نمبر: {GROUPED}",
    "a greeting before": f"Hello sir, {GROUPED}",
    "a question": f"{GROUPED} ka kya hua?",
    "romanised": f"raseed no. {GROUPED}",
    "a complaint": f"शिकायत नंबर {GROUPED}",
    "a wish": f"sir mera receipt {GROUPED} check kariye",
    "flags": GROUPED.replace(" ", "🇮🇳"),
    "a letter for a digit": f"{GROUPED[:9]}o{GROUPED[9:]}",
    "what the service said": f"Keep this number. It is the only way back: {GROUPED} With it you can ask what was done.",
    "what the service said in Hindi": f"धन्यवाद। आपकी बात पहुँच गई। यह नंबर सँभालकर रखिए। {GROUPED} इसे किसी को न दिखाइए।",
}
assert is_receipt(RECEIPT)


@pytest.mark.parametrize("written", AROUND.values(), ids=AROUND)
@pytest.mark.parametrize(
    "before", [[], [text("hi"), choice("language:en")], [text("status")], [choice("category:gambling"), text("a den")]]
)
def test_it_is_looked_up_whenever_it_comes(world: World, before: list[Inbound], written: str) -> None:
    state, _, _ = run(world, before)
    turn = step(state, text(written), world)
    assert turn.effects == (LookUp(RECEIPT),)
    assert turn.state.given == state.given


def test_asked_for_it_is_found_among_other_words(world: World) -> None:
    state, _, _ = run(world, [text("status")])
    said = f"good evening, I wrote to you in November and you gave me this long number, {GROUPED}, so what became of it then?"
    assert step(state, text(said), world).effects == (LookUp(RECEIPT),)


def test_beside_a_name_that_is_told_it_is_hidden_and_the_name_kept(world: World) -> None:
    state, _, _ = run(world, [choice("language:en"), choice("category:gambling")])
    turn = step(state, text(f"Kallu Bhai {GROUPED}"), world)
    assert [one.text for one in turn.state.given] == [f"Kallu Bhai {MASK}"]
    turn = step(state, text(f"{GROUPED}, 9415012345"), world)
    assert [one.text for one in turn.state.given] == [f"{MASK}, 9415012345"]


def test_a_wrong_digit_is_still_asked_about(world: World) -> None:
    assert step(State(), text("1234 5678 9012 3456."), world).effects == (LookUp("1234567890123456"),)


def kept(turn: Turn) -> str:
    """All words that a turn keeps or looks for."""
    given = [*turn.state.given, *(one for effect in turn.effects if isinstance(effect, Append) for one in effect.given)]
    places = [effect.words for effect in turn.effects if isinstance(effect, Locate)]
    return " ".join([*(one.text for one in given), *places])


SLOTS = [
    State(locale="en"),
    *(State(locale="en", asking=slot) for slot in Slot),
    State(locale="en", tip="a-tip", asking=Slot.DIALOGUE),
    State(locale="en", tip="a-tip"),
]


@pytest.mark.parametrize("written", AROUND.values(), ids=AROUND)
@pytest.mark.parametrize("state", SLOTS, ids=lambda state: f"{state.asking}-{state.tip}")
def test_within_other_words_it_is_kept_by_nobody(world: World, state: State, written: str) -> None:
    said = f"they sell it behind the mill, {written} and every night"
    events = [
        text(said),
        Inbound(Kind.MEDIA, said, media=Media(MediaKind.PHOTO, kept="one")),
        Inbound(Kind.LOCATION, said, point=Point(25.3, 83.0)),
        Inbound(Kind.UNSUPPORTED, said),
        Inbound(Kind.CHOICE, said, choice="gone:by"),
    ]
    for event in events:
        words = kept(step(state, event, world))
        assert RECEIPT not in digits_in(words)
        assert not words or (MASK in words and "behind the mill" in words and "every night" in words)


@pytest.mark.parametrize(
    "written",
    [
        GROUPED.replace(" ", " and "),
        GROUPED.replace(" ", " phir "),
        "first 1234, second 5678, third 9012, fourth 3450",
        GROUPED.replace(" ", "x"),
        GROUPED.replace(" ", "ः"),
        f"{RECEIPT}7",
        f"7{RECEIPT}",
    ],
)
def test_hidden_with_words_between_or_a_digit_too_many(written: str) -> None:
    said = hide_receipts(f"behind the mill, {written} every night")
    assert MASK in said
    assert "behind the mill" in said
    assert "every night" in said


@given(st.text(), st.integers(0, 10**15 - 1), st.text(alphabet=" -.*,\u200b\n"), st.text())
def test_hidden_whatever_stands_around(before: str, drawn: int, gap: str, after: str) -> None:
    receipt = f"{drawn:015}" + damm.calc_check_digit(f"{drawn:015}")
    said = hide_receipts(f"{before}x{gap.join(receipt)}x{after}")
    assert receipt not in digits_in(said)
    assert hide_receipts(said) == said


@pytest.mark.parametrize(
    "said",
    [
        "call 9876543210 or 9415012345 today",
        "call 9876543210 se 221015 pin",
        "1234 5678 9012 3456",
        "1234 and 5678 and 9012 and 3456",
        "12345678901234567",
        "UP65AB1234 5678",
        "Rs 500",
    ],
)
def test_other_numbers_stay(said: str) -> None:
    assert hide_receipts(said) == said
