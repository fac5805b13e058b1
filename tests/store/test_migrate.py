"""The migrations make the tables as the code knows them, and can be run again."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlmodel import SQLModel

from satark.settings import Settings
from satark.store.engine import Store
from satark.store.migrate import migrate


def difference(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection), SQLModel.metadata))


async def test_the_migrations_are_the_tables(empty_database: str) -> None:
    store = Store(Settings(database_url=empty_database).database)
    for _ in range(2):
        await migrate(store)
    async with store.read() as db:
        assert await db.run_sync(difference) == []
    await store.dispose()
