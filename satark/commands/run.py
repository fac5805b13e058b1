"""Runs the processes of an installation, together or apart."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

import uvicorn
from arq.connections import ArqRedis
from pydantic import SecretStr
from rich.console import Console
from starlette.applications import Starlette

from satark.app import build_bench, build_core, build_web, connect, running
from satark.commands.demo import load
from satark.commands.loop import spare_what_is_there
from satark.core import Core
from satark.jobs.redis import PrivateRedis
from satark.jobs.worker import work
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.health import Health
from satark.store.keys import make_keys
from satark.store.migrate import migrate
from satark.store.roles import make_roles

console = Console()


@asynccontextmanager
async def redis_for(settings: Settings) -> AsyncIterator[ArqRedis]:
    """A connection to the Redis that the settings name, else to a private one that lives as long as the block."""
    private = None
    if not settings.redis_url.get_secret_value():
        private = PrivateRedis(settings.data_dir)
        await private.start()
        settings = settings.model_copy(update={"redis_url": SecretStr(private.url)})
    pool = await connect(settings)
    try:
        yield pool
    finally:
        await pool.aclose()
        if private is not None:
            await private.stop()


async def everything(settings: Settings, plugins: Mapping[str, object] | None = None) -> None:
    """Web, worker and cron in one process, on an installation that is made where there is none. Its numbers count the demo,
    if nobody says otherwise."""
    if "count_synthetic" not in settings.model_fields_set:
        settings = settings.model_copy(update={"count_synthetic": True})
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_keys(settings.keys)
    await migrate_database(settings)
    async with redis_for(settings) as pool:
        core = build_core(settings, pool, plugins, speaks=True)
        accounts = await load(core)
        web_app = build_web(core)
        async with running(core, web_app):
            await _note_channels(core)
            _greet(core, accounts)
            working = asyncio.create_task(work(build_bench(core), pool), name="the worker")
            await _serve(web_app, settings)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


def _greet(core: Core, accounts: list[tuple[str, str, str]]) -> None:
    url = core.settings.public_url
    console.print(f"\n[bold]Satark[/bold] · citizens: {url}/ · police: {url}/panel/")
    console.print("Channels on: " + ", ".join(core.registry.channels))
    for name, trouble in core.registry.troubles.items():
        console.print(f"Channel {name} {trouble}")
    for login, password, office in accounts:
        console.print(f"  {login:<10} {password:<14} {office}")
    console.print("Ctrl-C stops all of it.\n")


async def web(settings: Settings, only: str) -> None:
    async with redis_for(settings) as pool:
        core = build_core(settings, pool)
        web_app = build_web(core, only)
        async with running(core, web_app):
            await _note_channels(core)
            await _serve(web_app, settings)


async def worker(settings: Settings) -> None:
    """Runs until SIGINT or SIGTERM. Raises what the worker cannot go on after, so that a supervisor starts another."""
    stop = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    async with redis_for(settings) as pool:
        core = build_core(settings, pool)
        async with running(core, build_web(core, "gateway", listens=False)):
            await _note_channels(core)
            working = asyncio.create_task(work(build_bench(core), pool))
            working.add_done_callback(lambda _: stop.set())
            await stop.wait()
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working


async def _note_channels(core: Core) -> None:
    """Tell the panel, wherever it runs, which channels are on here and why others are not."""
    if core.registry.started:
        await Health(core.store).note_troubles(core.registry.channels, core.registry.troubles)


async def migrate_database(settings: Settings, roles: str = "") -> None:
    """Bring the database to this version; where `roles` is a prefix, give each process its role. Raises NotThere."""
    store = Store(settings.database)
    try:
        await migrate(store)
        for role in await make_roles(store, roles) if roles else ():
            console.print(f"Role {role} has its rights.")
    finally:
        await store.dispose()


async def load_demo(settings: Settings) -> None:
    core = build_core(settings)
    accounts = await load(core)
    for login, password, office in accounts:
        console.print(f"{login} {password} {office}")
    await core.store.dispose()


class Server(uvicorn.Server):
    """Ends at SIGINT and SIGTERM, and lets what runs beside it end in order too."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(one, self.handle_exit, one, None)
        yield


async def _serve(app: Starlette, settings: Settings) -> None:
    """No access log: it would hold addresses."""
    spare_what_is_there()
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=3,
    )
    await Server(config).serve()
