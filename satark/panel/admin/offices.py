"""The tree of offices: what there is, new ones, names, where each stands, and which are closed."""

import math
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from satark.panel.admin.changing import keep, names_in, take_back
from satark.panel.gate import SEE_OTHER, Work, guarded
from satark.panel.given import NOTHING_GIVEN, Given
from satark.panel.people import serve_in
from satark.panel.roles import ADMINISTRATORS
from satark.routing.edits import OfficeEdit, own_faults
from satark.routing.limits import Fault
from satark.routing.offices import PARENTS, Point, new_id
from satark.routing.pack import Office

OFFICES = "/panel/admin/offices"


async def show(work: Work) -> Response:
    return _tree(work)


def _tree(work: Work, given: Given = NOTHING_GIVEN) -> Response:
    """The tree, and the form for a new office as it was filled in."""
    pack = work.core.pack
    below: dict[str, list[Office]] = {}
    for office in map(pack.offices.__getitem__, work.in_order(pack.offices)):
        below.setdefault(office.parent, []).append(office)
    above = [one for kinds in PARENTS.values() for one in kinds]
    return work.page(
        "offices.html",
        422 if given.faults else 200,
        below=below,
        kinds=list(PARENTS),
        parents=work.in_order(one for one in pack.open_parents if pack.offices[one].kind in above),
        given=given,
    )


async def add(work: Work) -> Response:
    """A new circle, station or outpost."""
    pack, kind, parent, names = work.core.pack, work.text("kind"), work.text("parent"), names_in(work, "name")
    is_place = kind in PARENTS and parent in pack.open_parents
    key = new_id(kind, pack.district_of(parent), names.get("en", ""), pack.offices) if is_place else ""
    point = _point(work)
    edit = OfficeEdit(key, kind, parent, names, point=None if isinstance(point, Fault) else point)
    faults = [
        *([] if is_place else [Fault("parent", "")]),
        *([Fault("id_form", "")] if is_place and names.get("en") and not key else []),
        *own_faults(edit),
        *([point] if isinstance(point, Fault) else []),
    ]
    faults = faults or await keep(work, "add office", edit, key, is_new=True)
    return _tree(work, Given(work.form, faults)) if faults else RedirectResponse(OFFICES, SEE_OTHER)


def _point(work: Work) -> Point | Fault | None:
    """The point that was given, if any was."""
    if not work.text("lat") and not work.text("lon"):
        return None
    lat, lon = (_degrees(work.text(field)) for field in ("lat", "lon"))
    if lat is None or lon is None:
        return Fault("outside", "", field="lat" if lat is None else "lon")
    return lat, lon


def _degrees(typed: str) -> float | None:
    try:
        degrees = float(typed)
    except ValueError:
        return None
    return degrees if math.isfinite(degrees) else None


def _office(work: Work, key: str) -> Office:
    office = work.core.pack.offices.get(key)
    if office is None:
        raise HTTPException(404)
    return office


async def show_one(work: Work) -> Response:
    return await _page(work, _office(work, work.request.query_params.get("id", "")))


async def _page(work: Work, office: Office, given: Given = NOTHING_GIVEN) -> Response:
    version = await work.core.jurisdiction.version(("office", office.id))
    pack, office = work.core.pack, _office(work, office.id)
    edit = (await work.core.jurisdiction.edits()).get(("office", office.id))
    return work.page(
        "office.html",
        422 if given.faults else 200,
        version=version,
        one=office,
        point=_point_of(work, office.id, edit),
        movable=office.kind in PARENTS,
        parents=work.in_order(one for one in pack.open_parents if _may_stand_below(work, office, one)),
        given=given,
        is_edited=edit is not None and office.id in work.core.jurisdiction.base.offices,
    )


def _may_stand_below(work: Work, office: Office, other: str) -> bool:
    pack = work.core.pack
    own_district = pack.district_of(other) == pack.district_of(office.id)
    return pack.offices[other].kind in PARENTS.get(office.kind, ()) and own_district


def _point_of(work: Work, office: str, edit: Any) -> Point | None:
    """Where it is: as it was changed, else as the pack says."""
    if edit is not None:
        point: Point | None = edit.point
        return point
    spot = next((one for one in work.core.jurisdiction.base.spots if one.station == office), None)
    return (spot.lat, spot.lon) if spot and spot.lat is not None and spot.lon is not None else None


async def _as_it_is(work: Work, office: Office, **changes: Any) -> OfficeEdit:
    edit = (await work.core.jurisdiction.edits()).get(("office", office.id))
    now = {
        "parent": office.parent,
        "name": office.name,
        "closed": office.closed,
        "point": _point_of(work, office.id, edit),
    }
    return OfficeEdit(office.id, office.kind, **{**now, **changes})


async def change(work: Work) -> Response:
    """Names, the office above, the point."""
    office, point = _office(work, work.text("id")), _point(work)
    parent = work.text("parent") if office.kind in PARENTS else office.parent
    known = None if isinstance(point, Fault) else point
    edit = await _as_it_is(work, office, name=names_in(work, "name"), parent=parent, point=known)
    if isinstance(point, Fault):
        return await _page(work, office, Given(work.form, [*own_faults(edit), point]))
    faults = await keep(work, "change office", edit, office.id)
    return await _page(work, office, Given(work.form, faults)) if faults else RedirectResponse(OFFICES, SEE_OTHER)


async def close(work: Work) -> Response:
    """It is offered nowhere any more, and keeps its name for what it did. Nobody may serve there. What work it has goes to
    the office above (tips/closing.py): here nobody looks whether there is any."""
    office = _office(work, work.text("id"))
    below = [one for one, above in work.core.pack.open_parents.items() if above == office.id]

    async def check(db: AsyncConnection) -> list[Fault]:
        found = (("open_below", bool(below)), ("people", await serve_in(db, office.id)))
        return [Fault(code, office.id) for code, is_so in found if is_so]

    edit = await _as_it_is(work, office, closed=True)
    return await _done(work, office, await keep(work, "close office", edit, office.id, check))


async def reopen(work: Work) -> Response:
    office = _office(work, work.text("id"))
    edit = await _as_it_is(work, office, closed=False)
    return await _done(work, office, await keep(work, "open office", edit, office.id))


async def restore(work: Work) -> Response:
    """As it came with the installation. What was added here can only be closed."""
    office = _office(work, work.text("id"))
    if office.id not in work.core.jurisdiction.base.offices:
        raise HTTPException(422)
    return await _done(work, office, await take_back(work, ("office", office.id), office.id))


async def _done(work: Work, office: Office, faults: list[Fault]) -> Response:
    return await _page(work, office, Given(None, faults)) if faults else RedirectResponse(OFFICES, SEE_OTHER)


ROUTES = [
    guarded("/admin/offices", show, roles=ADMINISTRATORS),
    guarded("/admin/offices", add, "POST", ADMINISTRATORS),
    guarded("/admin/office", show_one, roles=ADMINISTRATORS),
    guarded("/admin/office", change, "POST", ADMINISTRATORS),
    guarded("/admin/office/close", close, "POST", ADMINISTRATORS),
    guarded("/admin/office/open", reopen, "POST", ADMINISTRATORS),
    guarded("/admin/office/restore", restore, "POST", ADMINISTRATORS),
]
