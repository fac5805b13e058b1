"""Measures the inbox over very many tips, as an officer's browser asks for it: `satark bench inbox`."""

import re
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from starlette.applications import Starlette

from satark.app import build_core, build_web
from satark.commands.mass import RARE_WORD, fill
from satark.core import Core
from satark.panel.inbox import place_in
from satark.panel.people import LoginTaken, add_officer
from satark.routing.policy import Held
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.keys import make_keys
from satark.store.migrate import migrate
from satark.store.tables import Tip, TipReader
from satark.tips.inbox import newest
from satark.tips.viewing import viewer_of

PASSWORD = "a long password"  # noqa: S105 - of accounts that live as long as the measurement
OFFICERS = {"DIG": "range/varanasi", "SP": "district/jaunpur", "SHO": "station/jaunpur/kotwali"}
TIMES, TIMES_SEARCHED, WARM = 20, 3, 2
PAGES = {
    "first page": "",
    "last page": "after=0-",
    "status: new": "status=received",
    "status: closed": "status=closed",
    "kind": "category=gambling",
    "district": "district=district/jaunpur",
    "station": "station=station/jaunpur/kotwali",
    "another's district": "district=district/chandauli",
    "another's station": "station=station/chandauli/mughalsarai",
    "language": "locale=ur",
    "unread": "unread=yes",
    "overdue": "overdue=late",
    "priority": "priority=2",
    "kind and language": "category=gambling&locale=ur",
    "kind, unread, closed": "category=gambling&unread=yes&status=closed",
    "reference, its beginning": "reference=34",
    "late, of an office": "turn=district/jaunpur&step=see&overdue=late",
}
PAGE_20 = 20
_tip: Any = Tip
_reader: Any = TipReader


@dataclass(frozen=True)
class Measured:
    """How many milliseconds something took, each time. `reached` is how many tips a search came to."""

    times: Sequence[float]
    reached: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def late(self) -> float:
        """The 95th percentile."""
        return sorted(self.times)[int(len(self.times) * 0.95)]


Results = dict[tuple[str, str], Measured]


@dataclass
class Run:
    """What one kind of database did: results by number of tips, by what was asked and who asked."""

    database: str
    results: dict[int, Results] = field(default_factory=dict)


async def inbox(folder: Path, server: str, sizes: Sequence[int], console: Console, *, keep: bool) -> list[Run]:
    """Measure on SQLite, and on PostgreSQL where there is a server. What is there already with so many tips is used."""
    runs = []
    for kind in ("sqlite", *(("postgresql",) if server else ())):
        run = Run(kind)
        for size in sizes:
            async with place(folder / str(size), server if kind == "postgresql" else "", size, keep=keep) as settings:
                core = await filled(settings, size, console)
                run.database = await version_of(core.store)
                run.results[size] = await _measure(core, console)
                await core.store.dispose()
        runs.append(run)
    return runs


@asynccontextmanager
async def place(folder: Path, server: str, size: int, *, keep: bool) -> AsyncIterator[Settings]:
    """Settings of an installation of its own, with a database on the server where there is one."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(database_on(server, f"satark_bench_{size}", keep=keep)) if server else ""
        yield Settings(
            data_dir=folder,
            database_url=SecretStr(url),
            channels="webform",
            second_factor="optional",
            count_synthetic=True,
        )


@asynccontextmanager
async def database_on(server: str, name: str, *, keep: bool) -> AsyncIterator[str]:
    admin = Store(Settings(database_url=SecretStr(server)).database)
    engine = admin.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as db:
        known = await db.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
        if known.first() is None:
            await db.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    if not keep:
        async with engine.connect() as db:
            await db.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await admin.dispose()


async def filled(settings: Settings, size: int, console: Console) -> Core:
    """An installation with so many tips. The caller disposes of its store."""
    make_keys(settings.keys)
    store = Store(settings.database)
    await migrate(store)
    await store.dispose()
    core = build_core(settings, environ={})
    async with core.store.read() as db:
        there = (await db.execute(select(func.count()).select_from(Tip))).scalar_one()
    if there != size:
        start = time.monotonic()
        await fill(core.store, core.keys, core.pack, size)
        console.print(f"{size:,} tips made in {time.monotonic() - start:.0f} s")
    return core


async def version_of(store: Store) -> str:
    ask = (
        "SELECT 'SQLite ' || sqlite_version()"
        if store.is_sqlite
        else "SELECT 'PostgreSQL ' || current_setting('server_version')"
    )
    async with store.read() as db:
        return str((await db.execute(text(ask))).scalar_one())


async def _measure(core: Core, console: Console) -> Results:
    results: Results = {}
    await settle_officers(core)
    web = build_web(core, "panel")
    for who, office in OFFICERS.items():
        async with at_desk(web, who) as client:
            desk = _Desk(core, client, office)
            async for what, measured in desk.measure():
                results[what, who] = measured
                console.print(f"{who:4} {what:26} {measured.median:8.1f} {measured.late:8.1f}")
    return results


async def settle_officers(core: Core) -> None:
    """Those who measure are there, and may have been before."""
    for who, office in OFFICERS.items():
        with suppress(LoginTaken):
            await add_officer(core.store, who, who, PASSWORD, [office], "en")


@asynccontextmanager
async def at_desk(web: Starlette, who: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which an officer is signed in."""
    transport = httpx.ASGITransport(app=web)
    async with httpx.AsyncClient(transport=transport, base_url="http://bench", timeout=60) as client:
        await client.post("/panel/sign-in", data={"login": who, "password": PASSWORD})
        yield client


async def timed(ask: Callable[[], Awaitable[object]], times: int, warm: int) -> Measured:
    """`warm` times are not counted."""
    taken = []
    for at in range(warm + times):
        start = time.perf_counter()
        await ask()
        if at >= warm:
            taken.append((time.perf_counter() - start) * 1000)
    return Measured(taken)


class _Desk:
    """An officer at a browser."""

    def __init__(self, core: Core, client: httpx.AsyncClient, office: str) -> None:
        self._core = core
        self._client = client
        self._office = office
        self._html = ""

    async def measure(self) -> AsyncIterator[tuple[str, Measured]]:
        for what, query in PAGES.items():
            yield what, await self._times(partial(self._get, f"/panel/tips?{query}"))
        yield "what is late, and where", await self._times(partial(self._get, "/panel/late"))
        yield "page 20", await self._times(await self._page_20())
        await self._get("/panel/tips")
        reference = re.findall(r'href="/panel/tips/([0-9A-Z-]{11})"', self._html)[0]
        yield "reference", await self._times(partial(self._get, f"/panel/tips?reference={reference}"))
        yield "a tip's page", await self._times(partial(self._get, f"/panel/tips/{reference}"))
        yield "live: has something come?", await self._times(self._look)
        for what, words in (("search, a rare word", RARE_WORD), ("search, nothing", "nowhere at all")):
            measured = await self._times(partial(self._search, words), TIMES_SEARCHED)
            yield what, Measured(measured.times, await self._reached())

    async def _times(self, ask: Callable[[], Awaitable[None]], times: int = TIMES) -> Measured:
        return await timed(ask, times, WARM)

    async def _get(self, path: str) -> None:
        answer = await self._client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        self._html = answer.text

    async def _page_20(self) -> Callable[[], Awaitable[None]]:
        """To the twentieth page, or the last, by the links."""
        path = "/panel/tips?"
        for _ in range(PAGE_20 - 1):
            await self._get(path)
            if older := re.search(r'rel="next" href="([^"]+)"', self._html):
                path = "/panel/tips" + older[1].replace("&amp;", "&")
        return partial(self._get, path)

    async def _look(self) -> None:
        viewer = viewer_of("bench", "", "en", [Held(self._office)], self._core.pack.parents)
        async with self._core.store.read() as db:
            await newest(db, viewer)

    async def _search(self, words: str) -> None:
        token = re.search(r'name="csrf" value="([^"]+)"', self._html)
        assert token
        answer = await self._client.post(
            "/panel/tips/search", data={"csrf": token[1], "words": words}, follow_redirects=True
        )
        assert answer.status_code == 200
        self._html = answer.text

    async def _reached(self) -> int:
        """How many of their tips the last search came to."""
        further = re.search(r'before=([^"&#]+)#list"', self._html)
        place = place_in(further[1]) if further else None
        those = (_reader.office_id == self._office) & (_reader.hour >= (place.hour if place else 0))
        async with self._core.store.read() as db:
            return int((await db.execute(select(func.count()).select_from(TipReader).where(those))).scalar_one())
