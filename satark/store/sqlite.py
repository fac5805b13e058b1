"""SQLite with one call of its thread a statement.

aiosqlite runs each connection in a thread, and SQLAlchemy asks that thread four times a statement: for a cursor, to execute,
to fetch, to close. Under load these hand-overs took a quarter of the gateway's time (`satark bench intake`); all four at
once take one.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiosqlite
from sqlalchemy import Engine, event
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util.concurrency import await_

BEFORE = "satark_before"
"""The execution option with which a statement brings others, each with a list of parameters, that are run before it in the
same call of the thread."""

Step = tuple[str, Sequence[Any]]


@dataclass
class Ran:
    """What a cursor knows after its statement: the names of its columns, and DB-API's counts (PEP 249)."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    arraysize: int = 1

    def close(self) -> None:
        """It was closed where it ran."""


def _run(connection: sqlite3.Connection, many: bool, statement: str, parameters: Any) -> tuple[Ran, list[Any]]:
    cursor = connection.executemany(statement, parameters) if many else connection.execute(statement, parameters)
    try:
        rows = cursor.fetchall() if cursor.description else []
        return Ran(cursor.description, cursor.rowcount, cursor.lastrowid), rows
    finally:
        cursor.close()


def _run_each(connection: sqlite3.Connection, steps: Sequence[Step]) -> tuple[Ran, list[Any]]:
    for statement, parameters in steps:
        ran = _run(connection, True, statement, parameters)
    return ran


class OneCallCursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ()

    _awaitable_cursor_close = False

    def _make_new_cursor(self, connection: Any) -> Any:  # noqa: ARG002 - there is none before there is a statement
        return Ran()

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        await self._in_thread(_run, False, operation, parameters or ())

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        await self._in_thread(_run, True, operation, seq_of_parameters)

    def execute_each(self, steps: Sequence[Step]) -> None:
        """Statements with a list of parameters each."""
        try:
            await_(self._in_thread(_run_each, steps))
        except Exception as error:  # noqa: BLE001 - it is raised again, as SQLAlchemy knows it
            self._adapt_connection._handle_exception(error)

    async def _in_thread(self, run: Callable[..., tuple[Ran, list[Any]]], *what: Any) -> None:
        connection: Any = self._connection
        async with self._adapt_connection._execute_mutex:
            ran = await connection._execute(run, connection._conn, *what)
        self._cursor, rows = ran
        self._rows = deque(rows)


class OneCallConnection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ("_closing",)

    _cursor_cls = OneCallCursor

    async def _terminate_graceful_close(self) -> None:
        self._closing = True
        await super()._terminate_graceful_close()

    def _terminate_force_close(self) -> None:
        """aiosqlite's thread answers who stops it once, and never a second time: where it is being closed already, for
        somebody who was cancelled and is cancelled again, a loop that ends would wait for that answer for ever."""
        if not getattr(self, "_closing", False):
            super()._terminate_force_close()

    def rollback(self) -> None:
        """Asked for whenever a connection goes back to its pool: mostly there is nothing left to roll back."""
        driver: Any = self._connection
        if driver._connection and driver.in_transaction:
            super().rollback()


class OneCallDriver(AsyncAdapt_aiosqlite_dbapi):
    """For `create_async_engine(module=…)`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> OneCallConnection:
        return OneCallConnection(self, super().connect(*arg, **kw)._connection)


def listen_for_what_comes_before(engine: Engine) -> None:
    """SQLAlchemy has an event for a list of parameters and another for a list of one. Each returns whether it did it all."""

    def do_executemany(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        before = context.execution_options.get(BEFORE)
        if before is not None:
            cursor.execute_each([*before, (statement, parameters)])
        return before is not None

    def do_execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        return do_executemany(cursor, statement, [parameters], context)

    event.listen(engine, "do_executemany", do_executemany)
    event.listen(engine, "do_execute", do_execute)
