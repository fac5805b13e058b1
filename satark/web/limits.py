"""How large a request may be: refused by its announced length, or as soon as it has gone over."""

from starlette.requests import Request


class TooMuch(Exception):
    """The body is larger than this route takes."""


def refuse_announced(request: Request, limit: int) -> None:
    """Raises TooMuch where the request itself says that it is too large; ValueError where it says nonsense."""
    if int(request.headers.get("content-length", "0")) > limit:
        raise TooMuch


async def body_within(request: Request, limit: int) -> bytes:
    """The whole body. Raises TooMuch while it is read, ValueError for a length that is no number."""
    refuse_announced(request, limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooMuch
    return bytes(body)
