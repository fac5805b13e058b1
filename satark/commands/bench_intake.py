"""How many messages a second a gateway takes, one a POST: `satark bench intake`.

Each measurement has an installation of its own, a real process behind a real socket, and ends with the books being
compared: whatever was answered with 200 must be in the database, or nothing is reported.
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from sqlalchemy import func, select

from satark.channels.messages import DeliveryState, DeliveryStatus, Envelope, Inbound, Kind, Secret
from satark.channels.spec import Channel
from satark.commands.installations import CHANNEL, PATIENCE, Place, Process, gateway, installed, peer, serving
from satark.commands.load import Load, Post, drive, request_of
from satark.commands.simulate import path_of
from satark.core import Core
from satark.store.clock import day_of, now
from satark.store.columns import random_id
from satark.store.informants import Outbox, SeenEvent, SentPart
from satark.store.tables import Tip

# Indian numbers begin with 6 to 9 (TRAI); these begin with 1, so that they are nobody's.
FIRST_NUMBER = 91_1000_000_000
WORDS = "[synthetic] नहर के पास पुराने भट्ठे में रात को शराब बनती है, एक सफ़ेद गाड़ी UP 62 1234 आती है। " * 2
SAID = (
    Inbound(Kind.TEXT, "HI"),
    Inbound(Kind.CHOICE, "हिन्दी", "language:hi"),
    Inbound(Kind.CHOICE, "जुआ", "category:gambling"),
    *(Inbound(Kind.TEXT, f"{WORDS}{number}") for number in ("एक", "दो", "तीन")),
    Inbound(Kind.CHOICE, "बस", "done"),
    Inbound(Kind.CHOICE, "पता नहीं", "at:unknown"),
    Inbound(Kind.CHOICE, "भेजें", "check:send"),
)
"""A report, as somebody tells it: nine messages, one tip."""
SENDS_OFF = "check:send"
BATCH = 50
STATES = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)
# What starts up is not measured, in seconds.
WARM = 1.0


class NotKept(Exception):
    """Something was answered with 200 and is not in the database."""


@dataclass(frozen=True)
class Measured:
    """Items a second, the waits of their posts in seconds, and microseconds of processor time an item."""

    rate: float
    waits: Sequence[float] = ()
    cost: float = 0.0


@dataclass
class Measurements:
    """What one kind of database did, by what was measured, a measurement a round."""

    database: str
    by_name: dict[str, list[Measured]] = field(default_factory=dict)

    def add(self, name: str, measured: Measured) -> None:
        self.by_name.setdefault(name, []).append(measured)


@dataclass(frozen=True)
class Size:
    """For how many seconds it is posted, and how many messages are made for that."""

    seconds: float
    messages: int


async def intake(
    folder: Path, server: str, rounds: int, size: Size, console: Console, only: Sequence[str] = ()
) -> list[Measurements]:
    """Measure on SQLite, and on PostgreSQL where there is a server, all of it in each round. Raises NotKept."""
    wanted = {name: measure for name, measure in MEASURED.items() if not only or name in only}
    found = []
    for kind in ("", *((server,) if server else ())):
        made = Measurements("")
        here = {name: measure for name, measure in wanted.items() if kind or measure is not measure_abreast}
        for at, (name, measure) in itertools.product(range(rounds), here.items()):
            async with installed(
                folder / f"{'postgresql' if kind else 'sqlite'}-{name.replace(' ', '-')}-{at}", kind
            ) as place:
                made.database = place.version
                measured = await measure(place, size)
                made.add(name, measured)
                console.print(f"{place.version:18} {name:24} {measured.rate:9.0f} a second {measured.cost:7.0f} µs")
        found.append(made)
    return found


async def _load(scripts: Sequence[Sequence[Post]], size: Size, *processes: Process) -> tuple[Load, Measured]:
    before = sum(one.seconds() for one in processes)
    load = await drive([one.port for one in processes], scripts, size.seconds)
    rate, waits = load.after(WARM)
    items = sum(len(post.ids) for post in load.taken)
    took = sum(one.seconds() for one in processes) - before
    return load, Measured(rate, waits, took / max(1, items) * 1e6)


def post_of(channel: Channel, items: Sequence[Envelope | DeliveryStatus]) -> Post:
    (asked,) = channel.imitate(items)
    ids = tuple(item.external_id.reveal() for item in items)
    tips = sum(isinstance(item, Envelope) and item.inbound.choice == SENDS_OFF for item in items)
    return Post(request_of(path_of(channel, asked), asked.headers.items(), asked.body), ids, tips)


def _said(person: int, at: int, first: int) -> Envelope:
    number = Secret(str(FIRST_NUMBER + first + person))
    return Envelope(number, Secret(f"{first + person}{at:02}"), SAID[at], (Secret("Nobody"),))


def reports(channel: Channel, messages: int, abreast: int = 1, first: int = 0) -> list[list[Post]]:
    """People who report something, each post with a message of so many of them."""
    people = max(1, messages // len(SAID) // abreast) * abreast
    groups = [range(at, at + abreast) for at in range(0, people, abreast)]
    return [[post_of(channel, [_said(one, at, first) for one in group]) for at in range(len(SAID))] for group in groups]


async def measure_messages(place: Place, size: Size, abreast: int = 1) -> Measured:
    async with gateway(place) as process:
        load, measured = await _load(reports(place.channel, size.messages, abreast), size, process)
    await reconcile(place.core, load)
    return measured


async def measure_abreast(place: Place, size: Size) -> Measured:
    """On a server alone: SQLite has one writer, and is for one process that takes messages."""
    async with gateway(place) as one, gateway(place) as other:
        load, measured = await _load(reports(place.channel, size.messages), size, one, other)
    await reconcile(place.core, load)
    return measured


async def measure_batches(place: Place, size: Size) -> Measured:
    return await measure_messages(place, size, BATCH)


async def measure_bare(place: Place, size: Size) -> Measured:
    """It knows no repetition: some posts serve for many."""
    posts = [post for script in reports(place.channel, 2000) for post in script]
    scripts = list(itertools.repeat(posts, 1 + int(size.messages * 10 / len(posts))))
    async with peer(place, "bare") as process:
        return (await _load(scripts, size, process))[1]


async def measure_naive(place: Place, size: Size) -> Measured:
    async with peer(place, "naive") as process:
        load, measured = await _load(reports(place.channel, size.messages), size, process)
    await reconcile(place.core, load)
    return measured


async def measure_statuses(place: Place, size: Size) -> Measured:
    """Three reports on each message that was sent, a report a POST."""
    errands = [random_id() for _ in range(max(1, size.messages // len(STATES)))]
    await _as_sent(place.core, errands)
    scripts = [
        [post_of(place.channel, [DeliveryStatus(Secret(f"{errand}:0"), state)]) for state in STATES]
        for errand in errands
    ]
    async with gateway(place) as process:
        load, measured = await _load(scripts, size, process)
    reported = Counter(one for post in load.taken for one in post.ids)
    await _reconcile_statuses(place.core, {one.partition(":")[0] for one, times in reported.items() if times > 1})
    return measured


async def measure_replies(place: Place, size: Size) -> Measured:
    """From the worker's first message to its last; the answers were written by a gateway. Starting up is not in the cost."""
    people = size.messages // 4
    async with gateway(place) as process:
        greetings = [[post_of(place.channel, [_said(person, 0, 0)])] for person in range(people)]
        load = await drive([process.port], greetings, PATIENCE)
    port = int(place.channel.api_url.rpartition(":")[2])
    async with (
        serving(place.environ, "satark.commands.peers", "provider", str(port), port=port),
        httpx.AsyncClient(base_url=place.channel.api_url) as client,
        serving(place.environ, "satark.cli", "worker") as worker,
    ):
        first = await _taken(client, 1)
        before = worker.seconds()
        last = await _taken(client, len(load.taken))
        cost = (worker.seconds() - before) / max(1, len(load.taken) - first["count"]) * 1e6
    return Measured(len(load.taken) / max(last["last"] - first["first"], 0.001), cost=cost)


async def _taken(client: httpx.AsyncClient, number: int) -> Any:
    """What the provider says once it took so many. Raises NotKept where it never does."""
    until = time.monotonic() + PATIENCE * 2
    while (taken := (await client.get("/taken")).json())["count"] < number:
        if time.monotonic() > until:
            raise NotKept(f"{taken['count']} of {number} answers were sent")
        await asyncio.sleep(0.05)
    return taken


MEASURED: dict[str, Any] = {
    "messages": measure_messages,
    "messages, two gateways": measure_abreast,
    "bare": measure_bare,
    "naive": measure_naive,
    "statuses": measure_statuses,
    "messages, 50 a POST": measure_batches,
    "replies": measure_replies,
}


async def reconcile(core: Core, load: Load) -> None:
    """Raises NotKept where something that was taken is not in the database."""
    assert core.door is not None, "a bench has all keys"
    lookup = core.door.desk.tools.lookup
    event: Any = SeenEvent
    async with core.store.read() as db:
        kept = set((await db.execute(select(event.key))).scalars())
        tips = (await db.execute(select(func.count()).select_from(Tip))).scalar_one()
    lost = sum(lookup.of("event", CHANNEL, one) not in kept for one in load.ids)
    if lost or tips < load.tips:
        raise NotKept(f"{lost} of {len(load.ids)} messages and {load.tips - tips} of {load.tips} tips are lost")


async def _as_sent(core: Core, errands: Sequence[str]) -> None:
    """As the courier leaves an answer that was sent."""
    assert core.door is not None, "a bench has all keys"
    lookup, moment = core.door.desk.tools.lookup, now()
    late = moment + 3600
    keys = [lookup.of("sent", CHANNEL, f"{errand}:0") for errand in errands]
    rows = [Outbox(id=errand, channel=CHANNEL, state="sent", due=late).model_dump() for errand in errands]
    parts = [
        SentPart(key=key, errand=errand, day=day_of(moment)).model_dump()
        for key, errand in zip(keys, errands, strict=True)
    ]
    async with core.store.write() as db:
        await db.execute(core.store.insert(Outbox), rows)
        await db.execute(core.store.insert(SentPart), parts)


async def _reconcile_statuses(core: Core, arrived: set[str]) -> None:
    """What was reported as having arrived is not kept any more."""
    outbox: Any = Outbox
    async with core.store.read() as db:
        left = set((await db.execute(select(outbox.id))).scalars())
    lost = left & arrived
    if lost:
        raise NotKept(f"{len(lost)} of {len(arrived)} reports were not recorded")
