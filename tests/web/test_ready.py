"""Answers that are made once are on the line what uvicorn would write, and no connection is stuck after one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from conftest import House, served
from satark.web.connections import Patience, protocol
from satark.web.headers import HEADERS
from satark.web.limits import whole
from satark.web.ready import Ready

BARE = {"server_header": False, "date_header": False}
POST = b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\n\r\nhi"
LAST = POST.replace(b"host: here", b"host: here\r\nconnection: close")
OLD = LAST.replace(b"HTTP/1.1", b"HTTP/1.0")
UNREAD = POST.replace(b"POST /", b"POST /unread")
EXPECTING = POST.replace(b"host: here", b"host: here\r\nexpect: 100-continue")

OK, BUSY = Ready(200), Ready(503, {"Retry-After": "5"})


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/unread":
        await BUSY(scope, receive, send)
        return
    await whole(receive, 100)
    await asyncio.sleep(0.01)
    await OK(scope, receive, send)


@asynccontextmanager
async def ours(**config: Any) -> AsyncIterator[str]:
    async with served(app, http=protocol(Patience()), **config) as url:
        yield url


async def said(url: str, *requests: bytes) -> bytes:
    """All that is answered until the connection is closed; each request comes when the one before has an answer."""
    at, answer = urlsplit(url), b""
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    async with asyncio.timeout(10):
        for request in requests:
            writer.write(request)
            answer += await reader.readuntil(b"\r\n\r\n")
        answer += await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    "requests",
    [
        [LAST],
        [OLD],
        [POST, LAST],
        [POST, UNREAD, POST, LAST],
        [POST + POST + UNREAD + POST + LAST],
        [UNREAD, LAST],
        [EXPECTING, LAST],
    ],
)
@pytest.mark.parametrize("config", [BARE, {"date_header": False, "headers": [("x-of", "the server")]}])
async def test_they_are_what_uvicorn_writes(requests: list[bytes], config: dict[str, Any]) -> None:
    async with ours(**config) as url, served(app, http="httptools", **config) as other:
        answer = await said(url, *requests)
        assert answer == await said(other, *requests)
    assert answer.count(b"HTTP/1.1 200 OK\r\n") + answer.count(b"HTTP/1.1 503 ") == b"".join(requests).count(b"POST /")


async def test_a_connection_is_used_again() -> None:
    async with ours(**BARE) as url, httpx.AsyncClient(base_url=url) as client:
        answers = [await client.post(path, content=b"x" * 50) for path in ("/", "/unread", "/")]
        assert len({answer.extensions["network_stream"].get_extra_info("client_addr") for answer in answers}) == 1
    assert [answer.status_code for answer in answers] == [200, 503, 200]
    assert answers[1].headers["Retry-After"] == "5"


async def test_a_webhook_answers_with_the_headers_of_a_page(house: House) -> None:
    headers = {"X-Simulator": "1"}
    async with (
        served(house.web, http=protocol(Patience()), **BARE) as url,
        httpx.AsyncClient(base_url=url) as client,
    ):
        taken = await client.post("/channels/simulator/say", content=b"[]", headers=headers)
        forged = await client.post("/channels/simulator/say", content=b"[]")
        asked = await client.get("/channels/simulator/say")
    for answer in (taken, forged, asked):
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert answer.headers["Cache-Control"] == "no-store"
    assert (taken.status_code, forged.status_code) == (200, 401)
    assert (taken.text, taken.headers["Content-Length"]) == ("", "0")
    assert "<html" in forged.text
