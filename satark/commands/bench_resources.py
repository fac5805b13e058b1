"""How soon processes are ready, and what they hold: `satark bench resources`.

Each measurement has an installation of its own. A flood ends with the books being compared, as in bench_intake.py.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from rich.console import Console

from satark.commands.bench_growth import Books, Growth, crowd, grow_by_conversations, grow_by_tips, posted
from satark.commands.demo import ACCOUNTS
from satark.commands.installations import Process, free_port, gateway, installed, serving
from satark.commands.weight import Weight, watched, weigh

RUN, GATEWAY, PANEL, WORKER = "satark run", "satark web --only gateway", "satark web --only panel", "satark worker"
PROCESSES = (RUN, GATEWAY, PANEL, WORKER)
# Of the pages that load something of their own, those of the informant and those of an officer.
PAGES = ("/", "/channels/webform/", "/channels/webform/status")
DESK = ("/panel/tips", "/panel/tips?format=pdf", "/panel/insight", "/panel/insight/map", "/panel/insight/areas",
        "/panel/insight/warnings", "/panel/account")  # fmt: skip
# A flood is posted in pieces of so many seconds, so that who posts it holds little.
PIECE = 20.0
EVERY = 1.0


@dataclass(frozen=True)
class Wanted:
    """`starts` is how often each process is started, `rest` for how many seconds it then rests, `flood` for how many it is
    flooded; `messages` and `rounds` are those of each size in `tips` and in `conversations`."""

    starts: int
    rest: float
    flood: float
    rounds: int
    messages: int
    tips: Sequence[int]
    conversations: Sequence[int]


@dataclass(frozen=True)
class Start:
    """Seconds until it was ready, and of them processor time, each time; what it holds when it rested, and once its pages
    were looked at, where it has some."""

    seconds: Sequence[float]
    busy: Sequence[float]
    resting: Weight
    used: Weight | None = None


@dataclass(frozen=True)
class Flood:
    """Messages a second in each piece, and what the gateway held each second."""

    database: str
    seconds: float
    messages: int
    rates: Sequence[float]
    weights: Sequence[Weight]


@dataclass
class Found:
    starts: dict[str, Start] = field(default_factory=dict)
    floods: list[Flood] = field(default_factory=list)
    growths: list[Growth] = field(default_factory=list)


async def resources(folder: Path, server: str, wanted: Wanted, console: Console) -> Found:
    """Measure on SQLite, and on PostgreSQL where there is a server. Raises NotKept."""
    found = Found()
    if wanted.starts:
        found.starts = await _starts(folder / "starts", wanted, console)
    for kind in ("", *((server,) if server else ())):
        base = folder / ("postgresql" if kind else "sqlite")
        if wanted.flood:
            found.floods.append(await flooded(base / "flood", kind, wanted.flood))
            console.print(f"flooded with {found.floods[-1].messages:,} messages")
        for grow, sizes in ((grow_by_conversations, wanted.conversations), (grow_by_tips, wanted.tips)):
            if sizes:
                found.growths.append(
                    await grow(base / grow.__name__, kind, sizes, wanted.rounds, wanted.messages, console)
                )
    return found


async def _starts(folder: Path, wanted: Wanted, console: Console) -> dict[str, Start]:
    """On one installation, which the first start makes."""
    environ = {
        "SATARK_DATA_DIR": str(folder),
        "SATARK_CHANNELS": "auto,simulator",
        "SATARK_SECOND_FACTOR": "optional",
        "SATARK_DEMO": "1",
        **dict.fromkeys(("SATARK_DATABASE_URL", "SATARK_REDIS_URL", "SATARK_EVIDENCE_URL"), ""),
    }
    async with ready(environ, RUN) as process:
        await _look(process.port, (*PAGES, *DESK))
    found = {}
    for command in PROCESSES:
        found[command] = await _start(environ, command, wanted)
        console.print(f"{command:26} {min(found[command].seconds):.2f} s {found[command].resting.pss >> 20} MB")
    return found


async def _start(environ: Mapping[str, str], command: str, wanted: Wanted) -> Start:
    seconds, busy = list[float](), list[float]()
    for at in range(wanted.starts):
        begun = time.perf_counter()
        async with ready(environ, command) as process:
            seconds.append(time.perf_counter() - begun)
            busy.append(process.seconds())
            if at == wanted.starts - 1:
                await asyncio.sleep(wanted.rest)
                resting = weigh(process.pid)
                pages = (*(PAGES if command in (RUN, GATEWAY) else ()), *(DESK if command in (RUN, PANEL) else ()))
                await _look(process.port, pages)
                return Start(seconds, busy, resting, weigh(process.pid) if pages else None)
    raise AssertionError("it is started once at least")


def ready(environ: Mapping[str, str], command: str) -> AbstractAsyncContextManager[Process]:
    """A process, from when it can do its work: the worker, which nobody asks, answers for its metrics then."""
    port, words = free_port(), command.split()[1:]
    if command == WORKER:
        own = {**environ, "SATARK_METRICS_PORT": str(port)}
        return serving(own, "satark.cli", *words, port=port, ready="/metrics")
    return serving(environ, "satark.cli", *words, port=port)


async def _look(port: int, pages: Iterable[str]) -> None:
    """As a browser does in which an officer of the demo signs in."""
    login, password, *_ = ACCOUNTS[0]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, follow_redirects=True) as client:
        if any(page in DESK for page in pages):
            (await client.post("/panel/sign-in", data={"login": login, "password": password})).raise_for_status()
        for page in pages:
            (await client.get(page)).raise_for_status()


async def flooded(folder: Path, server: str, seconds: float) -> Flood:
    """A gateway that is posted to without a pause, for so long."""
    books, rates = Books(), list[float]()
    async with installed(folder, server) as place:
        scripts = crowd(place.channel)
        async with gateway(place) as process:
            begun = time.monotonic()
            async with watched(process.pid, EVERY) as weights:
                while (left := begun + seconds - time.monotonic()) > 0:
                    rates.append((await posted(process, scripts, min(left, PIECE), books)).rate)
        await books.compare(place.core)
        return Flood(place.version, seconds, len(books), rates, weights)
