"""Runs the processes of an installation, each by itself: together they are everything.py's."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import typer
import uvicorn
from arq.connections import ArqRedis
from pydantic import SecretStr
from starlette.applications import Starlette

from satark.app import add_process_checks, build_bench, build_core, build_web, connect, running
from satark.commands.loop import spare_what_is_there, starting
from satark.core import Core
from satark.jobs.redis import PrivateRedis
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.health import Health
from satark.store.keys import WrongKeys
from satark.store.migrate import migrate
from satark.store.roles import make_roles
from satark.web.connections import Patience, fitting, protocol

if TYPE_CHECKING:
    from satark.jobs.worker import Bench


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


async def web(settings: Settings, only: str) -> None:
    async with redis_for(settings) as pool:
        with starting():
            core = build_core(settings, pool)
            web_app = build_web(core, only)
        async with running(core, web_app), watched(core):
            await note_channels(core)
            await serve(web_app, settings)


async def worker(settings: Settings) -> None:
    """Runs until SIGINT or SIGTERM. Raises what the worker cannot go on after, so that a supervisor starts another."""
    stop = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    async with redis_for(settings) as pool:
        with starting():
            core = build_core(settings, pool)
            door, bench = build_web(core, "gateway", listens=False), build_bench(core)
            add_process_checks(core, "worker")
        async with running(core, door), watched(core):
            await note_channels(core)
            working = asyncio.create_task(_work(bench, pool))
            working.add_done_callback(lambda _: stop.set())
            await stop.wait()
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working


async def _work(bench: "Bench", pool: ArqRedis) -> None:
    """Once the keys are known to be right. Raises WrongKeys."""
    from satark.jobs.worker import work

    if refusal := await bench.core.readiness.decided():
        raise WrongKeys(refusal)
    await work(bench, pool)


@asynccontextmanager
async def watched(core: Core) -> AsyncIterator[None]:
    """The log is told what is not well, while the block runs."""
    watching = asyncio.create_task(core.readiness.watch(), name="the readiness")
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def note_channels(core: Core) -> None:
    """Tell the panel, wherever it runs, which channels are on here and why others are not."""
    if core.registry.started:
        await Health(core.store).note_troubles(core.registry.channels, core.registry.troubles)


async def migrate_database(settings: Settings, roles: str = "") -> None:
    """Bring the database to this version; where `roles` is a prefix, give each process its role. Raises NotThere."""
    store = Store(settings.database)
    try:
        await migrate(store)
        for role in await make_roles(store, roles) if roles else ():
            typer.echo(f"Role {role} has its rights.")
    finally:
        await store.dispose()


async def load_demo(settings: Settings) -> None:
    from satark.commands.demo import load

    core = build_core(settings)
    accounts = await load(core)
    for login, password, office in accounts:
        typer.echo(f"{login} {password} {office}")
    await core.store.dispose()


class Server(uvicorn.Server):
    """Ends at SIGINT and SIGTERM, and lets what runs beside it end in order too."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(one, self.handle_exit, one, None)
        yield


async def serve(app: Starlette, settings: Settings) -> None:
    """No access log: it would hold addresses."""
    spare_what_is_there()
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=protocol(fitting(Patience(most=settings.connections))),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=3,
    )
    await Server(config).serve()
