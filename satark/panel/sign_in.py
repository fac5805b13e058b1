"""Signing in: a password; then satark/panel/stages.py, where there is a second factor or must be one."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from satark.core import Core
from satark.panel import second_factor
from satark.panel.asked import locked, new_asked
from satark.panel.braking import note_brake_of
from satark.panel.keyring import passkeys_of
from satark.panel.patience import client_of, patience_of
from satark.panel.people import check_password, offices_of
from satark.panel.roles import Role, needs_second_factor
from satark.panel.stages import CODE, ENROL
from satark.panel.way_in import fields, on_the_way, page, way, welcome


async def show(request: Request) -> Response:
    return page(request, "sign_in.html", login="")


async def enter(request: Request) -> Response:
    """A wrong login and a wrong password give one answer."""
    core: Core = request.app.state.core
    form = await fields(request)
    login, patience, client = form.get("login", ""), patience_of(request), client_of(request)
    if patience.is_over(login, client):
        return page(request, "sign_in.html", 429, login=login, wait=True)
    brakes = patience.count(login, client)
    officer = await check_password(core.store, login, form.get("password", ""))
    if officer is None:
        if brakes:
            await note_brake_of(core, login)
        return page(request, "sign_in.html", 401, login=login, wrong=True)
    patience.take_back(login, client)
    return await _next(request, officer)


async def _next(request: Request, officer: Any) -> Response:
    core: Core = request.app.state.core
    if officer.second is not None or await passkeys_of(core.store, officer.id):
        return await on_the_way(request, officer, CODE, locked(core, new_asked()))
    if await must_have_second_factor(core, officer.id, Role(officer.role)):
        return await on_the_way(request, officer, ENROL, locked(core, new_asked(second_factor.new_secret())))
    return await welcome(request, officer)


async def must_have_second_factor(core: Core, officer_id: str, role: Role) -> bool:
    if core.settings.second_factor == "optional":
        return False
    offices = [core.pack.offices[one] for one in await offices_of(core.store, officer_id) if one in core.pack.offices]
    return needs_second_factor(role, (office.kind for office in offices))


ROUTES = [
    way("/sign-in", show),
    way("/sign-in", enter, "POST"),
]
