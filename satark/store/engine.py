"""The database: one engine, one way to write.

SQLite writes under BEGIN IMMEDIATE, so that a transaction never fails at its end for a lock it could have had at its
start; freed pages are overwritten (`secure_delete`), for what is destroyed must be gone.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from satark.store.sqlite import OneCallDriver, listen_for_what_comes_before
from satark.store.urls import for_engine, readable

# How long a statement waits for the database, in milliseconds, and how long what can be done later.
PATIENCE = 10_000
A_MOMENT = 1000
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={PATIENCE}",
    # Pages that many messages write are brought back to their places for all of them together: 16 MB of log, as far as one
    # table of its index reaches (https://www.sqlite.org/walformat.html).
    "PRAGMA wal_autocheckpoint=4000",
    # A page of the list looks at thousands of rows here and there: reading them from memory costs no call each.
    "PRAGMA mmap_size=2147418112",
)


class Store:
    """The database behind a URL. `read` and `write` give a connection inside a transaction."""

    def __init__(self, url: str) -> None:
        self.url = readable(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Parameters hold sealed content and keyed hashes: no error message may carry them.
        own: dict[str, Any] = {"module": OneCallDriver()} if self.is_sqlite else {"pool_pre_ping": True}
        bare, arguments = for_engine(url)
        self.engine: AsyncEngine = create_async_engine(bare, hide_parameters=True, connect_args=arguments, **own)
        if self.is_sqlite:
            self._prepare_sqlite()

    def _prepare_sqlite(self) -> None:
        @event.listens_for(self.engine.sync_engine, "connect")
        def configure(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in PRAGMAS:
                cursor.execute(pragma)
            cursor.close()

        listen_for_what_comes_before(self.engine.sync_engine)

        @event.listens_for(self.engine.sync_engine, "begin")
        def begin(connection: Connection) -> None:
            mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
            if mode:
                connection.exec_driver_sql(f"BEGIN {mode}")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits when the block ends, and holds the write lock from its start on SQLite."""
        async with self.engine.connect() as plain:
            connection = await plain.execution_options(sqlite_begin="IMMEDIATE")
            async with connection.begin():
                yield connection

    async def scrub(self) -> None:
        """Leave nothing of what was deleted in SQLite's log: its pages are written back, and it is cut to nothing. Where
        somebody reads for longer than a moment, the next purge does it."""
        if self.is_sqlite:
            async with self._alone() as connection:
                await connection.exec_driver_sql(f"PRAGMA busy_timeout={A_MOMENT}")
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                await connection.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE}")

    async def vacuum(self, tables: Iterable[str]) -> None:
        """Take the room of deleted rows away. SQLite may have left copies in the gaps of its pages when it moved rows, so
        the whole file is written anew; PostgreSQL frees these tables, where the role owns them."""
        async with self._alone() as connection:
            await connection.exec_driver_sql("VACUUM" if self.is_sqlite else f"VACUUM {', '.join(sorted(tables))}")
        await self.scrub()

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[AsyncConnection]:
        """A connection outside of any transaction."""
        async with self.engine.connect() as plain:
            yield await plain.execution_options(sqlite_begin="", isolation_level="AUTOCOMMIT")

    def insert(self, table: Any) -> Any:
        """An INSERT that knows ON CONFLICT, in the dialect at hand."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def dispose(self) -> None:
        await self.engine.dispose()
