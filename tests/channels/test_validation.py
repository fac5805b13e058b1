"""What a plugin hands over is what it should be, or it is not taken; and its texts can be stored."""

import math
from collections.abc import Iterator
from typing import Any

import pytest

from satark.channels.messages import (
    Annotation,
    AnnotationKind,
    DeliveryState,
    DeliveryStatus,
    Envelope,
    Finding,
    Inbound,
    Kind,
    Media,
    MediaKind,
    Never,
    Point,
    Secret,
    Sent,
    TryAgain,
    WindowClosed,
    Wire,
)
from satark.channels.validation import (
    MAX_WAIT_S,
    InvalidResultError,
    check_findings,
    check_items,
    check_outcome,
    check_wires,
)

WHO, ID = Secret("919876543210"), Secret("wamid.1")
ANY: Any = None


def told(inbound: Any, **fields: Any) -> Envelope:
    return Envelope(**{"address": WHO, "external_id": ID, "inbound": inbound, **fields})


def generated() -> Iterator[Envelope]:
    yield told(Inbound(Kind.TEXT, "a den"))


GOOD = [
    told(Inbound(Kind.TEXT, "दारू बिक रही है"), names=(Secret("Ram Lal"),)),
    told(Inbound(Kind.MEDIA, media=Media(MediaKind.PHOTO, "image/jpeg", 5, "ab", Secret("id")))),
    told(Inbound(Kind.LOCATION, "home", point=Point(25, 82.5))),
    DeliveryStatus(ID, DeliveryState.FAILED, TryAgain(3, "code")),
]


def test_what_is_right_is_left_as_it_is() -> None:
    checked = check_items(GOOD)
    assert checked.invalid == 0
    assert all(one is same for one, same in zip(checked.items, GOOD, strict=True))


@pytest.mark.parametrize("found", [None, 7, "text", b"bytes", {"a": 1}, generated(), generated, Exception()])
def test_what_is_no_list_is_one_invalid_item(found: Any) -> None:
    assert check_items(found) == ([], 1)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        7,
        "text",
        Inbound(Kind.TEXT, "without an envelope"),
        told(None),
        told(Inbound("text", "x")),  # type: ignore[arg-type]
        told(Inbound(Kind.TEXT, None)),  # type: ignore[arg-type]
        told(Inbound(Kind.TEXT, b"x")),  # type: ignore[arg-type]
        told(Inbound(Kind.CHOICE, choice=5)),  # type: ignore[arg-type]
        told(Inbound(Kind.MEDIA, media="photo")),  # type: ignore[arg-type]
        told(Inbound(Kind.MEDIA, media=Media("photo"))),  # type: ignore[arg-type]
        told(Inbound(Kind.MEDIA, media=Media(MediaKind.PHOTO, None))),  # type: ignore[arg-type]
        told(Inbound(Kind.MEDIA, media=Media(MediaKind.PHOTO, ref="x"))),  # type: ignore[arg-type]
        told(Inbound(Kind.LOCATION, point=(25, 82))),  # type: ignore[arg-type]
        told(Inbound(Kind.LOCATION, point=Point("25", "82"))),  # type: ignore[arg-type]
        told(Inbound(Kind.UNSUPPORTED, why="group")),  # type: ignore[arg-type]
        told(Inbound(Kind.TEXT, "x"), address="919876543210"),
        told(Inbound(Kind.TEXT, "x"), address=Secret("")),
        told(Inbound(Kind.TEXT, "x"), external_id=Secret(5)),  # type: ignore[arg-type]
        DeliveryStatus(ID, "sent"),  # type: ignore[arg-type]
        DeliveryStatus(ID, DeliveryState.FAILED, "code"),  # type: ignore[arg-type]
    ],
)
def test_one_that_is_wrong_is_counted_and_spoils_no_other(wrong: Any) -> None:
    checked = check_items([GOOD[0], wrong, *GOOD[1:]])
    assert checked == (GOOD, 1)


def test_an_annotation_that_is_none_spoils_no_message() -> None:
    sound, odd = Annotation(AnnotationKind.QUOTED, "a\0b"), Annotation(ANY, ANY)
    for some, kept in (([sound, odd, "x", None], ["ab"]), ("abc", []), (None, []), (7, [])):
        inbound = Inbound(Kind.TEXT, "a den", annotations=some)  # type: ignore[arg-type]
        (one,) = check_items([told(inbound)]).items
        assert isinstance(one, Envelope)
        assert (one.inbound.text, [note.text for note in one.inbound.annotations]) == ("a den", kept)


def test_texts_are_made_storable() -> None:
    media = Media(MediaKind.PHOTO, "image/jpeg\0", 2**70, "ab\0", Secret("r\0"), "k\0")
    inbound = Inbound(Kind.MEDIA, "a\0 \ud800", "done\0", media, Point(math.nan, 5))
    one = told(inbound, address=Secret("9\0"), external_id=Secret("\ud800"), names=(Secret("Ram\0"), None, Secret(7)))  # type: ignore[arg-type]
    (kept,), invalid = check_items([one])
    media = Media(MediaKind.PHOTO, "image/jpeg", 0, "ab", Secret("r"), "k")
    inbound = Inbound(Kind.MEDIA, "a \ufffd", "done", media, None)
    assert kept == Envelope(Secret("9"), Secret("\ufffd"), inbound, (Secret("Ram"),))
    assert invalid == 0


@pytest.mark.parametrize("outcome", [Sent(), Sent((ID,)), TryAgain(5, "code"), Never("x"), WindowClosed("y")])
def test_an_outcome_is_taken(outcome: Any) -> None:
    assert check_outcome(outcome) is outcome


@pytest.mark.parametrize("found", [None, 7, "sent", [Sent()], Sent])
def test_what_is_no_outcome_is_refused(found: Any) -> None:
    with pytest.raises(InvalidResultError):
        check_outcome(found)


def test_what_was_sent_stays_sent_whatever_its_ids_are() -> None:
    for ids in (None, 7, "x", ["x", 5]):
        assert check_outcome(Sent(ids)) == Sent()  # type: ignore[arg-type]


@pytest.mark.parametrize(("after", "kept"), [("x", 0), (math.nan, 0), (math.inf, MAX_WAIT_S), (-5, 0), (None, 0)])
def test_a_wait_is_a_number_of_seconds(after: Any, kept: float) -> None:
    assert check_outcome(TryAgain(after, ANY)) == TryAgain(kept, "")


@pytest.mark.parametrize("found", [None, 7, [7], iter([Wire({})])])
def test_what_is_no_list_of_wires_is_refused(found: Any) -> None:
    with pytest.raises(InvalidResultError):
        check_wires(found)


def test_findings_have_words() -> None:
    assert check_findings([Finding(True, "we\0ll")]) == [Finding(True, "well")]
    for found in (None, [None], [Finding(True, ANY)]):
        with pytest.raises(InvalidResultError):
            check_findings(found)
