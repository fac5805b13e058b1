"""Accounts: who there is, where they serve, and what to do when somebody leaves or loses their telephone."""

from collections.abc import Iterator
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from satark.panel import people
from satark.panel.admin import second
from satark.panel.admin.second import ASKED, Kind
from satark.panel.gate import SEE_OTHER, Elsewhere, Work, guarded
from satark.panel.given import NOTHING_GIVEN, Given
from satark.panel.people import Person
from satark.panel.roles import ADMINISTRATORS, SERVING, Role, fits
from satark.panel.sessions import close_of
from satark.routing.limits import Fault
from satark.tips.audit import append

PEOPLE = "/panel/admin/people"
LOGIN_LIMIT = 60
NAME_LIMIT = 120


async def show(work: Work) -> Response:
    """All accounts, or those in whose name, login or offices something is said."""
    return await _page(work)


async def _page(work: Work, given: Given = NOTHING_GIVEN, *, login: str = "", password: str = "") -> Response:
    wanted = work.request.query_params.get("q", "").strip()[:NAME_LIMIT]
    return work.page(
        "people.html",
        422 if given.faults else 200,
        people=[one for one in await people.everybody(work.core.store) if _says(work, one, wanted.casefold())],
        query=wanted,
        roles=[role.value for role in Role],
        offices=work.in_order(work.core.pack.open_parents),
        login_limit=LOGIN_LIMIT,
        name_limit=NAME_LIMIT,
        given=given,
        login=login,
        password=password,
    )


def _says(work: Work, person: Person, wanted: str) -> bool:
    said = (person.row.name, person.row.login, *map(work.full_name, person.offices))
    return any(wanted in one.casefold() for one in said)


async def show_one(work: Work) -> Response:
    return await _person(work)


async def _person(work: Work, given: Given = NOTHING_GIVEN, password: str = "") -> Response:
    """The person of the address, and what can be done for them."""
    wanted = work.request.path_params["officer"]
    person = next((one for one in await people.everybody(work.core.store) if one.row.id == wanted), None)
    if person is None:
        raise HTTPException(404)
    return work.page(
        "person.html",
        422 if given.faults else 200,
        person=person,
        serving=SERVING,
        offices=work.in_order(one for one in work.core.pack.open_parents if one not in person.offices),
        given=given,
        password=password,
    )


async def add(work: Work) -> Response:
    """A new account, once another administrator confirms it. The first half of its password is shown here, once."""
    if faults := list(_faults(work)):
        return await _page(work, Given(work.form, faults))
    login = work.text("login")
    if await people.id_of(work.core.store, login):
        return await _page(work, Given(work.form, [Fault("login_taken", login, field="login")]))
    offices = [one for one in (work.text("office"),) if one]
    wanted = {"login": login, "name": work.text("name"), "role": work.text("role"), "offices": offices}
    half = await second.ask(work, Kind.ADD_OFFICER, "", offices, wanted)
    return await _page(work, login=login, password=half)


def _faults(work: Work) -> Iterator[Fault]:
    """What is wrong with a new account."""
    for field, limit in (("name", NAME_LIMIT), ("login", LOGIN_LIMIT)):
        if not work.text(field):
            yield Fault("needed", "", field=field)
        elif len(work.text(field)) > limit:
            yield Fault("too_long", "", limit=limit, field=field)
    role, office = work.text("role"), work.text("office")
    if role not in [one.value for one in Role]:
        yield Fault("needed", "", field="role")
    elif office and office not in work.core.pack.open_parents:
        yield Fault("no_office", office, field="office")
    elif not fits(Role(role), [office] if office else []):
        yield Fault("no_post" if office else "post", office, field="office")


async def _other(work: Work) -> Any:
    """The person of the address. Nobody administers themselves: recovery wants a second administrator."""
    officer = await people.officer_of(work.core.store, work.request.path_params["officer"])
    if officer is None:
        raise HTTPException(404)
    if officer.id == work.viewer.officer_id:
        raise HTTPException(403)
    return officer


async def post(work: Work) -> Response:
    """They serve in an office, once another administrator confirms it."""
    officer, office = await _other(work), work.text("office")
    if officer.role not in SERVING:
        raise HTTPException(422)
    if office not in work.core.pack.open_parents:
        return await _person(work, Given(work.form, [Fault("no_office", office, field="office")]))
    await second.ask(work, Kind.ADD_POST, officer.id, [office], {"office": office})
    raise Elsewhere(ASKED)


async def end_post(work: Work) -> Response:
    """They serve there no longer, from this moment; for a year they learn nothing of what accuses it."""
    officer, office = await _other(work), work.text("office")
    await people.end_post(work.core.store, officer.id, office)
    await _note(work, "end post", officer.id, office)
    return _back(officer)


async def recover(work: Work) -> Response:
    """A new password and no second factor any more, neither code nor passkey, for who lost either; once another
    administrator confirms it. They are signed out at once."""
    officer = await _other(work)
    half = await second.ask(work, Kind.RECOVER, officer.id, await people.offices_of(work.core.store, officer.id))
    await close_of(work.core.store, officer.id)
    return await _person(work, password=half)


async def switch(work: Work) -> Response:
    """Off, and signed out everywhere; or on again, once another administrator confirms it."""
    officer = await _other(work)
    if work.text("active") == "yes":
        await second.ask(work, Kind.SWITCH_ON, officer.id, await people.offices_of(work.core.store, officer.id))
        raise Elsewhere(ASKED)
    await people.set_active(work.core.store, officer.id, active=False)
    await close_of(work.core.store, officer.id)
    await _note(work, "switch off", officer.id)
    return _back(officer)


async def sign_out(work: Work) -> Response:
    officer = await _other(work)
    await close_of(work.core.store, officer.id)
    await _note(work, "sign out", officer.id)
    return _back(officer)


def _back(officer: Any) -> Response:
    return RedirectResponse(f"{PEOPLE}/{officer.id}", SEE_OTHER)


async def _note(work: Work, action: str, subject: str, detail: str = "") -> None:
    async with work.core.store.write() as db:
        await append(db, work.viewer.officer_id, action, subject, detail)


PERSON = "/admin/people/{officer}"
ROUTES = [
    guarded("/admin/people", show, roles=ADMINISTRATORS),
    guarded("/admin/people", add, "POST", ADMINISTRATORS),
    guarded(PERSON, show_one, roles=ADMINISTRATORS),
    guarded(f"{PERSON}/post", post, "POST", ADMINISTRATORS),
    guarded(f"{PERSON}/end-post", end_post, "POST", ADMINISTRATORS),
    guarded(f"{PERSON}/recover", recover, "POST", ADMINISTRATORS),
    guarded(f"{PERSON}/switch", switch, "POST", ADMINISTRATORS),
    guarded(f"{PERSON}/sign-out", sign_out, "POST", ADMINISTRATORS),
]
