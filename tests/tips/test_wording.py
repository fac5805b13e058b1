"""What is typed finds what was told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.tips.letters import Letter, Piece
from satark.tips.wording import MOST_WORDS, has_all, searchable, wanted, words_in

TOLD = "रात में नदी के पास शराब बनती है, दो गाड़ियाँ UP 65 AB 1234 और बोलेरो। Owner 98765-43210, sharabkhana at 12/B, ४५ लीटर"


@pytest.mark.parametrize(
    "typed",
    [
        "शराब", "sharab", "شراب", "SHARAB!", "gaadi", "गाड़ी", "raat nadi", "नदी रात sharab", "up65ab1234", "UP 65 AB 1234",
        "1234", "9876543210", "98765 43210", "43210", "45", "४५", "bolero", "owner sharabkhana",
    ],
)  # fmt: skip
def test_is_found(typed: str) -> None:
    assert has_all(words_in(TOLD), wanted(typed))


@pytest.mark.parametrize("typed", ["ganja", "sharab ganja", "99999", "up65ab9999", "nad khet"])
def test_is_not_found(typed: str) -> None:
    assert not has_all(words_in(TOLD), wanted(typed))


def test_a_word_of_one_consonant_keeps_its_vowels() -> None:
    assert not has_all(words_in("ja raha hai"), wanted("zzz"))
    assert has_all(words_in("जुआ"), wanted("jua"))


@pytest.mark.parametrize("typed", ["", "  ", "!?…", "।"])
def test_nothing_is_looked_for(typed: str) -> None:
    assert wanted(typed) == ()


def test_a_long_search_is_cut() -> None:
    assert len(wanted(" ".join(f"shabd{number}a" for number in range(40)))) == MOST_WORDS


def test_a_short_word_must_stand_there_as_it_is() -> None:
    assert has_all(words_in("jua"), wanted("जुआ"))
    assert not has_all(words_in("juara khelte"), wanted("ju"))


def test_captions_and_places_are_searched() -> None:
    letter = Letter(pieces=(Piece(text="first"), Piece(text="a caption", evidence="x")), place="Rajghat")
    assert has_all(words_in(searchable(letter)), wanted("caption rajghat first"))


def test_no_order_is_kept() -> None:
    assert words_in("one two three") == words_in("three, one; two two")


@given(st.lists(st.text(st.characters(categories=("L",)), min_size=1, max_size=8), min_size=1, max_size=6), st.data())
def test_every_word_of_a_text_finds_it(words: list[str], data: st.DataObject) -> None:
    some = data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=3))
    assert has_all(words_in(" ".join(words)), wanted(" ".join(some)))
