"""Answers without a body that are made once, with all their headers, and written as they are.

Whatever else is answered goes through Starlette, and through uvicorn, which looks at every header anew: for a webhook that
takes longer than all that is done for it.
"""

from collections.abc import Mapping

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from satark.web.headers import complete

WRITE = "satark.write"
"""The extension of a connection that writes such answers: a function of the request's scope and the bytes, which returns
whether it did."""


class Ready:
    """An ASGI application that always answers the same."""

    def __init__(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        self.status_code = status
        self._headers = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        self._headers.append((b"content-length", b"0"))
        complete(self._headers, may_be_kept=False)
        lines = (b"%b: %b\r\n" % header for header in self._headers)
        self._bytes = b"".join((STATUS_LINE[status], *lines, b"\r\n"))

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        write = scope.get("extensions", {}).get(WRITE)
        if write is None or not write(scope, self._bytes):
            await send({"type": "http.response.start", "status": self.status_code, "headers": [*self._headers]})
            await send({"type": "http.response.body"})
