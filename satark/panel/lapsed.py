"""Requests without an open session: who they come from is sent to sign in, and finds again what they wrote or looked at."""

from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from satark.core import Core
from satark.panel import drafts
from satark.panel.form_reading import is_genuine, read_form
from satark.panel.sessions import lapsed_session, owner_of

SIGN_IN = "/panel/sign-in"
RETURN = "satark_return"
RETURN_SECONDS = 3600
SEE_OTHER = 303
MOST_ADDRESS = 2000


async def turn_away(request: Request, cookie: str, *, quiet: bool) -> Response:
    """To the sign-in. A form is kept for the officer whose session has ended; a page is opened again after signing in."""
    core: Core = request.app.state.core
    row = await lapsed_session(core.store, cookie)
    is_part = request.headers.get("hx-request") == "true"
    # A script that asks for a part of a page would put the sign-in where the part was.
    response = Response(headers={"HX-Redirect": SIGN_IN}) if is_part else RedirectResponse(SIGN_IN, SEE_OTHER)
    if request.method == "POST":
        if row is not None and drafts.may_keep(request.url.path):
            await _keep_form(core, request, row.officer_id, row.csrf)
    elif not quiet and (is_part or request.headers.get("sec-fetch-mode", "navigate") == "navigate"):
        value = f"{row.officer_id if row else ''} {_address(request)}"
        if len(value) < MOST_ADDRESS:
            response.set_cookie(
                RETURN,
                value,
                RETURN_SECONDS,
                path="/panel",
                httponly=True,
                samesite="strict",
                secure=core.settings.secure,
            )
    return response


async def made_before(request: Request, officer_id: str, form: FormData) -> Response:
    """A form that was made in a session before this one, in another tab of the browser: kept for whose session that was. To
    them it is shown again; to others it is a form that is not theirs."""
    core: Core = request.app.state.core
    token = form.get("csrf")
    owner = await owner_of(core.store, token) if isinstance(token, str) and token else ""
    if not owner or not drafts.may_keep(request.url.path):
        raise HTTPException(403)
    address = await drafts.keep(core, owner, request.url.path, form)
    if owner != officer_id:
        raise HTTPException(403)
    if request.headers.get("hx-request") == "true":
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, SEE_OTHER)


async def _keep_form(core: Core, request: Request, officer_id: str, csrf: str) -> None:
    async with read_form(request) as form:
        if is_genuine(form, csrf):
            await drafts.keep(core, officer_id, request.url.path, form)


def _address(request: Request) -> str:
    """As it stands in a header, which holds few characters."""
    return f"{quote(request.url.path)}{'?' if request.url.query else ''}{request.url.query}"


def return_address(request: Request, officer_id: str) -> str:
    """The page that this officer, or nobody yet, asked for before signing in; "" where there is none. It is a page of the
    panel, whatever the cookie says."""
    owner, _, address = request.cookies.get(RETURN, "").partition(" ")
    is_ours = address.startswith("/panel/") and not address.startswith(SIGN_IN) and "\\" not in address
    return address if is_ours and address.isprintable() and owner in ("", officer_id) else ""
