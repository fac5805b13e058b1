"""Makes the path and the query of every request storable, before any route sees them."""

from starlette.types import ASGIApp, Receive, Scope, Send

from satark.channels.storable import NULL

# What stands in for a null character, plain and encoded: it is looked for like anything else, and not found.
_SUBSTITUTE = "\ufffd"
_ENCODED = b"%EF%BF%BD"


class StorableAddresses:
    """No database takes a null character in a text, and much of an address is looked for in one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (NULL in scope["path"] or b"%00" in scope["query_string"]):
            path = scope["path"].replace(NULL, _SUBSTITUTE)
            scope = {**scope, "path": path, "query_string": scope["query_string"].replace(b"%00", _ENCODED)}
        await self._app(scope, receive, send)
