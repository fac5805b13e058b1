"""A database of any version that ever was is brought to this one: its rows are there, as they were, and its tables are those
of a new one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    insert,
    select,
    text,
)
from sqlmodel import SQLModel

from satark.settings import Settings
from satark.store.engine import Store
from satark.store.migrate import config_for, migrate
from tests.store.test_migrate import difference

HOURS = {
    "tip": ("hour", "changed_hour", "destroyed"), "status_change": ("hour",), "tip_reader": ("hour", "fresh_hour"),
    "recusal": ("hour",), "tip_hold": ("hour",), "check_mark": ("hour",), "message": ("hour",), "letter_words": ("hour",),
    "evidence": ("hour",), "upload": ("expires",), "channel_health": ("in_hour", "out_hour", "failed_hour"),
    "return_address": ("heard_hour",), "post": ("since", "until"), "audience": ("counted",),
}  # fmt: skip
LIMITS = {"tip": ("due_hour", "next_hour"), "tip_reader": ("due_hour",)}
BOOKKEEPING = "alembic_version"
# What a migration changes on purpose, column by column.
CHANGED = {"evidence.due"}


def versions(connection: Connection) -> list[str]:
    """The oldest first."""
    found = ScriptDirectory.from_config(config_for(connection)).walk_revisions()
    return [one.revision for one in found][::-1]


@dataclass(frozen=True)
class Kept:
    """A row that was written at a version: where it is, and what is in it."""

    version: str
    table: str
    key: tuple[tuple[str, Any], ...]
    values: dict[str, Any]


def filler(column: Column[Any], version: str, number: int) -> Any:
    """Something of the column's type, another for each version. What points to another row finds the one of its version."""
    match column.type:
        case Boolean():
            return True
        case Integer():
            return number
        case Float():
            return number + 0.5
        case LargeBinary():
            return f"sealed at {version}".encode()
        case DateTime():
            return datetime(2026, 11, number)
    return version


def fill(connection: Connection, version: str, number: int) -> list[Kept]:
    """One row in each table, those first that others point to."""
    tables = MetaData()
    tables.reflect(connection)
    rows = []
    for table in tables.sorted_tables:
        if table.name != BOOKKEEPING:
            values = {column.name: filler(column, version, number) for column in table.columns}
            connection.execute(insert(table).values(**values))
            key = tuple((column.name, values[column.name]) for column in table.primary_key)
            rows.append(Kept(version, table.name, key, values))
    return rows


def found(connection: Connection, row: Kept) -> Any:
    table: Table = SQLModel.metadata.tables[row.table]
    return (
        connection.execute(select(table).where(*(table.c[name] == value for name, value in row.key))).mappings().one()
    )


def step_up(connection: Connection) -> list[Kept]:
    """From one version to the next, and at each some rows are written."""
    rows = []
    for number, version in enumerate(versions(connection), 1):
        command.upgrade(config_for(connection), version)
        if version.endswith("hours_of_the_zone"):
            rows = [in_the_zone(row) for row in rows]
        rows += fill(connection, version, number)
    return rows


def in_the_zone(row: Kept) -> Kept:
    """The row with its hours of UTC counted in the jurisdiction's zone."""
    ahead = {**dict.fromkeys(HOURS.get(row.table, ()), 5), **dict.fromkeys(LIMITS.get(row.table, ()), 6)}
    key = tuple((name, value + ahead[name] if name in ahead else value) for name, value in row.key)
    values = {name: value + ahead[name] if name in ahead else value for name, value in row.values.items()}
    return Kept(row.version, row.table, key, values)


def differing(connection: Connection, rows: list[Kept]) -> set[str]:
    """The columns in which not all rows are as they were written."""
    return {
        f"{row.table}.{name}"
        for row in rows
        for name, value in found(connection, row).items()
        if name in row.values and row.values[name] != value
    }


async def test_every_version_comes_to_this_one(empty_database: str) -> None:
    store = Store(Settings(database_url=empty_database).database)
    async with store.write() as db:
        rows = await db.run_sync(step_up)
    await migrate(store)
    async with store.read() as db:
        assert {row.version for row in rows} >= {"0001", "0006", "0013_old_tips", "0017_voice"}
        assert len(rows) > 400
        assert {row.table for row in rows} <= SQLModel.metadata.tables.keys(), "no table that held something is gone"
        assert await db.run_sync(differing, rows) == CHANGED
        assert await db.run_sync(difference) == []
        if store.is_sqlite:
            assert list(await db.execute(text("PRAGMA foreign_key_check"))) == []
    await store.dispose()
