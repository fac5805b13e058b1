"""Runs the processes of an installation, each by itself: together they are everything.py's."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import typer
import uvicorn
from arq.connections import ArqRedis
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError
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
from satark.tips.audit import note_command
from satark.web.connections import Patience, fitting, protocol

if TYPE_CHECKING:
    from satark.jobs.worker import Bench


log = logging.getLogger(__name__)


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
            await close_demo(core)
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


async def close_demo(core: Core) -> None:
    """Where the panel is at a public address, nobody comes in with a password of the demo, which everybody knows."""
    from satark.commands.demo import close_accounts

    if core.settings.secure and "officers.key" in core.keys:
        try:
            closed = await close_accounts(core)
        except (DBAPIError, OSError) as error:
            log.error("it was not looked whether there are accounts of the demo (%s)", type(error).__name__)
            return
        if closed:
            log.warning("accounts of the demo, with passwords that everybody knows, were switched off: %d", closed)


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
        before, after = await migrate(store)
        if before != after:
            async with store.write() as db:
                await note_command(db, "migrate", detail=f"{before or 'nothing'} to {after}")
        if roles:
            await _make_roles(store, roles)
    finally:
        await store.dispose()


async def _make_roles(store: Store, prefix: str) -> None:
    for role in await make_roles(store, prefix):
        typer.echo(f"Role {role} has its rights.")
    async with store.write() as db:
        await note_command(db, "migrate roles", detail=prefix)


async def load_demo(settings: Settings) -> None:
    """Raises PublicDemo."""
    from satark.commands.demo import load

    core = build_core(settings)
    try:
        for login, password, office in await load(core):
            typer.echo(f"{login} {password} {office}")
    finally:
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
