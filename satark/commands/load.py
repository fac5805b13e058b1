"""Posts as a provider does, over many connections at once, and notes what was taken and how long it took.

It costs as little as it can, for it shares the machine with what it measures: requests are made beforehand, and answers
are read by httptools.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import NamedTuple, cast

import httptools

CONNECTIONS = 64
# A provider tries again what was not taken; here after so long, in seconds.
AGAIN_AFTER = 0.05
OK, BUSY = 200, 503


class Post(NamedTuple):
    """A request, the ids of what is in it, and how many tips it sends off."""

    request: bytes
    ids: tuple[str, ...]
    tips: int = 0


def request_of(path: str, headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Load:
    """What came of it. `ends` are when the answers came and `waits` how long they took, in seconds of one clock."""

    taken: list[Post] = field(default_factory=list)
    others: Counter[int] = field(default_factory=Counter)
    ends: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    most_refusals: int = 0

    def is_over(self, until: float) -> bool:
        enough = 0 < self.most_refusals <= self.others[BUSY]
        return enough or time.perf_counter() > until

    @property
    def ids(self) -> set[str]:
        return {one for post in self.taken for one in post.ids}

    @property
    def tips(self) -> int:
        return sum(post.tips for post in self.taken)

    def after(self, warm: float) -> tuple[float, list[float]]:
        """Items a second, and the waits of their posts, without the first `warm` seconds, or a quarter if it was short."""
        if not self.ends:
            return 0.0, []
        first = self.ends[0] + min(warm, (self.ends[-1] - self.ends[0]) / 4)
        measured = [at for at, end in enumerate(self.ends) if end > first]
        items = sum(len(self.taken[at].ids) for at in measured)
        span = self.ends[-1] - first
        return (items / span if span > 0 else 0.0), [self.waits[at] for at in measured]


async def drive(ports: Sequence[int], scripts: Iterable[Sequence[Post]], seconds: float, refusals: int = 0) -> Load:
    """Post the scripts, each on one connection in its order, until they end, the time is over, or, where `refusals` says so,
    so many were refused for now. The ports share the connections."""
    load, left, until = Load(most_refusals=refusals), iter(scripts), time.perf_counter() + seconds
    loop = asyncio.get_running_loop()
    lines = [_Line(load, left, until) for _ in range(CONNECTIONS)]
    for line, at in zip(lines, cycle(ports), strict=False):
        await loop.create_connection(lambda line=line: line, "127.0.0.1", at)  # type: ignore[misc]
    await asyncio.gather(*(line.over for line in lines))
    return load


class _Line(asyncio.Protocol):
    """One connection: a post, its answer, the next post."""

    def __init__(self, load: Load, left: Iterator[Sequence[Post]], until: float) -> None:
        self.over = asyncio.get_running_loop().create_future()
        self._load = load
        self._left = left
        self._until = until
        self._posts: Iterator[Post] = iter(())
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._go_on()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Who measures must know: then nothing of it counts."""
        if not self.over.done():
            self.over.set_exception(exc or ConnectionError("the service closed the connection"))

    def on_message_complete(self) -> None:
        status, end = self._parser.get_status_code(), time.perf_counter()
        self._parser = httptools.HttpResponseParser(self)
        if status != OK:
            self._refused(status)
            return
        self._load.taken.append(self._now)
        self._load.ends.append(end)
        self._load.waits.append(end - self._since)
        self._go_on()

    def _refused(self, status: int) -> None:
        """Again, as long as it is measured; what is no refusal for now is a fault of the measurement."""
        self._load.others[status] += 1
        if status != BUSY:
            self.over.set_exception(ConnectionError(f"the service answered {status}"))
        elif self._load.is_over(self._until):
            self._stop()
        else:
            asyncio.get_running_loop().call_later(AGAIN_AFTER, self._post)

    def _go_on(self) -> None:
        post = next(self._posts, None)
        while post is None:
            script = next(self._left, None)
            if script is None:
                self._stop()
                return
            self._posts = iter(script)
            post = next(self._posts, None)
        if self._load.is_over(self._until):
            self._stop()
            return
        self._now = post
        self._post()

    def _post(self) -> None:
        self._since = time.perf_counter()
        self._transport.write(self._now.request)

    def _stop(self) -> None:
        if not self.over.done():
            self.over.set_result(None)
        self._transport.close()
