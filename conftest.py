"""Fixtures for all tests, of the house and of its plugins."""

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from hypothesis import HealthCheck, settings
from sqlalchemy import text
from sqlalchemy.engine import make_url

from satark.app import build_bench, build_core, build_web, running
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.keys import make_keys
from satark.store.migrate import migrate

settings.register_profile("satark", deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
settings.load_profile("satark")

LOOPBACK = ("127.", "::1", "localhost")
_connect = socket.socket.connect


@pytest.fixture(autouse=True, scope="session")
def no_other_host() -> Iterator[None]:
    """No test reaches another machine."""

    def connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test wants to reach {address[0]}")
        _connect(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign]
    yield
    socket.socket.connect = _connect  # type: ignore[method-assign]


@pytest.fixture
async def postgres_url() -> AsyncIterator[str]:
    """A database of its own on the server that scripts/test.sh started."""
    server = os.environ.get("SATARK_TEST_POSTGRES_URL")
    assert server, "SATARK_TEST_POSTGRES_URL is not set; run the tests with `make test`"
    name = f"satark_{uuid.uuid4().hex[:12]}"
    admin = Store(server.replace("postgresql:", "postgresql+asyncpg:"))
    engine = admin.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as db:
        await db.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    async with engine.connect() as db:
        await db.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database URL, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/satark.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


class House:
    """A whole Satark in this process: both applications and the jobs, without Redis; `work` does what the worker would."""

    def __init__(self, core: Any, web: Any) -> None:
        self.core = core
        self.web = web
        self.bench = build_bench(core)

    async def work(self) -> None:
        from satark.delivery.courier import deliver_due
        from satark.evidence.preparing import prepare_due
        from satark.jobs.worker import Fetcher

        while await prepare_due(self.core.keeper, Fetcher(self.bench), 2**24) + await deliver_due(self.bench.courier):
            pass


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """An application on a port of its own. Yields its address."""
    # Named as TCP, or asyncio does not switch off Nagle's algorithm, and each answer waits 40 ms.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


@asynccontextmanager
async def house_at(
    folder: Path, database: str = "", pool: Any = None, environ: Mapping[str, str] | None = None, **plugins: object
) -> AsyncIterator[House]:
    """A house with its data in a folder. `pool` is its Redis, if any; `environ` the settings of channels; plugins
    besides the first ones by their names."""
    config = Settings(data_dir=folder, database_url=database, channels="auto,simulator", second_factor="optional")
    environ = environ or {}
    make_keys(config.keys)
    store = Store(config.database)
    await migrate(store)
    await store.dispose()
    core = build_core(config, pool, plugins, environ=environ)
    web = build_web(core, environ=environ)
    async with running(core, web):
        yield House(core, web)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_at(tmp_path) as made:
        yield made


@pytest.fixture
async def both_houses(tmp_path: Path, database: str) -> AsyncIterator[House]:
    """A house on SQLite, and one on PostgreSQL."""
    async with house_at(tmp_path, database) as made:
        yield made
