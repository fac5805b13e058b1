"""`satark simulate`: a crowd on one channel, through its webhook, with a stand-in of the provider on the other side."""

import asyncio
import contextlib
import itertools
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from rich.console import Console

from satark.channels.messages import (
    DeliveryState,
    DeliveryStatus,
    Envelope,
    Inbound,
    Kind,
    Media,
    MediaKind,
    Secret,
    WebhookRequest,
)
from satark.channels.registry import Registry
from satark.channels.spec import Channel
from satark.commands.crowd import PHOTO, VIDEO, Said, crowd
from satark.commands.demo_tips import demo_accounts
from satark.commands.keypad import Caller
from satark.commands.samples import movie, picture, recording
from satark.commands.standing import standing
from satark.intake.world import build_world, world_for
from satark.resources import data_dir
from satark.routing.folder import load_pack
from satark.routing.pack import Pack
from satark.settings import Settings

LOOPBACK = ("127.0.0.1", "::1", "localhost")
# So long after the last message the answers may still come, in seconds.
PATIENCE = 10.0
TRIES = 20
AGAIN = (0, 429, 500, 502, 503)
RECORDING = "7000000000000003"
SPOKEN = Inbound(Kind.MEDIA, media=Media(MediaKind.AUDIO, "audio/wav", ref=Secret(RECORDING)))
# An id of a message: digits, and another one in every run.
EPOCH = 1_767_225_600

console = Console()


class CannotSimulate(Exception):
    """Why, for the operator."""


@dataclass
class Tally:
    """What came of it. `asked` is since when a person waits for an answer, in seconds of a clock, `waits` how long
    they had to, and `quiet` that nobody does."""

    posted: Counter[int] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    asked: dict[str, float] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    quiet: asyncio.Event = field(default_factory=asyncio.Event)

    def speaks(self, person: str) -> None:
        self.quiet.clear()
        self.asked.setdefault(person, time.monotonic())

    def hears(self, person: Secret, key: str) -> None:
        self.told.append(key)
        if (since := self.asked.pop(person.reveal(), None)) is not None:
            self.waits.append(time.monotonic() - since)
        if not self.asked:
            self.quiet.set()


async def simulate(settings: Settings, environ: Mapping[str, str], name: str, rate: float, seconds: float) -> None:
    """Play a crowd at `rate` messages a second for so many seconds. Raises CannotSimulate."""
    channel = channel_of(environ, name)
    tally = Tally()
    async with _serving(channel, tally), httpx.AsyncClient(base_url=settings.public_url, timeout=30) as client:
        await _check(client)
        await _play(settings, channel, client, tally, rate, seconds)
        await _settle(channel, client, tally)
    _report(tally)


def channel_of(environ: Mapping[str, str], name: str) -> Channel:
    """The channel, if nobody outside this machine could be written to."""
    registry = Registry(environ)
    registry.load([name])
    if name not in registry.channels:
        raise CannotSimulate(f"{name} {registry.troubles.get(name, 'is no channel')}")
    channel = registry.channels[name]
    if type(channel).stand_in is Channel.stand_in:
        raise CannotSimulate(f"{name} has no stand-in")
    if urlsplit(channel.api_url).hostname not in LOOPBACK:
        raise CannotSimulate(
            f"set SATARK_{name.upper()}_API_URL to an address of this machine, such as http://127.0.0.1:8100, here and for"
            " the service: a crowd must not be answered by the real provider"
        )
    return channel


@asynccontextmanager
async def _serving(channel: Channel, tally: Tally) -> AsyncIterator[None]:
    """The stand-in at the channel's `api_url`."""
    port = urlsplit(channel.api_url).port or 80
    app = channel.stand_in({PHOTO: picture(), VIDEO: movie(), RECORDING: recording()}, tally.hears)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(standing(app, port))
        except OSError as error:
            raise CannotSimulate(f"port {port} of this machine is taken ({error.strerror})") from None
        yield


async def _check(client: httpx.AsyncClient) -> None:
    try:
        (await client.get("/readyz")).raise_for_status()
    except httpx.HTTPError:
        raise CannotSimulate(f"no Satark answers at {client.base_url}; start it with the same settings") from None


async def _play(
    settings: Settings, channel: Channel, client: httpx.AsyncClient, tally: Tally, rate: float, seconds: float
) -> None:
    """One message after the other, each in its time; late ones catch up."""
    start, posts = time.monotonic(), set[asyncio.Task[None]]()
    pack = load_pack(data_dir("jurisdictions") / settings.jurisdiction)
    said, ids = on_channel(channel, pack, crowd(pack, demo_accounts(), seed=time.time_ns())), _ids()
    for at in range(round(rate * seconds)):
        await asyncio.sleep(start + at / rate - time.monotonic())
        post = asyncio.create_task(_post(channel, client, tally, _items(next(said), next(ids), tally)))
        posts.add(post)
        post.add_done_callback(posts.discard)
    await asyncio.gather(*posts)


def on_channel(channel: Channel, pack: Pack, people: Iterator[Said]) -> Iterator[Said]:
    """What they say, in the way that the channel has: who calls presses keys, and speaks where others send a photo."""
    if not channel.capabilities.keypad:
        yield from people
        return
    world = world_for(build_world(pack), channel.capabilities)
    callers: dict[str, Caller] = defaultdict(lambda: Caller(world))
    for said in people:
        inbound = SPOKEN if said.inbound.kind is Kind.MEDIA else said.inbound
        yield from (Said(said.person, one, said.again) for one in callers[said.person].says(inbound))


def _ids() -> Iterator[str]:
    return map(str, itertools.count((time.time_ns() // 1_000_000 - EPOCH * 1000) * 1000))


def _items(said: Said, number: str, tally: Tally) -> list[Envelope | DeliveryStatus]:
    """A message, sometimes twice, and the reports on what was sent since the last one."""
    tally.speaks(said.person)
    message = Envelope(Secret(said.person), Secret(number), said.inbound, (Secret("Nobody"),))
    return [*_reports(tally), *[message] * (2 if said.again else 1)]


def _reports(tally: Tally) -> list[DeliveryStatus]:
    told, tally.told = tally.told, []
    states = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)
    return [DeliveryStatus(Secret(key), state) for key in told if key for state in states]


async def _post(
    channel: Channel, client: httpx.AsyncClient, tally: Tally, items: Sequence[Envelope | DeliveryStatus]
) -> None:
    """As a provider does, again and again until it is taken; only less patiently."""
    for asked in channel.imitate(items):
        for _ in range(TRIES):
            code = await _ask(client, path_of(channel, asked), asked)
            tally.posted[code] += 1
            if code not in AGAIN:
                break
            await asyncio.sleep(1)
    if channel.capabilities.answers_in_request:
        for item in items:
            if isinstance(item, Envelope):
                tally.hears(item.address, "")


def path_of(channel: Channel, asked: WebhookRequest) -> str:
    """Where a request goes: of its own URL only the query counts."""
    query = urlsplit(asked.url).query
    return f"/channels/{channel.name}{channel.webhook}" + (f"?{query}" if query else "")


async def _ask(client: httpx.AsyncClient, path: str, asked: WebhookRequest) -> int:
    """The code of the answer; 0 where there was none."""
    try:
        return (await client.post(path, content=asked.body, headers=dict(asked.headers))).status_code
    except httpx.TransportError:
        return 0


async def _settle(channel: Channel, client: httpx.AsyncClient, tally: Tally) -> None:
    """Wait for the last answers, and report on them."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await tally.quiet.wait()
    await _post(channel, client, tally, _reports(tally))


def _report(tally: Tally) -> None:
    codes = ", ".join(f"{count} × {code or 'no answer'}" for code, count in sorted(tally.posted.items()))
    console.print(f"Posts: {codes}. Answers: {len(tally.waits)}; still without one: {len(tally.asked)}.")
    if len(tally.waits) > 1:
        tenths = statistics.quantiles(tally.waits, n=20)
        console.print(f"From a word to its answer: half within {tenths[9]:.2f} s, 95 % within {tenths[18]:.2f} s.")
