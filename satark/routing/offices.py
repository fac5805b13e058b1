"""Offices as administrators change them: how a changed tree is put together, and what is wrong with one. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Protocol

from satark.routing.limits import Fault, id_faults, point_faults, twin_faults
from satark.routing.pack import Names, Office, Pack, Spot

Point = tuple[float, float]
"""Latitude and longitude in degrees (WGS84)."""

# Above which kinds of office each kind may stand. Those that are not here come with the pack, and only their names change.
PARENTS = {"circle": ("district",), "station": ("district", "circle"), "outpost": ("station",)}


class Changed(Protocol):
    """An edit of an office (edits.py)."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def parent(self) -> str: ...
    @property
    def name(self) -> Names: ...
    @property
    def closed(self) -> bool: ...
    @property
    def point(self) -> Point | None: ...


def new_id(kind: str, district: str, name: str, taken: Collection[str]) -> str:
    """The id of a new office, from its English name: it never changes. "" where the name has no letter for it."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not slug:
        return ""
    wanted = f"{kind}/{district.partition('/')[2]}/{slug}"
    free = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(one for one in free if one not in taken)


def overlaid_offices(pack: Pack, edits: Iterable[Changed]) -> dict[str, Office]:
    """The offices of a pack with what was changed, in their order; new ones at the end."""
    offices = dict(pack.offices)
    for edit in edits:
        kind = pack.offices[edit.key].kind if edit.key in pack.offices else edit.kind
        offices[edit.key] = Office(edit.key, kind, edit.parent, edit.name, edit.closed)
    return offices


def overlaid_spots(made: Pack, edits: Iterable[Changed]) -> tuple[Spot, ...]:
    """The places that are found by name or pin. A closed office is none; an outpost leads to its station; what a station
    was called before, it is still found by."""
    changed = {edit.key: edit for edit in edits if made.offices[edit.key].kind in ("station", "outpost")}
    before = {spot.station: spot.names for spot in made.spots if spot.station}
    kept = [spot for spot in made.spots if spot.station not in changed]
    return (*kept, *(_spot(made, edit, before.get(edit.key, ())) for edit in changed.values() if not edit.closed))


def _spot(made: Pack, edit: Changed, before: tuple[str, ...]) -> Spot:
    office = made.offices[edit.key]
    station = office.id if office.kind == "station" else office.parent
    lat, lon = edit.point or (None, None)
    names = tuple(dict.fromkeys((*office.name.values(), *before)))
    return Spot(names, office.name, made.district_of(office.id), lat, lon, station=station)


def office_faults(pack: Pack, made: Pack, edits: Mapping[str, Changed]) -> Iterator[Fault]:
    """What is wrong with where changed offices of `made` stand and with their ids; a fault is about the office whose edit
    causes it."""
    for edit in edits.values():
        yield from _own_faults(pack, made, edit)
    for office in made.offices.values():
        above = made.offices.get(office.parent)
        if above is not None and above.closed and not office.closed:
            yield Fault("closed_above" if office.id in edits else "open_below", _cause(office.id, above.id, edits))
        if not _fits(made, office):
            yield Fault("parent", _cause(office.id, office.parent, edits))
    yield from twin_faults(made.offices)


def _cause(office: str, above: str, edits: Mapping[str, Changed]) -> str:
    return office if office in edits else above


def _fits(made: Pack, office: Office) -> bool:
    """Whether an office stands above which one of its kind may stand."""
    above = made.offices.get(office.parent)
    return office.kind not in PARENTS or (above is not None and above.kind in PARENTS[office.kind])


def _own_faults(pack: Pack, made: Pack, edit: Changed) -> Iterator[Fault]:
    office, known = made.offices[edit.key], pack.offices.get(edit.key)
    if office.kind not in PARENTS:
        if known is None or edit.closed or edit.parent != known.parent or edit.point is not None:
            yield Fault("fixed", edit.key)
        return
    home = pack.district_of(edit.key) if known else f"district/{edit.key.split('/')[1] if '/' in edit.key else ''}"
    if not _fits(made, office):
        yield Fault("parent", edit.key)
    elif made.district_of(edit.key) != home:
        yield Fault("other_district", edit.key, home)
    if known is None:
        yield from id_faults(edit.key)
        if not re.fullmatch(rf"{office.kind}/[a-z0-9-]+/[a-z0-9-]+", edit.key):
            yield Fault("id_form", edit.key)
    lat, lon = edit.point or (None, None)
    yield from point_faults(edit.key, pack.outlines, home, lat, lon)
