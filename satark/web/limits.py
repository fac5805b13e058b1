"""How large a request may be: refused by its announced length, or as soon as it has gone over."""

from starlette.requests import ClientDisconnect
from starlette.types import Receive


class TooMuch(Exception):
    """The body is larger than this route takes."""


def refuse_announced(announced: str, limit: int) -> None:
    """Raises TooMuch where the request itself says that it is too large; ValueError where it says nonsense."""
    if int(announced or "0") > limit:
        raise TooMuch


async def body_within(receive: Receive, announced: str, limit: int) -> bytes:
    """The whole body of a request that announced so many bytes. Raises TooMuch while it is read, ValueError for a length
    that is no number, ClientDisconnect where the rest never comes."""
    refuse_announced(announced, limit)
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > limit:
            raise TooMuch
        if not message.get("more_body", False):
            return body
