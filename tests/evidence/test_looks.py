"""Two pictures that show the same have looks that are near, and the bits are those of a known library."""

import io

import imagehash
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from satark.evidence.looks import look_of
from satark.tips.alike import NEAR, same
from tests.evidence.samples import saved, scene

SIDES = (640, 480)


def look(picture: Image.Image) -> int:
    seen = look_of(picture)
    assert seen is not None
    return seen


@pytest.mark.parametrize("number", range(12))
def test_the_bits_are_those_of_imagehash(number: int) -> None:
    picture = scene(number, SIDES)
    theirs = int(str(imagehash.phash(picture)), 16)
    assert (look(picture) ^ theirs).bit_count() <= 4


@pytest.mark.parametrize("number", range(6))
def test_what_was_sent_on_looks_the_same(number: int) -> None:
    picture = scene(number, SIDES)
    small = Image.open(io.BytesIO(saved(picture.resize((320, 240)), "JPEG", quality=40)))
    for other in (small, ImageEnhance.Brightness(picture).enhance(1.2)):
        assert same([look(picture)], [look(other)])


def test_other_things_look_different() -> None:
    looks = [look(scene(number, SIDES)) for number in range(30)]
    pairs = [(one, other) for at, one in enumerate(looks) for other in looks[:at]]
    assert not any(same([one], [other]) for one, other in pairs)


@pytest.mark.parametrize("colour", ["black", "white", "grey"])
def test_where_there_is_nothing_to_see_nothing_is_the_same(colour: str) -> None:
    assert look_of(Image.new("RGB", SIDES, colour)) is None


@given(st.lists(st.integers(0, 2**64 - 1)), st.lists(st.integers(0, 2**64 - 1)))
def test_same_is_mutual_and_any_of_any(ones: list[int], others: list[int]) -> None:
    assert same(ones, others) == same(others, ones)
    assert same(ones, others) == any(bin(one ^ other).count("1") <= NEAR for one in ones for other in others)
    assert same(ones, ones) == bool(ones)
