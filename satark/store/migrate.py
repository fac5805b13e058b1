"""Brings a database to the tables of this version (alembic)."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from satark.store.engine import Store

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


def config_for(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision of the last migration: a file has the name of its revision, and they are numbered."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def version_of(connection: Connection) -> str:
    """The revision that a database has had last; empty where it has no tables."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    at = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return at[0] if at else ""


def _upgrade(connection: Connection) -> tuple[str, str]:
    """alembic is large, and at most starts there is nothing to do for it."""
    before = version_of(connection)
    if before != newest():
        from alembic import command

        command.upgrade(config_for(connection), "head")
    return before, version_of(connection)


async def migrate(store: Store) -> tuple[str, str]:
    """Run the migrations that this database has not had. Nothing happens where it has had all. Returns the versions of
    before and now; that of before is empty where there were no tables."""
    async with store.write() as db:
        return await db.run_sync(_upgrade)
