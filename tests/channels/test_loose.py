"""What is wrong with a part of a payload spoils no other part, and what is no payload is none."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw, Struct, field

from satark.channels.loose import read, repaired, unpacked
from satark.channels.spec import Unreadable


class Inner(Struct):
    text: str = ""
    size: int = 0
    lat: float | None = None


class Needed(Struct):
    id: str
    size: int = 0


class Outer(Struct):
    inner: Inner | None = None
    items: list[Inner] = []
    needed: list[Needed] = []
    from_: str | int | None = field(name="from", default=None)
    rest: Raw = Raw(b"null")


def outer(value: Any) -> Outer | None:
    return read(json.dumps(value).encode(), Outer)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"inner": {"text": None, "size": "7", "lat": "25.75"}}, Outer(Inner("", 7, 25.75))),
        ({"inner": {"text": 5, "size": [], "lat": {}}}, Outer(Inner("5"))),
        ({"inner": None, "items": [None, 7, {"text": "x", "size": None}]}, Outer(None, [Inner("x")])),
        ({"inner": [], "items": None, "from": ["x"]}, Outer()),
        ({"needed": [{"id": None}, {"size": 1}, {"id": "a", "size": None}]}, Outer(needed=[Needed("a")])),
        ({"inner": {"text": True}, "from": 7}, Outer(Inner(), from_=7)),
    ],
)
def test_what_does_not_fit_is_absent(value: Any, expected: Outer) -> None:
    assert outer(value) == expected


@pytest.mark.parametrize("value", [None, [], "x", 7])
def test_what_is_no_object_is_none(value: Any) -> None:
    assert outer(value) is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'"a\\ud83d"', "a\ufffd"),
        (b'"\\ud83d\\ud83d\\ude00"', "\ufffd😀"),
        (b'"\\ude00\\ud83d"', "\ufffd\ufffd"),
        (b'"a\xffb"', "a\ufffdb"),
        (b'"a\xed\xa0\xbd"', "a\ufffd\ufffd\ufffd"),
        (b'"a\nb"', "a\nb"),
        (b'\xef\xbb\xbf"a"', "a"),
        ('"é"'.encode("utf-16"), "é"),
        (b"[1e999, NaN, -Infinity]", [None, None, None]),
        (b"[" + b"9" * 5000 + b"]", [None]),
    ],
)
def test_broken_json_is_repaired(raw: bytes, expected: Any) -> None:
    assert json.loads(repaired(raw)) == expected


@pytest.mark.parametrize("raw", [b"", b"x", b'{"a": "b', b"[" * 100_000, b"\xff\xfe" * 50, b"\0"])
def test_what_is_no_json_is_nothing(raw: bytes) -> None:
    assert repaired(raw) == b""
    assert read(raw, Outer) is None


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    read(raw, Outer)
    read(raw, list[Raw])


def test_a_body_is_taken_out_of_its_gzip() -> None:
    assert unpacked(b"{}", 1) == b"{}"
    assert unpacked(gzip.compress(b"x" * 1000), 1000) == b"x" * 1000


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b"x" * 1001), gzip.compress(b"x")[:-9], b"\x1f\x8b", b"\x1f\x8bnonsense"],
    ids=["too large", "cut", "the mark alone", "nonsense"],
)
def test_a_bomb_or_a_broken_one_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        unpacked(body, 1000)
