"""The way in after the password: a code or a passkey, or making one of them where there must be one and is none."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from satark.core import Core
from satark.panel import keyring, second_factor
from satark.panel.asked import locker_of, opened, spend
from satark.panel.braking import note_brake
from satark.panel.devices import browser_and_system
from satark.panel.gate import SEE_OTHER, SIGN_IN
from satark.panel.patience import ANYWHERE, MOST_ANYWHERE, client_of, patience_of
from satark.panel.people import officer_of
from satark.panel.sites import Made, site_of
from satark.panel.way_in import fields, page, row_of, way, welcome
from satark.store.clock import now
from satark.tips.audit import append

CODE = "code"
ENROL = "enrol"


async def show_code(request: Request) -> Response:
    return await _code(request)


async def _code(request: Request, status: int = 200, **said: bool) -> Response:
    """What they have is offered. Their passkeys are named here, for the password was right."""
    core: Core = request.app.state.core
    row = await row_of(request, CODE)
    if row is None:
        return _again()
    officer, site = await officer_of(core.store, row.officer_id), site_of(core.settings.public_url)
    known = [one.id for one in await keyring.passkeys_of(core.store, officer.id)]
    options = ""
    if site and known:
        from satark.panel import passkeys

        options = passkeys.to_use(site, opened(core, row).challenge, known)
    return page(request, "code.html", status, options=options, codes=officer.second is not None, **said)


def _again() -> Response:
    """To the password: this step is over, or was never reached."""
    return RedirectResponse(SIGN_IN, SEE_OTHER)


async def enter_code(request: Request) -> Response:
    core: Core = request.app.state.core

    async def right(row: Any, form: dict[str, str]) -> bool:
        officer = await officer_of(core.store, row.officer_id)
        return await second_factor.take(core.store, locker_of(core), officer, form.get("code", ""))

    return await _enter(request, right)


async def enter_passkey(request: Request) -> Response:
    core: Core = request.app.state.core

    async def right(row: Any, form: dict[str, str]) -> bool:
        site, challenge = site_of(core.settings.public_url), await spend(core, row)
        if site is None or challenge is None:
            return False
        return await keyring.take(core.store, site, row.officer_id, challenge, form.get("credential", ""))

    return await _enter(request, right)


async def _enter(request: Request, right: Callable[[Any, dict[str, str]], Awaitable[bool]]) -> Response:
    """In, if what was sent is right. Nobody tries without end: not from one client, and not from many."""
    core: Core = request.app.state.core
    row, form = await row_of(request, CODE), await fields(request)
    patience, client = patience_of(request), client_of(request)
    if row is None:
        return _again()
    if patience.is_over(row.officer_id, client) or patience.is_over(row.officer_id, ANYWHERE, MOST_ANYWHERE):
        return await _code(request, 429, wait=True)
    here, anywhere = patience.count(row.officer_id, client), patience.count(row.officer_id, ANYWHERE, MOST_ANYWHERE)
    if await right(row, form):
        patience.take_back(row.officer_id, client)
        patience.take_back(row.officer_id, ANYWHERE)
        return await welcome(request, await officer_of(core.store, row.officer_id))
    if here or anywhere:
        await note_brake(core, row.officer_id)
    return await _code(request, 401, wrong=True)


async def show_enrolment(request: Request) -> Response:
    return await _enrolment(request)


async def _enrolment(request: Request, status: int = 200, **said: bool) -> Response:
    core: Core = request.app.state.core
    row, site = await row_of(request, ENROL), site_of(core.settings.public_url)
    if row is None:
        return _again()
    officer, asked = await officer_of(core.store, row.officer_id), opened(core, row)
    picture = second_factor.picture(asked.secret, officer.login)
    options = ""
    if site:
        from satark.panel import passkeys

        options = passkeys.to_make(site, asked.challenge, officer, ())
    return page(request, "enrol.html", status, secret=asked.secret, picture=picture, options=options, **said)


async def enrol_code(request: Request) -> Response:
    """The second factor is theirs once they can show a code of it."""
    core: Core = request.app.state.core
    row, form = await row_of(request, ENROL), await fields(request)
    if row is None:
        return _again()
    secret = opened(core, row).secret
    step = second_factor.step_of(secret, form.get("code", ""), now(), 0)
    if step is None:
        return await _enrolment(request, 401, wrong=True)
    async with core.store.write() as db:
        if await keyring.factors(db, row.officer_id):
            return _again()
        await second_factor.keep(db, locker_of(core), row.officer_id, secret, step)
        await append(db, row.officer_id, "second factor")
    return await welcome(request, await officer_of(core.store, row.officer_id))


async def enrol_passkey(request: Request) -> Response:
    """The same with a passkey."""
    from satark.panel import passkeys

    core: Core = request.app.state.core
    row, form, site = await row_of(request, ENROL), await fields(request), site_of(core.settings.public_url)
    if row is None:
        return _again()
    challenge = await spend(core, row)
    made = passkeys.made(site, challenge, form.get("credential", "")) if site and challenge else None
    if made is None or not await _keep_first(request, row.officer_id, made):
        return await _enrolment(request, 401, refused=True)
    return await welcome(request, await officer_of(core.store, row.officer_id))


async def _keep_first(request: Request, officer_id: str, made: Made) -> bool:
    """Keep a passkey of somebody who has no second factor. Who got one meanwhile is not given another by a password."""
    core: Core = request.app.state.core
    name = " · ".join(filter(None, browser_and_system(request.headers.get("user-agent", ""))))
    async with core.store.write() as db:
        if await keyring.factors(db, officer_id) or not await keyring.keep(core.store, db, officer_id, made, name):
            return False
        await append(db, officer_id, "second factor")
    return True


ROUTES = [
    way("/sign-in/code", show_code),
    way("/sign-in/code", enter_code, "POST"),
    way("/sign-in/code/passkey", enter_passkey, "POST"),
    way("/sign-in/enrol", show_enrolment),
    way("/sign-in/enrol", enrol_code, "POST"),
    way("/sign-in/enrol/passkey", enrol_passkey, "POST"),
]
