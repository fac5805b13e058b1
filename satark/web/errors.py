"""Turns every error into a plain, polite page. No answer holds a traceback, no log line an address or a text."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from satark.web.limits import TooMuch
from satark.web.locale import locale_of
from satark.web.pages import Pages

log = logging.getLogger(__name__)

KNOWN = frozenset({400, 401, 403, 404, 405, 413, 415, 422, 429, 500, 503})


class Errors:
    """The exception handlers of an application, whose first page is at `home`. `back` gives the address of the page that a
    request came from, "" where there is none."""

    def __init__(
        self,
        pages: Pages,
        home: str = "/",
        template: str = "public/error.html",
        back: Callable[[Request], str] | None = None,
    ) -> None:
        self._pages = pages
        self._home = home
        self._template = template
        self._back = back

    def handlers(self) -> Mapping[Any, Any]:
        return {
            HTTPException: self.expected,
            TooMuch: self.too_much,
            ClientDisconnect: self.gone,
            Exception: self.unexpected,
        }

    def _page(self, request: Request, status: int) -> Response:
        shown = status if status in KNOWN else (400 if status < 500 else 500)
        back = self._back(request) if self._back else ""
        return self._pages.page(self._template, locale_of(request), status, code=shown, home=self._home, back=back)

    async def expected(self, request: Request, error: HTTPException) -> Response:
        response = self._page(request, error.status_code)
        for name, value in (error.headers or {}).items():
            response.headers[name] = value
        return response

    async def too_much(self, request: Request, _error: Exception) -> Response:
        response = self._page(request, 413)
        response.headers["Connection"] = "close"
        return response

    async def gone(self, _request: Request, _error: Exception) -> Response:
        """Nobody is there to read it."""
        return Response(status_code=400)

    async def unexpected(self, request: Request, error: Exception) -> Response:
        route = request.scope.get("route")
        where = getattr(route, "path", "an unknown route")
        log.error("%s %s failed: %s", request.method, where, type(error).__name__)
        return self._page(request, 500)
