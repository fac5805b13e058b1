"""The folding, over every character that there is and any text."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.channels.folding import digits_in, fold, fold_with_origins

EVERYTHING = [chr(code) for code in range(sys.maxunicode + 1)]


def test_folding_what_is_folded_changes_nothing() -> None:
    assert [char for char in EVERYTHING if fold(fold(char)) != fold(char)] == []


def test_every_digit_is_read() -> None:
    digits = {char: str(unicodedata.digit(char)) for char in EVERYTHING if unicodedata.digit(char, None) is not None}
    assert len(digits) > 700
    assert {char: fold(char) for char in digits} == digits


def test_nothing_is_left_that_nobody_sees() -> None:
    unseen = [
        char
        for char in EVERYTHING
        if unicodedata.category(char) == "Cf" or "VARIATION SELECTOR" in unicodedata.name(char, "")
    ]
    assert len(unseen) > 400
    assert fold("".join(unseen)) == ""


@given(st.text())
def test_letters_signs_numbers_and_blanks_are_left(text: str) -> None:
    assert {unicodedata.category(char)[0] for char in fold(text) if char != " "} <= set("LMN")


@given(st.text())
def test_each_normal_form_folds_to_the_same(text: str) -> None:
    assert {fold(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")} == {fold(text)}


@given(st.text())
def test_each_character_leads_back_to_where_it_came_from(text: str) -> None:
    folded = fold_with_origins(text)
    assert folded.text == fold(text)
    assert len(folded.origins) == len(folded.text)
    assert folded.origins == sorted(folded.origins)
    for char, at in zip(folded.text, folded.origins, strict=True):
        assert char in fold(text[at])


@given(st.text(), st.text(min_size=1, alphabet="0123456789abcनमस"), st.text())
def test_what_is_found_is_cut_from_the_original(before: str, found: str, after: str) -> None:
    folded = fold_with_origins(f"{before}{found}{after}")
    start = len(fold(before))
    first, last = folded.span(start, start + len(fold(found)))
    assert folded.original[first:last].startswith(found)
    assert fold(folded.original[first:last]) == fold(found)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("2\ufe0f\u20e3", "2"),
        ("🔟", "10"),
        ("⑫ ⓪ ❷ ²", "12 0 2 2"),
        ("ＭＥＮＵ\u200b", "menu"),
        ("\u202amenu\u202c", "menu"),
        ("ज़ ज़", "ज ज"),
        ("हिँदी", "हिंदी"),
        ("ك ي ه", "ک ی ہ"),
        ("🅼🅴🅽🆄", "menu"),
        ("İı", "ii"),
        ("a\u0000b\tc", "ab c"),
    ],
)
def test_by_example(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_numbers_of_any_script_are_read_where_they_stand() -> None:
    assert digits_in("a १ ² ⑩ ۴-５") == "121045"
