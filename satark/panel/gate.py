"""The one mechanism before every page: who is signed in, is the form genuine, how is it shown."""

import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from satark.channels.storable import storable
from satark.collation import collation_key
from satark.core import Core
from satark.insight.watching import Series
from satark.panel.roles import OFFICERS, Role
from satark.panel.sessions import Session, session_of, touch
from satark.panel.warned import warned
from satark.tips.viewing import Viewer

COOKIE = "satark_panel"
SIGN_IN = "/panel/sign-in"
SEE_OTHER = 303
MOST_FILES = 20
MOST_TEXT = 200_000


@dataclass(frozen=True)
class Work:
    """A request of a signed-in officer. `form` is empty but for a POST, whose token was checked. `warned` are the early
    warnings that are new to them, of a page that is asked for."""

    request: Request
    core: Core
    session: Session
    form: FormData
    warned: frozenset[Series] = frozenset()

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
        }
        return self.core.pages.page(f"panel/{template}", self.viewer.locale, status, **shared, **context)

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
            return RedirectResponse(SIGN_IN, SEE_OTHER)
        if session.role not in self.roles:
            raise HTTPException(403)
        if session.is_stale and not self._quiet:
            await touch(core.store, session.key)
        if request.method != "POST":
            fresh = frozenset[Series]() if self._quiet else await warned(core, session)
            return await self._page(Work(request, core, session, FormData(), fresh))
        async with request.form(max_files=MOST_FILES, max_part_size=MOST_TEXT) as form:
            token = form.get("csrf")
            if not isinstance(token, str) or not hmac.compare_digest(token.encode(), session.csrf.encode()):
                raise HTTPException(403)
            return await self._page(Work(request, core, session, _storable(form)))


def _storable(form: FormData) -> FormData:
    """The form with all its texts storable; its files are the same, and closed with it."""
    return FormData(
        [(name, storable(value) if isinstance(value, str) else value) for name, value in form.multi_items()]
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
