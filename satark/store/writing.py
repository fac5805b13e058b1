"""Collects rows and writes them set by set: one INSERT a table, however many rows.

All columns are text, numbers and bytes, which the drivers take as they are: a statement is put together once, and values go
past SQLAlchemy, which took two thirds of the time that it took to write them (`satark bench intake`).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

Row = dict[str, Any]

_DRIVERS: dict[str, Any] = {"postgresql": PGDialect_asyncpg, "sqlite": SQLiteDialect_aiosqlite}


@cache
def _defaults(table: type[SQLModel]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    """What a column holds where nothing is said: a value, or what makes one."""
    fields = {name: field for name, field in table.model_fields.items() if not field.is_required()}
    made: dict[str, Any] = {name: field.default_factory for name, field in fields.items() if field.default_factory}
    return {name: field.default for name, field in fields.items() if name not in made}, made


class Rows:
    """Rows to insert, by table, in the order their tables first appeared."""

    def __init__(self) -> None:
        self._by_table: dict[type[SQLModel], list[dict[str, Any]]] = defaultdict(list)

    def add(self, *rows: SQLModel) -> None:
        for row in rows:
            self._by_table[type(row)].append(row.model_dump())

    def put(self, table: type[SQLModel], **values: Any) -> dict[str, Any]:
        """A row of plain values: to make an object of its table takes longer than to write it. Returns all of it."""
        fixed, made = _defaults(table)
        row = {**fixed, **{name: make() for name, make in made.items() if name not in values}, **values}
        self._by_table[table].append(row)
        return row

    async def write(self, db: AsyncConnection) -> None:
        for table, rows in self._by_table.items():
            await write_rows(db, table, rows)


async def write_rows(
    db: AsyncConnection, table: type[SQLModel], rows: Sequence[Row], key: str = "", replaced: tuple[str, ...] = ()
) -> None:
    """Rows that all have the same columns. Where one with the `key` is there, these columns of it are `replaced`."""
    statement, values_of = _put_together(db.dialect.name, table, tuple(rows[0]), key, replaced)
    await db.exec_driver_sql(statement, [values_of(row) for row in rows])


@cache
def _put_together(
    dialect: str, table: type[SQLModel], columns: tuple[str, ...], key: str, replaced: tuple[str, ...]
) -> tuple[str, Callable[[Row], tuple[Any, ...]]]:
    """The statement in a driver's terms, and what makes its parameters of a row. No table has one column alone."""
    insert = _insert(dialect, table)
    if key:
        insert = insert.on_conflict_do_update(
            index_elements=[key], set_={name: insert.excluded[name] for name in replaced}
        )
    compiled: Any = insert.compile(dialect=_DRIVERS[dialect](), column_keys=columns)
    return str(compiled), itemgetter(*compiled.positiontup)


def upsert(db: AsyncConnection, table: type[SQLModel]) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the connection."""
    return _insert(db.dialect.name, table)


def _insert(dialect: str, table: type[SQLModel]) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)
