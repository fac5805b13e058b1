"""What the pages before one is signed in share: no other site's form gets in, and each step has a session of its own."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from satark.channels.storable import storable
from satark.core import Core
from satark.language import PANEL_LANGUAGES
from satark.panel.drafts import newest
from satark.panel.gate import COOKIE, SEE_OTHER, SIGN_IN
from satark.panel.lapsed import RETURN, return_address
from satark.panel.roles import FIRST_PAGE, Role
from satark.panel.sessions import end_session, open_session, stage_of
from satark.tips.audit import append
from satark.web import locale
from satark.web.limits import body_within

# A new passkey with a long key, and what surrounds it.
MOST_BODY = 16_384

Page = Callable[[Request], Awaitable[Response]]


def is_foreign(request: Request) -> bool:
    """Whether a form was sent by a page of another site, as the browser says. What is no browser says nothing, and
    nobody can be lured into using it."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    core: Core = request.app.state.core
    own = (request.headers.get("host", ""), urlsplit(core.settings.public_url).netloc)
    return origin is not None and urlsplit(origin).netloc not in own


def way(path: str, page: Page, method: str = "GET") -> Route:
    """The route of a page on the way in. A form of another site could sign somebody in as somebody else."""

    async def serve(request: Request) -> Response:
        if method == "POST" and is_foreign(request):
            raise HTTPException(403)
        response = await page(request)
        # Else browsers name no origin for our own forms either.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return Route(path, serve, methods=[method])


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    core: Core = request.app.state.core
    shown = {"wrong": False, "wait": False, "refused": False, **context}
    response = core.pages.page(f"panel/{template}", locale.locale_of(request), status, **shown)
    chosen = request.query_params.get("lang", "")
    if chosen in PANEL_LANGUAGES:
        response.set_cookie(
            locale.COOKIE, chosen, path="/panel", httponly=True, samesite="strict", secure=core.settings.secure
        )
    return response


async def fields(request: Request) -> dict[str, str]:
    body = await body_within(request, MOST_BODY)
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: storable(value) for name, value in pairs}


async def row_of(request: Request, stage: str) -> Any:
    """The row of who is at that stage, or None."""
    core: Core = request.app.state.core
    return await stage_of(core.store, request.cookies.get(COOKIE, ""), stage)


async def on_the_way(request: Request, officer: Any, stage: str, secret: bytes) -> Response:
    return await _open(request, officer, f"{SIGN_IN}/{stage}", stage, secret)


async def welcome(request: Request, officer: Any) -> Response:
    core: Core = request.app.state.core
    waiting = await newest(core.store, officer.id) or return_address(request, officer.id)
    response = await _open(request, officer, waiting or FIRST_PAGE[Role(officer.role)])
    if RETURN in request.cookies:
        response.delete_cookie(RETURN, path="/panel")
    async with core.store.write() as db:
        await append(db, officer.id, "sign-in")
    return response


async def _open(request: Request, officer: Any, where: str, stage: str = "", secret: bytes | None = None) -> Response:
    """A new session each time, never the one that came."""
    core: Core = request.app.state.core
    await end_session(core.store, request.cookies.get(COOKIE, ""))
    device = request.headers.get("user-agent", "")
    cookie = await open_session(core.store, officer.id, core.settings.session_hours, device, stage, secret)
    response = RedirectResponse(where, SEE_OTHER)
    response.set_cookie(COOKIE, cookie, path="/panel", httponly=True, samesite="strict", secure=core.settings.secure)
    return response
