"""Of an H.264 packet passes what is picture, whole, and nothing else, however it was made."""

from hypothesis import given
from hypothesis import strategies as st

from satark.evidence.units import PICTURE_KINDS, length_bytes, picture_of

SEQUENCE, TABLE, NOTE = b"\x67sequence", b"\x68table", b"\x06note"
COLOUR = b"\xfd\xf8\xf8\x00"

UNIT = st.builds(lambda kind, rest: bytes([kind]) + rest, st.integers(0, 255), st.binary(max_size=300))


def described(*tables: bytes, more: bytes = b"") -> bytes:
    first, *others = (len(table).to_bytes(2) + table for table in tables)
    return b"\x01\x64\x00\x1f\xff\xe1" + first + bytes([len(others)]) + b"".join(others) + more


def packed(units: list[bytes], lengths: int) -> bytes:
    return b"".join(len(unit).to_bytes(lengths) + unit for unit in units)


@given(st.lists(UNIT, max_size=6), st.sampled_from([2, 4]))
def test_the_units_of_a_picture_pass_and_no_others(units: list[bytes], lengths: int) -> None:
    wanted = packed([unit for unit in units if unit[0] & 31 in PICTURE_KINDS], lengths)
    assert picture_of(packed(units, lengths), lengths) == wanted


@given(st.lists(UNIT, max_size=3), st.binary(max_size=40), st.sampled_from([1, 2, 3, 4]))
def test_whatever_comes_what_passes_is_whole_units_of_a_picture(units: list[bytes], noise: bytes, lengths: int) -> None:
    came = packed([unit[:200] for unit in units], lengths) + noise
    left = bytes(picture_of(came, lengths))
    at = 0
    while at < len(left):
        assert left[at + lengths] & 31 in PICTURE_KINDS
        at += lengths + int.from_bytes(left[at : at + lengths])
    assert at == len(left) <= len(came)


def test_a_length_beyond_the_end_ends_it() -> None:
    assert picture_of(packed([b"\x65one"], 4) + b"\xff\xff\xff\xff\x65", 4) == packed([b"\x65one"], 4)


def test_a_description_of_tables_alone_is_known() -> None:
    for more in (b"", COLOUR):
        assert length_bytes(described(SEQUENCE, TABLE, more=more)) == 4


def test_a_description_of_anything_else_is_not() -> None:
    others = (
        b"",
        b"\0\0\0\x01" + SEQUENCE,
        described(NOTE, TABLE),
        described(SEQUENCE, NOTE),
        described(SEQUENCE, TABLE, more=COLOUR[:3] + b"\x01\0\x05" + NOTE),
        described(SEQUENCE, TABLE, more=NOTE),
        described(SEQUENCE, TABLE)[:-1],
    )
    assert [length_bytes(one) for one in others] == [0] * len(others)


@given(st.binary(max_size=60))
def test_a_description_may_be_anything(config: bytes) -> None:
    assert length_bytes(config) in range(5)
    assert length_bytes(b"\x01" + config) in range(5)
