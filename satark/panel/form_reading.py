"""Reading the form of a request: its limits, its texts made storable, and whether it carries the token of a session."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import FormData
from starlette.requests import Request

from satark.channels.storable import storable

MOST_FILES = 20
MOST_TEXT = 200_000


@asynccontextmanager
async def read_form(request: Request) -> AsyncIterator[FormData]:
    """The form with all its texts storable; its files are closed at the end."""
    async with request.form(max_files=MOST_FILES, max_part_size=MOST_TEXT) as form:
        yield FormData(
            [(name, storable(value) if isinstance(value, str) else value) for name, value in form.multi_items()]
        )


def is_genuine(form: FormData, csrf: str) -> bool:
    token = form.get("csrf")
    return isinstance(token, str) and hmac.compare_digest(token.encode(), csrf.encode())
