"""From what a conversation remembers to the rows of a tip: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from satark.conversation.state import UNKNOWN, Given, State
from satark.routing.tree import line
from satark.tips.letters import Letter, Piece, PieceNote


@dataclass(frozen=True)
class Placed:
    """Where a tip belongs: office ids, empty where unknown."""

    district: str
    station: str


def placed(draft: State, parents: Mapping[str, str]) -> Placed:
    """The district and station of a draft: from its place, else from the office it accuses."""
    for office in (draft.place.office, draft.accused):
        if office.startswith("station/"):
            district = next((one for one in line(parents, office) if one.startswith("district/")), "")
            return Placed(district, office)
        if office.startswith("district/"):
            return Placed(office, "")
    return Placed("", "")


def accused_offices(draft: State, place: Placed, districts: Sequence[str]) -> frozenset[str]:
    """The offices a draft accuses. Who does not know which one accuses the district of the place, so that nobody who
    may be meant learns of it; who knows no district accuses all."""
    if not draft.accused:
        return frozenset()
    if draft.accused != UNKNOWN:
        return frozenset({draft.accused})
    return frozenset({place.district}) if place.district else frozenset(districts)


def letter_of(given: Sequence[Given], draft: State | None = None, *, muted: bool = False) -> Letter:
    pieces = tuple(_piece(one) for one in given)
    if draft is None:
        return Letter(pieces=pieces, muted=muted)
    point = draft.place.point
    return Letter(
        pieces=pieces,
        place=draft.place.words,
        lat=point.lat if point else None,
        lon=point.lon if point else None,
        muted=muted,
    )


def _piece(given: Given) -> Piece:
    notes = tuple(PieceNote(kind=one.kind.value, text=one.text) for one in given.annotations)
    point = given.point
    lat, lon = (point.lat, point.lon) if point else (None, None)
    return Piece(text=given.text, evidence=given.evidence, notes=notes, lat=lat, lon=lon)
