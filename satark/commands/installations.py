"""Installations that are made to be measured, each of its own, and the processes that run on them."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import SecretStr
from sqlalchemy import text

from satark.app import build_core
from satark.channels.spec import Channel
from satark.commands.bench import database_on, version_of
from satark.core import Core
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.keys import make_keys
from satark.store.migrate import migrate

CHANNEL = "whatsapp"
# An account that does not exist. No limit of its sending: the stand-in takes what it gets.
ACCOUNT = {
    "SATARK_WHATSAPP_TOKEN": "a-token",
    "SATARK_WHATSAPP_PHONE_NUMBER_ID": "100000000000001",
    "SATARK_WHATSAPP_APP_SECRET": "an-app-secret",
    "SATARK_WHATSAPP_VERIFY_TOKEN": "a-verify-token",
    "SATARK_WHATSAPP_SENDS_PER_SECOND": "0",
}
SYNCHRONOUS = ("OFF", "NORMAL", "FULL", "EXTRA")
PATIENCE = 120.0
"""How long something may take that is no measurement, in seconds."""


@dataclass(frozen=True)
class Place:
    """An installation to be measured."""

    settings: Settings
    environ: Mapping[str, str]
    version: str
    core: Core

    @property
    def channel(self) -> Channel:
        return self.core.registry.channels[CHANNEL]


@asynccontextmanager
async def installed(folder: Path, server: str) -> AsyncIterator[Place]:
    """Its folder is made anew; its database on a server is dropped in the end."""
    api = f"http://127.0.0.1:{free_port()}"
    environ = {
        **ACCOUNT,
        "SATARK_WHATSAPP_API_URL": api,
        "SATARK_DATA_DIR": str(folder),
        "SATARK_CHANNELS": CHANNEL,
    }
    name = f"satark_bench_intake_{os.getpid()}"
    async with database_on(server, name, keep=False) if server else _nothing() as url:
        environ["SATARK_DATABASE_URL"] = url
        settings = Settings(data_dir=folder, database_url=SecretStr(url), channels=CHANNEL)
        make_keys(settings.keys)
        store = Store(settings.database)
        await migrate(store)
        version = await version_of(store) + await _durability(store)
        await store.dispose()
        core = build_core(settings, environ=environ)
        yield Place(settings, environ, version, core)
        await core.store.dispose()


async def _durability(store: Store) -> str:
    async with store.read() as db:
        if store.is_sqlite:
            return f", synchronous={SYNCHRONOUS[(await db.execute(text('PRAGMA synchronous'))).scalar_one()]}"
        return f", fsync {(await db.execute(text('SHOW fsync'))).scalar_one()}"


@asynccontextmanager
async def _nothing() -> AsyncIterator[str]:
    yield ""


def free_port() -> int:
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        port: int = probing.getsockname()[1]
        return port


@asynccontextmanager
async def serving(
    environ: Mapping[str, str], *command: str, port: int = 0, ready: str = "/readyz"
) -> AsyncIterator["Process"]:
    """A process of Satark's, until it is no longer wanted. Where it has a port, it is there once it answers for `ready`."""
    env = {**os.environ, **environ, "SATARK_PORT": str(port)}
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", *command, env=env, stdout=quiet)
    try:
        if port:
            await _answers(port, ready)
        yield Process(process.pid, port)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answers(port: int, path: str) -> None:
    until = time.monotonic() + PATIENCE
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        while time.monotonic() < until:
            try:
                if (await client.get(path)).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.01)
    raise TimeoutError("a process did not start")


@dataclass(frozen=True)
class Process:
    pid: int
    port: int

    def seconds(self) -> float:
        """Of processor time, so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def gateway(place: Place) -> AbstractAsyncContextManager[Process]:
    return serving(place.environ, "satark.cli", "web", "--only", "gateway", port=free_port())


def peer(place: Place, name: str) -> AbstractAsyncContextManager[Process]:
    port = free_port()
    return serving(place.environ, "satark.commands.peers", name, str(port), port=port)
