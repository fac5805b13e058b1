"""The one mechanism before every page: who is signed in, is the form genuine, how is it shown."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from satark.collation import collation_key
from satark.core import Core
from satark.insight.watching import Series
from satark.panel import drafts
from satark.panel.form_filling import fill
from satark.panel.form_reading import is_genuine, read_form
from satark.panel.lapsed import SEE_OTHER, SIGN_IN, made_before, turn_away
from satark.panel.roles import OFFICERS, Role
from satark.panel.sessions import Session, session_of, touch
from satark.panel.warned import warned
from satark.tips.viewing import Viewer

COOKIE = "satark_panel"
DONE = "satark_done"
"""Names the form that was sent last, until the page after it was shown."""
DONE_SECONDS = 60
# Each has its sentence in templates/panel/done.html.
NAMED_WHEN_DONE = frozenset(
    "assign take-back report message note close hand-back transfer priority classify checklist link unlink merge category"
    " office clocks".split()
)
__all__ = ["COOKIE", "SEE_OTHER", "SIGN_IN", "Elsewhere", "Guarded", "Work", "guarded", "signed_in"]


class Elsewhere(Exception):
    """What a form wanted is not done now; the page at `path` says what becomes of it."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True)
class Work:
    """A request of a signed-in officer. `form` is empty but for a POST, whose token was checked. `warned` are the early
    warnings that are new to them, of a page that is asked for, and `draft` what they wrote on it when a session of theirs
    had ended. `again` is a form that was refused, to be shown as it was filled in, with the ids of the fields that are
    `wrong` in it.
    """

    request: Request
    core: Core
    session: Session
    form: FormData
    warned: frozenset[Series] = frozenset()
    draft: drafts.Kept | None = None
    again: drafts.Kept | None = None
    wrong: frozenset[str] = frozenset()

    @property
    def viewer(self) -> Viewer:
        return self.session.viewer

    def text(self, name: str) -> str:
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    def secret(self, name: str) -> str:
        """A password, as it was typed."""
        value = self.form.get(name)
        return value if isinstance(value, str) else ""

    def name(self, office: str) -> str:
        """What an office is called, in the officer's language."""
        known = self.core.pack.offices.get(office)
        return self.names(known.name) if known else ""

    def full_name(self, office: str) -> str:
        """An office with its district, for many a station has a namesake."""
        district = self.core.pack.district_of(office) if office in self.core.pack.offices else ""
        return " · ".join(filter(None, (self.name(office), self.name(district) if district != office else "")))

    def in_order(self, offices: Iterable[str]) -> list[str]:
        """Offices as one looks for them in a list: by their name in the officer's language."""
        return sorted(offices, key=lambda one: collation_key(self.full_name(one)))

    def is_closed(self, office: str) -> bool:
        return office in self.core.pack.offices and office not in self.core.pack.open_parents

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        shared = {
            "viewer": self.viewer,
            "role": self.session.role.value,
            "csrf": self.session.csrf,
            "office": self.name,
            "full_office": self.full_name,
            "names": self.names,
            "is_closed": self.is_closed,
            "category": self.category,
            "warned": len(self.warned),
            "reports": self.session.reports,
            "lock_minutes": self.core.settings.lock_minutes,
            "draft": self.draft,
            "done_with": self.request.cookies.get(DONE, ""),
        }
        text = self.core.pages.text(f"panel/{template}", self.viewer.locale, **shared, **context)
        if filled := self.draft or self.again:
            text = fill(text, filled.action, filled.fields, filled.id, self.wrong)
        response = HTMLResponse(text, status)
        if DONE in self.request.cookies:
            response.delete_cookie(DONE, path="/panel")
        return response

    def names(self, names: Mapping[str, str]) -> str:
        """A name of the pack, in the officer's language."""
        return names.get(self.viewer.locale) or names["hi"]

    def phrases(self, locale: str) -> Mapping[str, str]:
        """What an informant gets where the officer writes nothing, by id, in their language."""
        said: Any = self.core.pages.environment(locale).get_template("conversation/phrases.j2").make_module()
        phrases: Mapping[str, str] = said.phrases
        return phrases

    def category(self, value: str) -> str:
        known = self.core.pack.category(value)
        return self.names(known.name) if known else value


Page = Callable[[Work], Awaitable[Response]]


class Guarded:
    """A page that only who is signed in reaches, and of them those whose account is for it. `quiet` is that asking for
    it keeps no session open."""

    def __init__(self, page: Page, roles: frozenset[Role], *, quiet: bool) -> None:
        self._page = page
        self._quiet = quiet
        self.roles = roles

    async def serve(self, request: Request) -> Response:
        core: Core = request.app.state.core
        session = await signed_in(request)
        if session is None:
            return await turn_away(request, request.cookies.get(COOKIE, ""), quiet=self._quiet)
        if session.role not in self.roles:
            raise HTTPException(403)
        if session.is_stale and not self._quiet:
            await touch(core.store, session.key)
        if request.method != "POST":
            return await self._page(await self._looked_at(request, core, session))
        async with read_form(request) as form:
            if not is_genuine(form, session.csrf):
                return await made_before(request, session.viewer.officer_id, form)
            try:
                response = await self._page(Work(request, core, session, form))
            except Elsewhere as other:
                await _drop_draft(core, session, form)
                return RedirectResponse(other.path, SEE_OTHER)
            if response.status_code == SEE_OTHER:
                await _drop_draft(core, session, form)
                _say_done(request, core, response)
            return response

    async def _looked_at(self, request: Request, core: Core, session: Session) -> Work:
        """A page that is asked for, with what they had written on it."""
        fresh = frozenset[Series]() if self._quiet else await warned(core, session)
        asked = request.query_params.get("draft", "")
        draft = await drafts.draft_of(core, session.viewer.officer_id, asked) if asked else None
        return Work(request, core, session, FormData(), fresh, draft)


async def _drop_draft(core: Core, session: Session, form: FormData) -> None:
    """A form has done its work, and so has the draft that it was filled from."""
    if isinstance(sent := form.get("draft"), str):
        await drafts.drop(core.store, session.viewer.officer_id, sent)


def _say_done(request: Request, core: Core, response: Response) -> None:
    """Let the next page say what the form has done."""
    verb = request.url.path.rsplit("/", 1)[-1]
    if verb in NAMED_WHEN_DONE:
        response.set_cookie(
            DONE, verb, DONE_SECONDS, path="/panel", httponly=True, samesite="strict", secure=core.settings.secure
        )


async def signed_in(request: Request) -> Session | None:
    """The session of a request, if it is still open."""
    core: Core = request.app.state.core
    cookie = request.cookies.get(COOKIE, "")
    return await session_of(core.store, cookie, core.pack.parents, core.settings.lock_minutes)


def guarded(
    path: str, page: Page, method: str = "GET", roles: frozenset[Role] = OFFICERS, *, quiet: bool = False
) -> Route:
    """The route of a page. Every page of the panel but sign-in is made by this."""
    return Route(path, Guarded(page, roles, quiet=quiet).serve, methods=[method], name=f"{method} {path}")
