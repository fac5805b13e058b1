"""Collects rows and writes them set by set: one INSERT a table, however many rows.

All columns are text, numbers and bytes, which the drivers take as they are: a statement is put together once, and values go
past SQLAlchemy, which took two thirds of the time that it took to write them (`satark bench intake`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from operator import itemgetter
from typing import Any

from sqlalchemy import ARRAY, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from satark.store.among import as_driver_has_it
from satark.store.postgresql import Write, in_one_statement
from satark.store.sqlite import BEFORE

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
        script = Script(db)
        script.insert(self)
        await script.run()

    def __iter__(self) -> Iterator[tuple[type[SQLModel], list[Row]]]:
        return iter(self._by_table.items())


class Script:
    """Writes whose outcome nobody waits for, in their order, on a connection in its transaction: on SQLite in one call of
    its thread, where each call costs as much as writing ten rows, on PostgreSQL in few statements."""

    def __init__(self, db: AsyncConnection) -> None:
        self._db = db
        self._steps: list[Write] = []

    @property
    def rewrites_indexes(self) -> bool:
        """Whether an index is written anew as soon as its column is named, with another value or not."""
        return self._db.dialect.name == "sqlite"

    def do(self, statement: Any, **values: Any) -> None:
        """An UPDATE or DELETE that is made once, with the values of its parameters: text, numbers, lists of text."""
        written, fixed = _written(self._db.dialect.name, statement)
        given = (values.get(name, value) for name, value in fixed)
        rows = [tuple(self._parameter(value) for value in given)]
        self._steps.append(Write(statement.table.name, written, rows))

    def _parameter(self, value: Any) -> Any:
        return as_driver_has_it(self._db.dialect.name, value) if isinstance(value, list) else value

    def insert(self, rows: Rows) -> None:
        for table, some in rows:
            self.put(table, some)

    def put(self, table: type[SQLModel], rows: Sequence[Row], key: str = "", replaced: tuple[str, ...] = ()) -> None:
        """Rows that all have the same columns. Where one with the `key` is there, these columns of it are `replaced`; of two
        rows with one key the last counts."""
        if key:
            rows = list({row[key]: row for row in rows}.values())
        if rows:
            written, parameters_of = _insert_of(self._db.dialect.name, table, tuple(rows[0]), key, replaced)
            self._steps.append(Write(str(table.__tablename__), written, parameters_of(rows)))

    async def run(self) -> None:
        if self._db.dialect.name == "sqlite":
            await self._run_in_one_call()
            return
        for statement, values in in_one_statement(self._steps):
            await self._db.exec_driver_sql(statement, values)

    async def _run_in_one_call(self) -> None:
        if self._steps:
            *before, last = [(step.statement, step.rows) for step in self._steps]
            await self._db.exec_driver_sql(*last, execution_options={BEFORE: before})


@cache
def _written(dialect: str, statement: Any) -> tuple[str, Sequence[tuple[str, Any]]]:
    """A statement in a driver's terms, and its parameters in their order: names, and values where the statement has them."""
    compiled: Any = statement.compile(dialect=_DRIVERS[dialect]())
    return str(compiled), [(name, compiled.params[name]) for name in compiled.positiontup]


@cache
def _insert_of(
    dialect: str, table: type[SQLModel], columns: tuple[str, ...], key: str, replaced: tuple[str, ...]
) -> tuple[str, Callable[[Sequence[Row]], Sequence[Any]]]:
    """The statement in a driver's terms, and what makes its parameters of rows. No table has one column alone."""
    insert = _insert(dialect, table)
    if dialect == "postgresql":
        insert = insert.from_select(columns, _unnested(table, columns), include_defaults=False)
    if key:
        insert = insert.on_conflict_do_update(
            index_elements=[key], set_={name: insert.excluded[name] for name in replaced}
        )
    compiled: Any = insert.compile(dialect=_DRIVERS[dialect](), column_keys=columns)
    if dialect == "postgresql":
        return str(compiled), partial(_by_column, compiled.positiontup)
    return str(compiled), partial(_by_row, itemgetter(*compiled.positiontup))


def _unnested(table: Any, columns: Sequence[str]) -> Any:
    """The rows of one list a column: PostgreSQL takes them with a fifth of the work that it has with one after the other."""
    lists = [bindparam(name, type_=ARRAY(table.__table__.c[name].type)) for name in columns]
    return select(func.unnest(*lists).table_valued(*columns, name="rows").render_derived())


def _by_column(columns: Sequence[str], rows: Sequence[Row]) -> Sequence[Any]:
    return [tuple([row[name] for row in rows] for name in columns)]


def _by_row(values_of: Callable[[Row], Any], rows: Sequence[Row]) -> Sequence[Any]:
    return [values_of(row) for row in rows]


def upsert(db: AsyncConnection, table: type[SQLModel]) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the connection."""
    return _insert(db.dialect.name, table)


def _insert(dialect: str, table: type[SQLModel]) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)
