"""Connections that do not get on lose their place, by real sockets at a real server; whoever sends something is served."""

import asyncio
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from conftest import House, served
from satark.web import connections
from satark.web.connections import OTHER_FILES, Patience, fitting, protocol

# No test waits for it.
EVER = 3600.0
HEAD = b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 100000\r\n\r\n"

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SWEEP", 0.05)


async def count(request: Request) -> Response:
    """How many bytes came."""
    return PlainTextResponse(str(sum([len(chunk) async for chunk in request.stream()])))


async def refuse(_request: Request) -> Response:
    """Without a look at the body."""
    return PlainTextResponse("no", 413)


APP = Starlette(routes=[Route("/", count, methods=["GET", "POST"]), Route("/refuse", refuse, methods=["POST"])])


@asynccontextmanager
async def serving(patience: Patience, app: Starlette = APP) -> AsyncIterator[str]:
    async with served(app, http=protocol(patience)) as url:
        yield url


async def connect(url: str) -> Line:
    at = urlsplit(url)
    return await asyncio.open_connection(at.hostname, at.port)


async def heard(line: Line) -> bytes:
    """All that is said before the connection is closed."""
    said = b""
    try:
        while piece := await line[0].read(65_536):
            said += piece
    except ConnectionResetError:
        pass
    line[1].transport.abort()
    return said


async def drip(line: Line, head: bytes = b"") -> bytes:
    """One byte after the other, as long as somebody listens."""
    hearing = asyncio.create_task(heard(line))
    line[1].write(head)
    while not hearing.done():
        if not line[1].transport.is_closing():
            line[1].write(b"a")
        await asyncio.wait([hearing], timeout=0.02)
    return await hearing


async def nothing(line: Line) -> bytes:
    return await heard(line)


async def half_a_head(line: Line) -> bytes:
    return await drip(line, b"GET / HTTP/1.1\r\nx-slow: ")


async def a_body_in_drops(line: Line) -> bytes:
    return await drip(line, HEAD)


async def the_rest_of_a_refused_body_in_drops(line: Line) -> bytes:
    said = await drip(line, HEAD.replace(b"POST /", b"POST /refuse"))
    assert said.startswith(b"HTTP/1.1 413")
    return b""


async def a_second_request_in_drops(line: Line) -> bytes:
    line[1].write(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
    said = await line[0].readuntil(b"\r\n\r\n0")
    assert said.startswith(b"HTTP/1.1 200")
    return await drip(line, b"GET / HTTP/1.1\r\nx-slow: ")


SLOW = (nothing, half_a_head, a_body_in_drops, the_rest_of_a_refused_body_in_drops, a_second_request_in_drops)


@pytest.mark.parametrize("slow", SLOW)
async def test_who_does_not_get_on_is_closed(slow: Callable[[Line], Awaitable[bytes]]) -> None:
    async with serving(Patience(head=0.3, body=0.3)) as url, httpx.AsyncClient(base_url=url) as client:
        assert await slow(await connect(url)) == b""
        assert (await client.get("/")).text == "0"


async def test_a_slow_body_that_gets_on_is_left_its_time() -> None:
    async with serving(Patience(head=EVER, body=0.6, least=100)) as url:
        line = await connect(url)
        line[1].write(HEAD.replace(b"100000", b"3000").replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
        for _ in range(30):
            line[1].write(b"a" * 100)
            await asyncio.sleep(0.05)
        assert (await heard(line)).endswith(b"3000")


async def test_a_head_without_an_end_is_refused() -> None:
    async with serving(Patience(head=EVER)) as url:
        line = await connect(url)
        hearing = asyncio.create_task(heard(line))
        line[1].write(b"GET / HTTP/1.1\r\n")
        for _ in range(100):
            line[1].write(b"x-more: " + b"a" * 1000 + b"\r\n")
        assert (await hearing).startswith(b"HTTP/1.1 400")


async def test_a_large_body_is_no_large_head() -> None:
    """Also where it still comes after the answer."""
    async with serving(Patience()) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.post("/", content=b"a" * 1_000_000)).text == "1000000"
        line = await connect(url)
        line[1].write(HEAD.replace(b"POST /", b"POST /refuse"))
        assert b"413" in await line[0].readuntil(b"no")
        line[1].write(b"a" * 100_000 + b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")
        assert (await heard(line)).startswith(b"HTTP/1.1 200")


async def test_an_answer_that_nobody_takes_is_given_up() -> None:
    ended = asyncio.Event()

    async def endless(_request: Request) -> Response:
        async def said() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"a" * 100_000
                    await asyncio.sleep(0)
            finally:
                ended.set()

        return StreamingResponse(said())

    async with serving(Patience(answer=0.2), Starlette(routes=[Route("/", endless)])) as url:
        line = await connect(url)
        line[0]._transport.pause_reading()  # type: ignore[attr-defined]
        line[1].write(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
        await ended.wait()
        line[1].transport.abort()


async def test_who_speaks_is_served_however_many_are_silent(house: House) -> None:
    """No time limit helps here: each connection that comes takes the place of the one that has been silent for longest."""
    silent: list[Line] = []
    async with serving(Patience(head=EVER, body=EVER, most=20), house.web) as url:
        for at in range(10):
            silent += [await connect(url) for _ in range(10)]
            hello = [{"phone": f"9100000{at:05}", "id": str(at), "text": "hi"}]
            async with httpx.AsyncClient(base_url=url) as client:
                said = await client.post("/channels/simulator/say", json=hello, headers={"X-Simulator": "1"})
                assert said.status_code == 200
        gone = [asyncio.create_task(heard(line)) for line in silent[:-20]]
        await asyncio.gather(*gone)
        for line in silent[-20:]:
            line[1].transport.abort()
    async with house.core.store.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM seen_event"))).scalar_one() == 10


async def test_drops_of_bodies_make_place_too() -> None:
    async with serving(Patience(head=EVER, body=EVER, most=10)) as url:
        slow = [await connect(url) for _ in range(40)]
        for line in slow:
            line[1].write(HEAD)
        async with httpx.AsyncClient(base_url=url) as client:
            for _ in range(20):
                assert (await client.get("/")).text == "0"
        await asyncio.gather(*(heard(line) for line in slow[:25]))
        for line in slow[25:]:
            line[1].transport.abort()


def test_there_are_no_more_places_than_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
        assert fitting(Patience(most=700)).most == 700
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 700 + OTHER_FILES
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
