"""Brings a database to the tables of this version."""

from sqlmodel import SQLModel

import satark.store.tables  # noqa: F401 - it fills the metadata
from satark.store.engine import Store


async def migrate(store: Store) -> None:
    """Make the tables that are missing. The first released version has none to change yet."""
    async with store.engine.begin() as db:
        await db.run_sync(SQLModel.metadata.create_all)
