"""Outside text that every database takes, and that is else what was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.channels.storable import MAX_MEDIA_TYPE, media_type, storable


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("a den by the temple", "a den by the temple"),
        ("a\0 den\0", "a den"),
        ("दारू\0 बिक रही है", "दारू बिक रही है"),
        ("\ud83d\ude42", "🙂"),
        ("half \ud83d of it", "half \ufffd of it"),
        ("\ude42\0\ud83d", "\ufffd\ufffd"),
        ("\0", ""),
    ],
)
def test_what_cannot_be_stored_is_taken_out(told: str, kept: str) -> None:
    assert storable(told) == kept


@given(st.text(st.characters(codec=None)))
def test_every_text_can_be_stored_and_is_cleaned_once(told: str) -> None:
    kept = storable(told)
    kept.encode()
    assert "\0" not in kept
    assert storable(kept) == kept


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("image/jpeg", "image/jpeg"),
        ("Audio/OGG; codecs=opus", "audio/ogg"),
        ("image/jpeg\0x", "image/jpeg"),
        ("image/jp'\neg", "image/jp"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",) * 2,
        ("image/" + "x" * 5000, ("image/" + "x" * 5000)[:MAX_MEDIA_TYPE]),
        ("", ""),
        ("\0/\0", ""),
        ("no type at all", ""),
    ],
)
def test_a_media_type_is_a_type_and_a_subtype(told: str, kept: str) -> None:
    assert media_type(told) == kept
