"""Fixtures for all tests, of the house and of its plugins."""

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from sqlalchemy import event, text
from sqlalchemy.engine import make_url

from satark.app import build_bench, build_core, build_web, running
from satark.panel import people
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.keys import make_keys
from satark.store.migrate import migrate

settings.register_profile("satark", deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
settings.load_profile("satark")

MONDAY = datetime(2026, 11, 23, tzinfo=timezone(timedelta(hours=5, minutes=30)))
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


@cache
def migrated() -> bytes:
    """A SQLite database that has had all migrations: they take ten times as long as copying what they make."""
    with TemporaryDirectory() as folder:
        asyncio.run(_migrate(f"sqlite:///{folder}/satark.db"))
        return Path(folder, "satark.db").read_bytes()


async def _migrate(url: str) -> None:
    store = Store(Settings(database_url=url).database)
    await migrate(store)
    await store.dispose()


@asynccontextmanager
async def _postgres(template: str = "template1") -> AsyncIterator[str]:
    """A database of its own on the server that scripts/test.sh started, made like another one. Yields its name."""
    name = f"satark_{uuid.uuid4().hex[:12]}"
    admin = Store(_server().replace("postgresql:", "postgresql+asyncpg:"))
    engine = admin.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as db:
        await db.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield name
    async with engine.connect() as db:
        await db.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await admin.dispose()


def _server() -> str:
    server = os.environ.get("SATARK_TEST_POSTGRES_URL")
    assert server, "SATARK_TEST_POSTGRES_URL is not set; run the tests with `make test`"
    return server


def _url_of(database: str) -> str:
    return make_url(_server()).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """The name of a PostgreSQL database that has had all migrations."""
    with asyncio.Runner() as runner:
        made = _postgres()
        name = runner.run(made.__aenter__())
        runner.run(_migrate(_url_of(name)))
        yield name
        runner.run(made.__aexit__(None, None, None))


@asynccontextmanager
async def postgres_at(template: str) -> AsyncIterator[str]:
    """The URL of a PostgreSQL database made like the template, for fixtures that outlive one test."""
    async with _postgres(template) as name:
        yield _url_of(name)


@pytest.fixture
async def postgres_url(postgres_template: str) -> AsyncIterator[str]:
    """A PostgreSQL database with all tables, and nothing in them."""
    async with postgres_at(postgres_template) as url:
        yield url


@pytest.fixture
async def empty_postgres_url() -> AsyncIterator[str]:
    """A PostgreSQL database without tables."""
    async with _postgres() as name:
        yield _url_of(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with all tables, and nothing in them; once of each kind."""
    if request.param == "sqlite":
        (tmp_path / "satark.db").write_bytes(migrated())
        return f"sqlite:///{tmp_path}/satark.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/satark.db"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture(autouse=True, scope="session")
def real_hasher() -> Iterator[PasswordHasher]:
    """The hasher of passwords as it is in earnest. Each password costs it 64 MiB and a tenth of a second, and the tests
    have thousands."""
    real, nobody = people._hasher, people._NOBODY
    people._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    people._NOBODY = people._hasher.hash("nobody")
    yield real
    people._hasher, people._NOBODY = real, nobody


class Watch:
    """The clock of the house, which stands where the test puts it. `passed` is how long the test let time pass: whoever
    only puts `seconds` elsewhere sets the clock, and no time passes."""

    def __init__(self) -> None:
        self.seconds = 0
        self.passed = 0

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.seconds += seconds
        self.passed += seconds

    def as_time(self) -> SimpleNamespace:
        """What stands for the module `time`."""
        return SimpleNamespace(time=lambda: self.seconds, monotonic=lambda: self.passed)

    def put(self, moment: datetime) -> None:
        self.seconds = int(moment.timestamp())

    @property
    def hour(self) -> int:
        """Hours since 1970 in India."""
        return (self.seconds + 19800) // 3600


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """It begins at midnight of a Monday in India."""
    made = Watch()
    made.put(MONDAY)
    monkeypatch.setattr("satark.store.clock.time", made.as_time())
    return made


class House:
    """A whole Satark in this process: both applications and the jobs, without Redis; `work` does what the worker would."""

    def __init__(self, core: Any, web: Any) -> None:
        self.core = core
        self.web = web
        self.bench = build_bench(core)

    async def work(self) -> None:
        from satark.delivery.courier import deliver_due
        from satark.evidence.leftovers import discard_due
        from satark.evidence.preparing import prepare_due
        from satark.tips.indexing import index_due

        fetch = self.bench.providers.fetch
        while await prepare_due(self.core.keeper, fetch, 2**24) + await deliver_due(self.bench.courier):
            pass
        await discard_due(self.core.store, self.bench.providers.discard)
        await index_due(self.bench.indexer)


@asynccontextmanager
async def served(app: Any, **config: Any) -> AsyncIterator[str]:
    """An application on a port of its own, with what else uvicorn is told. Yields its address."""
    # Named as TCP, or asyncio does not switch off Nagle's algorithm, and each answer waits 40 ms.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="off", **config))
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
    if not database and not (at := folder / "satark.db").exists():
        at.write_bytes(await asyncio.to_thread(migrated))
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


def reads_of(house: House) -> list[str]:
    """The queries that are asked from now on, but for those that the house asks by itself. What is written is none: a
    session notes once a minute that it lives."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        task = asyncio.current_task()
        by_itself = task is not None and task.get_name() in ("the jurisdiction", "the door")
        if statement.startswith(("SELECT", "WITH")) and not by_itself:
            asked.append(statement)

    event.listen(house.core.store.engine.sync_engine, "before_cursor_execute", note)
    return asked
