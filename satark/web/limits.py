"""How large a request may be: refused by its announced length, or as soon as it has gone over."""

from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive


class TooMuch(Exception):
    """The body is larger than this route takes."""


def refuse_announced(headers: Mapping[str, str], limit: int) -> None:
    """Raises TooMuch where the request itself says that it is too large; ValueError where it says nonsense."""
    if int(headers.get("content-length", "0")) > limit:
        raise TooMuch


async def body_within(request: Request, limit: int) -> bytes:
    """The whole body. Raises TooMuch while it is read, ValueError for a length that is no number."""
    refuse_announced(request.headers, limit)
    return await whole(request.receive, limit)


async def whole(receive: Receive, limit: int) -> bytes:
    """The whole body. Raises TooMuch while it is read, ClientDisconnect where it breaks off."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > limit:
            raise TooMuch
        more = message.get("more_body", False)
    return bytes(body)
