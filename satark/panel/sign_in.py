"""Signing in: a password, then a code where there is a second factor, or making one where there must be."""

from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from satark.core import Core
from satark.panel import second_factor
from satark.panel.gate import COOKIE, SEE_OTHER, SIGN_IN
from satark.panel.patience import Patience
from satark.panel.people import check_password, officer_of, offices_of
from satark.panel.roles import FIRST_PAGE, Role, needs_second_factor
from satark.panel.sessions import close_session, open_session, stage_of
from satark.store.sealing import Locker
from satark.tips.audit import append
from satark.web.limits import body_within
from satark.web.locale import locale_of

MOST_BODY = 4096
CODE = "code"
ENROL = "enrol"


async def show(request: Request) -> Response:
    return _page(request, "sign_in.html", login="")


async def enter(request: Request) -> Response:
    """A wrong login and a wrong password give one answer."""
    core: Core = request.app.state.core
    form = await _fields(request)
    login, patience = form.get("login", ""), _patience(request)
    if patience.is_over(login, _client(request)):
        return _page(request, "sign_in.html", 429, login=login, wait=True)
    officer = await check_password(core.store, login, form.get("password", ""))
    if officer is None:
        patience.count(login, _client(request))
        return _page(request, "sign_in.html", 401, login=login, wrong=True)
    if officer.second is not None:
        return await _on_the_way(request, officer, CODE)
    if await _must_enrol(core, officer):
        secret = _locker(core).close(second_factor.new_secret().encode())
        return await _on_the_way(request, officer, ENROL, secret)
    return await _welcome(request, officer)


async def show_code(request: Request) -> Response:
    row = await _row(request, CODE)
    return _page(request, "code.html") if row else RedirectResponse(SIGN_IN, SEE_OTHER)


async def enter_code(request: Request) -> Response:
    core: Core = request.app.state.core
    row, form, patience = await _row(request, CODE), await _fields(request), _patience(request)
    if row is None:
        return RedirectResponse(SIGN_IN, SEE_OTHER)
    if patience.is_over(row.officer_id, _client(request)):
        return _page(request, "code.html", 429, wait=True)
    officer = await officer_of(core.store, row.officer_id)
    if not await second_factor.take(core.store, _locker(core), officer, form.get("code", "")):
        patience.count(row.officer_id, _client(request))
        return _page(request, "code.html", 401, wrong=True)
    return await _welcome(request, officer)


async def show_enrolment(request: Request) -> Response:
    row = await _row(request, ENROL)
    return await _enrolment(request, row) if row else RedirectResponse(SIGN_IN, SEE_OTHER)


async def enrol(request: Request) -> Response:
    """The second factor is theirs once they can show a code of it."""
    core: Core = request.app.state.core
    row, form = await _row(request, ENROL), await _fields(request)
    if row is None:
        return RedirectResponse(SIGN_IN, SEE_OTHER)
    if not await second_factor.enrol(core.store, row.officer_id, row.secret, form.get("code", ""), _locker(core)):
        return await _enrolment(request, row, 401)
    async with core.store.write() as db:
        await append(db, row.officer_id, "second factor")
    return await _welcome(request, await officer_of(core.store, row.officer_id))


async def _enrolment(request: Request, row: Any, status: int = 200) -> Response:
    core: Core = request.app.state.core
    secret = _locker(core).open(row.secret).decode()
    officer = await officer_of(core.store, row.officer_id)
    picture = second_factor.picture(secret, officer.login)
    return _page(request, "enrol.html", status, secret=secret, picture=picture, wrong=status != 200)


async def _must_enrol(core: Core, officer: Any) -> bool:
    if core.settings.second_factor == "optional":
        return False
    offices = [core.pack.offices[one] for one in await offices_of(core.store, officer.id) if one in core.pack.offices]
    return needs_second_factor(Role(officer.role), (office.kind for office in offices))


async def _on_the_way(request: Request, officer: Any, stage: str, secret: bytes | None = None) -> Response:
    return await _open(request, officer, f"{SIGN_IN}/{stage}", stage, secret)


async def _welcome(request: Request, officer: Any) -> Response:
    core: Core = request.app.state.core
    response = await _open(request, officer, FIRST_PAGE[Role(officer.role)])
    async with core.store.write() as db:
        await append(db, officer.id, "sign-in")
    return response


async def _open(request: Request, officer: Any, where: str, stage: str = "", secret: bytes | None = None) -> Response:
    """A new session each time, never the one that came."""
    core: Core = request.app.state.core
    await close_session(core.store, request.cookies.get(COOKIE, ""))
    device = request.headers.get("user-agent", "")
    cookie = await open_session(core.store, officer.id, core.settings.session_hours, device, stage, secret)
    response = RedirectResponse(where, SEE_OTHER)
    response.set_cookie(COOKIE, cookie, path="/panel", httponly=True, samesite="strict", secure=core.settings.secure)
    return response


async def _row(request: Request, stage: str) -> Any:
    core: Core = request.app.state.core
    return await stage_of(core.store, request.cookies.get(COOKIE, ""), stage)


def _page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    core: Core = request.app.state.core
    shown = {"wrong": False, "wait": False, **context}
    return core.pages.page(f"panel/{template}", locale_of(request), status, **shown)


def _locker(core: Core) -> Locker:
    return Locker(core.keys["officers.key"])


def _patience(request: Request) -> Patience:
    patience: Patience = request.app.state.patience
    return patience


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


async def _fields(request: Request) -> dict[str, str]:
    body = await body_within(request, MOST_BODY)
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
