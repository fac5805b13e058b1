"""Where a second administrator confirms what another one asked for, and where the offices concerned see it."""

from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from satark.panel import people
from satark.panel.admin import second
from satark.panel.admin.second import CONFIRMATIONS, GIVES_OFFICE, WITH_PASSWORD, Kind
from satark.panel.gate import SEE_OTHER, Work, guarded
from satark.panel.people import LoginTaken
from satark.panel.roles import ADMINISTRATORS, OFFICERS, Role
from satark.panel.sessions import close_of
from satark.routing.edits import Edit, slot_of
from satark.routing.jurisdiction import Refused
from satark.tips.audit import append

_edit: msgspec.json.Decoder[Edit] = msgspec.json.Decoder(Edit)


class Stale(Exception):
    """What was asked for cannot be done any more."""


async def show(work: Work) -> Response:
    return await _page(work)


async def _page(work: Work, password: str = "", *, stale: bool = False) -> Response:
    rows = [second.shown(work, row) for row in await second.recent(work)]
    asked = work.request.query_params.get("asked", "")
    return work.page(
        "confirmations.html", 409 if stale else 200, rows=rows, password=password, stale=stale, asked=asked
    )


async def decide(work: Work) -> Response:
    """Confirm or decline."""
    row = await second.find(work, work.text("id"))
    if row is None:
        raise HTTPException(404)
    if work.text("act") == "decline":
        return await _decline(work, row)
    if not second.may_confirm(work, row):
        raise HTTPException(403)
    first = second.locker(work).open(row.secret).decode() if row.secret else ""
    other = second.half_password() if row.kind in WITH_PASSWORD else ""
    try:
        await _carry_out(work, row, f"{first}-{other}")
    except (Stale, Refused, LoginTaken):
        return await _page(work, stale=True)
    await work.core.jurisdiction.look()
    return await _page(work, other) if other else RedirectResponse(CONFIRMATIONS, SEE_OTHER)


async def _decline(work: Work, row: Any) -> Response:
    """Who asked may take it back as well."""
    async with work.core.store.write() as db:
        if not await second.take(db, row, work.viewer.officer_id, "declined"):
            raise HTTPException(403)
        await append(db, work.viewer.officer_id, "decline request", row.subject, row.kind)
    return RedirectResponse(CONFIRMATIONS, SEE_OTHER)


async def _carry_out(work: Work, row: Any, password: str) -> None:
    """Do what was asked for, in the name of who confirms; the audit log has who asked already."""
    kind, value = Kind(row.kind), msgspec.json.decode(row.value)
    if kind in (Kind.EDIT, Kind.TAKE_BACK):
        return await _change_rules(work, row, value)
    if kind in GIVES_OFFICE and not set(row.offices.split()) <= work.core.pack.open_parents.keys():
        raise Stale
    if kind is Kind.ADD_OFFICER and await people.id_of(work.core.store, value["login"]):
        raise Stale
    async with work.core.store.write() as db:
        if not await second.take(db, row, work.viewer.officer_id, "done"):
            raise Stale
        await append(db, work.viewer.officer_id, kind.value, row.subject, row.offices)
    store = work.core.store
    match kind:
        case Kind.ADD_OFFICER:
            role = Role(value["role"])
            await people.add_officer(store, value["login"], value["name"], password, value["offices"], role=role)
        case Kind.ADD_POST:
            await people.add_post(store, row.subject, value["office"])
        case Kind.RECOVER:
            await people.recover(store, row.subject, password)
            await close_of(store, row.subject)
        case Kind.SWITCH_ON:
            await people.set_active(store, row.subject, active=True)
    return None


async def _change_rules(work: Work, row: Any, value: Any) -> None:
    """Raises Stale where somebody else changed the same meanwhile, Refused where it is not sound any more."""
    slot = (value["kind"], value["key"])
    kept = (await work.core.jurisdiction.edits()).get(slot)
    if (msgspec.json.encode(kept).decode() if kept else "") != value["before"]:
        raise Stale
    async with work.core.store.write() as db:
        if not await second.take(db, row, work.viewer.officer_id, "done"):
            raise Stale
        if row.kind == Kind.TAKE_BACK:
            await work.core.jurisdiction.take_back(db, slot)
        else:
            edit = _edit.decode(value["edit"])
            if slot_of(edit) != slot:
                raise Stale
            await work.core.jurisdiction.keep(db, edit)
        await append(db, work.viewer.officer_id, value["action"], "", value["about"])


async def oversight(work: Work) -> Response:
    """What administrators asked for and did about the officer's offices, and those below."""
    rows = [second.shown(work, row) for row in await second.recent(work) if second.concerns(work, row)]
    return work.page("oversight.html", rows=rows)


ROUTES = [
    guarded("/admin/confirmations", show, roles=ADMINISTRATORS),
    guarded("/admin/confirmations", decide, "POST", ADMINISTRATORS),
    guarded("/oversight", oversight, roles=OFFICERS),
]
