"""Signing in and out."""

import secrets
import time
from hashlib import blake2b
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from satark.core import Core
from satark.language import LANGUAGES
from satark.panel.gate import COOKIE, SEE_OTHER, SIGN_IN, Work
from satark.panel.people import check_password, choose_locale, close_session, open_session
from satark.tips.audit import append
from satark.web.limits import body_within
from satark.web.locale import locale_of

TRIES = 5
PAUSE = 60.0
MOST_BODY = 4096


class Patience:
    """Slows who tries passwords, by account and client together: nobody can lock another out. In memory, as keyed hashes."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._tried: dict[bytes, tuple[int, float]] = {}

    def _of(self, login: str, client: str) -> bytes:
        return blake2b(f"{login}\0{client}".encode(), key=self._key, digest_size=16).digest()

    def is_over(self, login: str, client: str) -> bool:
        tries, until = self._tried.get(self._of(login, client), (0, 0.0))
        return tries >= TRIES and time.monotonic() < until

    def count(self, login: str, client: str) -> None:
        self._tried = {one: kept for one, kept in self._tried.items() if kept[1] > time.monotonic()}
        tries, _ = self._tried.get(self._of(login, client), (0, 0.0))
        self._tried[self._of(login, client)] = (tries + 1, time.monotonic() + PAUSE)


async def show(request: Request) -> Response:
    core: Core = request.app.state.core
    return core.pages.page("panel/sign_in.html", locale_of(request), login="", wrong=False, wait=False)


async def enter(request: Request) -> Response:
    """A wrong login and a wrong password give one answer."""
    core: Core = request.app.state.core
    patience: Patience = request.app.state.patience
    form = await _fields(request)
    login, client = form.get("login", ""), request.client.host if request.client else ""
    if patience.is_over(login, client):
        return core.pages.page("panel/sign_in.html", locale_of(request), 429, login=login, wrong=False, wait=True)
    officer = await check_password(core.store, login, form.get("password", ""))
    if officer is None:
        patience.count(login, client)
        return core.pages.page("panel/sign_in.html", locale_of(request), 401, login=login, wrong=True, wait=False)
    return await _welcome(core, request, officer)


async def _welcome(core: Core, request: Request, officer: str) -> Response:
    """A new session each time, never the one that came."""
    await close_session(core.store, request.cookies.get(COOKIE, ""))
    cookie = await open_session(core.store, officer, core.settings.session_hours)
    async with core.store.write() as db:
        await append(db, officer, "sign-in")
    response = RedirectResponse("/panel/tips", SEE_OTHER)
    response.set_cookie(COOKIE, cookie, path="/panel", httponly=True, samesite="strict", secure=core.settings.secure)
    return response


async def _fields(request: Request) -> dict[str, str]:
    body = await body_within(request, MOST_BODY)
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


async def leave(work: Work) -> Response:
    await close_session(work.core.store, work.request.cookies.get(COOKIE, ""))
    response = RedirectResponse(SIGN_IN, SEE_OTHER)
    response.delete_cookie(COOKIE, path="/panel")
    return response


async def language(work: Work) -> Response:
    wanted = work.text("locale")
    if wanted in LANGUAGES:
        await choose_locale(work.core.store, work.viewer.officer_id, wanted)
    return RedirectResponse("/panel/tips", SEE_OTHER)
