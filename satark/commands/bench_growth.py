"""What a message costs, and what a gateway holds, the more there is in the database already: a part of `satark bench
resources`."""

import secrets
from array import array
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy import func, select

from satark.channels.spec import Channel
from satark.commands.bench_intake import SAID, WARM, NotKept, reports
from satark.commands.installations import CHANNEL, PATIENCE, Place, Process, gateway, installed
from satark.commands.load import Post, drive
from satark.commands.mass import copy, fill, spare_the_disk
from satark.commands.weight import Weight, weigh
from satark.core import Core
from satark.store.clock import now
from satark.store.informants import Conversation, SeenEvent
from satark.store.tables import Tip

# Messages that are posted before anything counts: templates and statements are made then.
FIRST = 2_000
A_WEEK = 7 * 86_400
AT_ONCE = 20_000
NOBODY = 100_000_000
"""A person whom the crowd never comes to."""


@dataclass(frozen=True)
class Point:
    """Messages a second, microseconds of processor time that the gateway took for each, and what it holds afterwards."""

    rate: float
    cost: float
    weight: Weight


@dataclass
class Growth:
    """What of, and what was measured at each size, a point a round."""

    database: str
    what: str
    points: dict[int, list[Point]] = field(default_factory=dict)


class Books:
    """What was answered with 200, small enough for an hour of it: ids are numbers. `stored` tips were there before."""

    def __init__(self, stored: int = 0) -> None:
        self._ids = array("q")
        self._tips = stored

    def __len__(self) -> int:
        return len(self._ids)

    def enter(self, posts: Iterable[Post]) -> None:
        for post in posts:
            self._ids.extend(map(int, post.ids))
            self._tips += post.tips

    async def compare(self, core: Core) -> None:
        """Raises NotKept where something that was taken is not in the database."""
        assert core.door is not None, "a bench has all keys"
        lookup, kept = core.door.desk.tools.lookup, 0
        key: Any = SeenEvent.key
        async with core.store.read() as db:
            for at in range(0, len(self._ids), AT_ONCE):
                keys = [lookup.of("event", CHANNEL, str(one)) for one in self._ids[at : at + AT_ONCE]]
                known = select(func.count()).select_from(SeenEvent).where(key.in_(keys))
                kept += (await db.execute(known)).scalar_one()
            tips = (await db.execute(select(func.count()).select_from(Tip))).scalar_one()
        lost = len(self) - kept
        if lost or tips < self._tips:
            raise NotKept(f"{lost} of {len(self)} messages and {self._tips - tips} of {self._tips} tips are lost")


def crowd(channel: Channel) -> Iterator[Sequence[Post]]:
    """People without end who report something, each made when it is their turn."""
    for person in count(1):
        yield reports(channel, len(SAID), first=person)[0]


async def posted(process: Process, scripts: Iterator[Sequence[Post]], seconds: float, books: Books) -> Point:
    """Post for so long, and enter what was taken into the books."""
    before = process.seconds()
    load = await drive([process.port], scripts, seconds)
    cost = (process.seconds() - before) / max(1, len(load.taken)) * 1e6
    books.enter(load.taken)
    return Point(load.after(WARM)[0], cost, weigh(process.pid))


async def grow_by_tips(
    folder: Path, server: str, sizes: Sequence[int], rounds: int, messages: int, console: Console
) -> Growth:
    """The more tips are stored."""

    async def store(place: Place, number: int) -> int:
        await fill(place.core.store, place.core.keys, place.core.pack, number)
        return number

    return await _grow(Growth("", "stored tips"), store, folder, server, sizes, rounds, messages, console)


async def grow_by_conversations(
    folder: Path, server: str, sizes: Sequence[int], rounds: int, messages: int, console: Console
) -> Growth:
    """The more conversations are open."""
    return await _grow(Growth("", "open conversations"), _open, folder, server, sizes, rounds, messages, console)


async def _open(place: Place, number: int) -> int:
    """Conversations as one is after its first sentence, of people who wrote no more. Returns how many tips that made."""
    unfinished = reports(place.channel, len(SAID), first=NOBODY)[0][:4]
    async with gateway(place) as process:
        await posted(process, iter([unfinished]), PATIENCE, Books())
    async with place.core.store.read() as db:
        row = dict((await db.execute(select(Conversation))).mappings().one())
    if place.core.store.is_sqlite:
        await spare_the_disk(place.core.store)
    keys = sorted(secrets.token_hex(16) for _ in range(number - 1))
    for at in range(0, len(keys), AT_ONCE):
        rows = [row | {"key": key, "expires": now() + A_WEEK} for key in keys[at : at + AT_ONCE]]
        await copy(place.core.store, Conversation, rows)
    return 0


async def _grow(
    growth: Growth, put: Callable[[Place, int], Awaitable[int]], folder: Path, server: str, sizes: Sequence[int],
    rounds: int, messages: int, console: Console,
) -> Growth:  # fmt: skip
    for size in sizes:
        async with installed(folder / str(size), server) as place:
            growth.database, books = place.version, Books(await put(place, size))
            await place.core.store.scrub()
            people = crowd(place.channel)
            growth.points[size] = [await _point(place, people, messages, books) for _ in range(rounds)]
            await books.compare(place.core)
        for point in growth.points[size]:
            console.print(
                f"{growth.database:26} {size:9,} {growth.what} {point.rate:6.0f} a second {point.cost:6.0f} µs"
            )
    return growth


async def _point(place: Place, people: Iterator[Sequence[Post]], messages: int, books: Books) -> Point:
    """Of a gateway of its own. What is posted is made beforehand."""
    first, then = (list(islice(people, max(1, number // len(SAID)))) for number in (FIRST, messages))
    async with gateway(place) as process:
        await posted(process, iter(first), PATIENCE, books)
        return await posted(process, iter(then), PATIENCE, books)
