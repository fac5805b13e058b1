"""What comes beside the words stays with what is kept of them, wherever the conversation stands."""

from typing import Any

import pytest
from msgspec.structs import replace
from stdnum import damm

from satark.channels.folding import MASK
from satark.channels.messages import Annotation, AnnotationKind, Inbound, Kind, Media, MediaKind, Point
from satark.conversation.account import MOST_CHARACTERS
from satark.conversation.flow import step
from satark.conversation.state import Append, Given, Place, Slot, State, World

NOTES = (Annotation(AnnotationKind.FORWARDED, "Munna"), Annotation(AnnotationKind.LINK, "here: https://x.example"))
TELLING = State(locale="en", asking=Slot.ACCOUNT, category="gambling", promised=True)


def said(text: str, kind: Kind = Kind.TEXT, **more: Any) -> Inbound:
    return Inbound(kind, text, annotations=NOTES, **more)


@pytest.mark.parametrize(
    "message",
    [
        said("see here"),
        said("see", Kind.MEDIA, media=Media(MediaKind.PHOTO, kept="p")),
        said("too large", Kind.UNSUPPORTED),
    ],
)
@pytest.mark.parametrize("asking", [Slot.ACCOUNT, Slot.CATEGORY, Slot.CHECK, None])
def test_it_stays_with_what_was_given(world: World, message: Inbound, asking: Slot | None) -> None:
    before = Given("told before", annotations=NOTES[:1])
    turn = step(replace(TELLING, asking=asking, given=(before,)), message, world)
    assert turn.state.given[0] == before
    assert turn.state.given[-1].annotations == NOTES


def test_it_goes_to_the_tip_with_what_is_added(world: World) -> None:
    turn = step(State(locale="en", asking=Slot.DIALOGUE, tip="a-tip", promised=True), said("see here"), world)
    (append,) = [one for one in turn.effects if isinstance(one, Append)]
    assert append.given == (Given("see here", annotations=NOTES),)


@pytest.mark.parametrize("message", [said("the mill", Kind.LOCATION, point=Point(25.7, 82.6)), said("near the mill")])
def test_of_a_place_it_is_among_its_words(world: World, message: Inbound) -> None:
    asking = replace(TELLING, asking=Slot.PLACE, given=(Given("a den"),), place=Place(words="before"))
    turn = step(asking, message, world)
    assert turn.state.place.words == "before Munna here: https://x.example"
    assert turn.state.given == (Given("a den"),)


def test_a_receipt_is_no_part_of_it(world: World) -> None:
    code = "123456789012345"
    receipt = f"{code}{damm.calc_check_digit(code)}"
    quoted = Inbound(Kind.TEXT, "this one", annotations=(Annotation(AnnotationKind.QUOTED, f"yours is {receipt}"),))
    (kept,) = step(TELLING, quoted, world).state.given
    assert kept.annotations == (Annotation(AnnotationKind.QUOTED, f"yours is {MASK}"),)


def test_what_gives_nothing_keeps_nothing(world: World) -> None:
    for words in ("hi", "help", "menu"):
        assert step(State(), said(words), world).state.given == ()


def test_it_counts_for_the_end_that_every_report_has(world: World) -> None:
    long = Annotation(AnnotationKind.QUOTED, "x" * MOST_CHARACTERS)
    turn = step(replace(TELLING, given=(Given("a", annotations=(long,)),)), said("more"), world)
    assert len(turn.state.given) == 1
    assert "full" in [ask.id for ask in turn.asks]
