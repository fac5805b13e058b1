"""A provider whose behaviour changes: the stand-in of the Cloud API behind what can go wrong on the way to it."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

HEAD = {"type": "http.response.start", "headers": [(b"content-type", b"application/json")]}
BYTE_EVERY = 0.02


class Weather(StrEnum):
    WELL = "well"
    TOO_MANY = "429 with Retry-After"
    TOO_MANY_BARE = "429 without"
    FOR_AGES = "429 for a year"
    BROKEN = "500"
    BROKEN_SLOWLY = "500, its body byte by byte"
    SILENT = "no answer"
    SLOW = "200, its body byte by byte"
    HANGS_UP = "the connection is closed"
    CUT = "200, and broken JSON"
    PACKED = "200, and what cannot be unpacked"
    GARBAGE = "400, and no JSON"


ANSWERS = {
    Weather.TOO_MANY: Response(status_code=429, headers={"Retry-After": "30"}),
    Weather.TOO_MANY_BARE: Response(status_code=429),
    Weather.FOR_AGES: Response(status_code=429, headers={"Retry-After": "9" * 400}),
    Weather.BROKEN: HTMLResponse("<h1>Sorry</h1>", 500),
    Weather.CUT: Response('{"messages": [', media_type="application/json"),
    Weather.PACKED: Response(b"no gzip", headers={"Content-Encoding": "gzip"}),
    Weather.GARBAGE: HTMLResponse("<h1>Sorry</h1>", 400),
}
# Whoever says 200 has taken it, and who says that it is too much or wrong has not; of others nobody knows.
TAKEN = {Weather.WELL, Weather.SLOW, Weather.CUT, Weather.PACKED}
NOT_TAKEN = {Weather.TOO_MANY, Weather.TOO_MANY_BARE, Weather.FOR_AGES, Weather.GARBAGE}


@dataclass(frozen=True)
class Spell:
    """The weather of a while. `taken` is whether a message arrives where its answer does not tell."""

    weather: Weather
    taken: bool = False

    @property
    def takes(self) -> bool:
        return self.weather in TAKEN or (self.taken and self.weather not in NOT_TAKEN)


class Sky:
    """Over a stand-in. `spell` is what it is like now."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.spell = Spell(Weather.WELL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        spell = self.spell
        if spell.weather is Weather.WELL:
            await self.app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        if spell.takes:
            await self.app(scope, _once(body), _nowhere)
        await self._answer(spell.weather, scope, receive, send)

    async def _answer(self, weather: Weather, scope: Scope, receive: Receive, send: Send) -> None:
        match weather:
            case Weather.SILENT:
                await receive()
            case Weather.HANGS_UP:
                _connection(receive).abort()
                await receive()
            case Weather.SLOW:
                await _slowly(200, receive, send)
            case Weather.BROKEN_SLOWLY:
                await _slowly(500, receive, send)
            case _:
                await ANSWERS[weather](scope, receive, send)


def _connection(receive: Any) -> asyncio.Transport:
    """uvicorn's own, for an application cannot close it without an answer."""
    transport: asyncio.Transport = receive.__self__.transport
    return transport


async def _slowly(status: int, receive: Receive, send: Send) -> None:
    await send({**HEAD, "status": status})
    gone = asyncio.ensure_future(receive())
    while not gone.done():
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.wait([gone], timeout=BYTE_EVERY)


def _once(body: bytes) -> Receive:
    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _nowhere(message: Any) -> None:
    """What it says is lost."""
