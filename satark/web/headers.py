"""Security headers on every answer. Nothing is inline, and nothing comes from another host."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), interest-cohort=()",
}
# Pages hold receipts and tips: no cache on the way or on a shared phone may keep them.
NO_STORE = "no-store"


_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_CACHE_CONTROL = b"cache-control"


def complete(headers: list[tuple[bytes, bytes]], *, may_be_kept: bool) -> None:
    """In ASGI's own list, which has the names in lower case."""
    there = {name for name, _ in headers}
    headers += [header for header in _HEADERS if header[0] not in there]
    if not may_be_kept:
        headers[:] = [header for header in headers if header[0] != _CACHE_CONTROL]
        headers.append((_CACHE_CONTROL, NO_STORE.encode()))


class SecurityHeaders:
    """Adds what is not set already; static files alone may be cached."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                complete(message["headers"], may_be_kept="/static/" in scope["path"])
            await send(message)

        await self._app(scope, receive, send_with_headers)
