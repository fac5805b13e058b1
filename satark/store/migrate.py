"""Brings a database to the tables of this version (alembic)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from satark.store.engine import Store

MIGRATIONS = Path(__file__).parent / "migrations"


def config_for(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(config_for(connection), "head")


async def migrate(store: Store) -> None:
    """Run the migrations that this database has not had. Nothing happens where it has had all."""
    async with store.write() as db:
        await db.run_sync(_upgrade)
