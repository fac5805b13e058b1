"""Collects rows and writes them set by set: one INSERT a table, however many rows."""

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel


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
            await db.execute(insert(table), rows)


def upsert(db: AsyncConnection, table: type[SQLModel]) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the connection."""
    return (postgresql if db.dialect.name == "postgresql" else sqlite).insert(table)
