"""Collects rows and writes them set by set: one INSERT a table, however many rows."""

from collections import defaultdict
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel


class Rows:
    """Rows to insert, by table, in the order their tables first appeared."""

    def __init__(self) -> None:
        self._by_table: dict[type[SQLModel], list[dict[str, Any]]] = defaultdict(list)

    def add(self, *rows: SQLModel) -> None:
        for row in rows:
            self._by_table[type(row)].append(row.model_dump())

    async def write(self, db: AsyncConnection) -> None:
        for table, rows in self._by_table.items():
            await db.execute(insert(table), rows)


def upsert(db: AsyncConnection, table: type[SQLModel]) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the connection."""
    return (postgresql if db.dialect.name == "postgresql" else sqlite).insert(table)
