"""Takes the place of a connection that does not get on ("slow loris"): uvicorn itself waits without end.

A head must be there in some seconds, a body must come faster than a drip, and an answer must be taken. There are places for
so many connections; where one more comes, whoever has waited longest without sending a whole request goes. So
who sends theirs at once is served, however many only wait. Nothing of who they are is kept or counted.
"""

import asyncio
import resource
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from satark.web.ready import WRITE

MOST_HEAD = 65_536
# What is not a connection also needs file descriptors: the database, files, the log.
OTHER_FILES = 256
SWEEP = 1.0


@dataclass(frozen=True)
class Patience:
    """How many seconds a head may take, and what of an answer fills a buffer to be taken; a body must bring `least` bytes
    every `body` seconds (68 a second: GPRS has a hundred times that). `most` connections have a place."""

    head: float = 20.0
    body: float = 60.0
    least: int = 4096
    answer: float = 120.0
    most: int = 5_000


class _Row:
    """Connections that wait, in the order in which they began to, each for `limit` seconds at most."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._since: dict[Patient, float] = {}

    def __contains__(self, one: "Patient") -> bool:
        return one in self._since

    def begin(self, one: "Patient", now: float) -> None:
        self._since.pop(one, None)
        self._since[one] = now

    def end(self, one: "Patient") -> None:
        self._since.pop(one, None)

    def first(self) -> "Patient | None":
        return next(iter(self._since), None)

    def over(self, now: float) -> Iterator["Patient"]:
        """Those whose time is over; they leave the row."""
        while (one := self.first()) is not None and now - self._since[one] >= self._limit:
            self.end(one)
            yield one


class Places:
    """The connections of one server."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self.heads, self.bodies, self.answers = _Row(patience.head), _Row(patience.body), _Row(patience.answer)
        self._timer: asyncio.TimerHandle | None = None

    def come(self, one: "Patient") -> None:
        """Give it a place, and make one where there is none."""
        if len(one.connections) > self.patience.most:
            (self.heads.first() or self.bodies.first() or one).give_up()
        self.heads.begin(one, one.loop.time())
        if self._timer is None:
            self._timer = one.loop.call_later(SWEEP, self._sweep, one)

    def go(self, one: "Patient") -> None:
        for row in (self.heads, self.bodies, self.answers):
            row.end(one)

    def _sweep(self, some: "Patient") -> None:
        now = some.loop.time()
        for row in (self.heads, self.answers):
            for one in row.over(now):
                one.give_up()
        for one in self.bodies.over(now):
            if one.gets_on():
                self.bodies.begin(one, now)
            else:
                one.give_up()
        self._timer = some.loop.call_later(SWEEP, self._sweep, some) if some.connections else None


class Patient(HttpToolsProtocol):
    """uvicorn's protocol, that notes what it waits for."""

    places: Places

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arrived = 0
        self._in_body = False
        self._extensions = {WRITE: self._write_ready}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.places.come(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.places.go(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self in self.places.heads and not self.transport.is_closing():
            self._arrived += len(data)
            if self._arrived > MOST_HEAD:
                self.places.heads.end(self)
                self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: Any = self.scope
        scope["extensions"] = self._extensions

    def on_headers_complete(self) -> None:
        self._arrived, self._in_body = 0, True
        self.places.heads.end(self)
        super().on_headers_complete()
        self.places.bodies.begin(self, self.loop.time())

    def on_body(self, body: bytes) -> None:
        self._arrived += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        self.places.bodies.end(self)
        super().on_message_complete()
        self._await_next()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self.places.answers.begin(self, self.loop.time())
        self._await_next()

    def _await_next(self) -> None:
        """The next request, once this one is read and answered, in whichever order."""
        if self.cycle.response_complete and not self._in_body and not self.transport.is_closing():
            self._arrived = 0
            self.places.heads.begin(self, self.loop.time())

    def _write_ready(self, scope: Scope, answer: bytes) -> bool:
        """Write a whole answer, as uvicorn does; False where there is more to it than that, and uvicorn must do it."""
        cycle = self.cycle
        is_next = cycle.scope is scope and not cycle.disconnected and not cycle.response_started
        if not is_next or not cycle.keep_alive or self.flow.write_paused or self.server_state.default_headers:
            return False
        cycle.waiting_for_100_continue = False
        cycle.response_started = cycle.response_complete = True
        self.transport.write(answer)
        cycle.message_event.set()
        self.on_response_complete()
        return True

    def pause_writing(self) -> None:
        self.places.answers.begin(self, self.loop.time())
        super().pause_writing()

    def resume_writing(self) -> None:
        self.places.answers.end(self)
        super().resume_writing()

    def gets_on(self) -> bool:
        """Whether enough of the body came since this was last asked; where we do not read, it is nobody's fault but ours."""
        arrived, self._arrived = self._arrived, 0
        ours = self.flow.read_paused or self.cycle.waiting_for_100_continue
        return ours or arrived >= self.places.patience.least

    def give_up(self) -> None:
        self.places.go(self)
        self.transport.abort()


def protocol(patience: Patience) -> type[Patient]:
    """The protocol class of one server."""
    return type("Patient", (Patient,), {"places": Places(patience)})


def fitting(patience: Patience) -> Patience:
    """No more places than the process may have open files. It asks for as many as it needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = patience.most + OTHER_FILES
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return replace(patience, most=max(1, allowed - OTHER_FILES))
