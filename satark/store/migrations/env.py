"""Alembic's entry: it runs on the connection that satark.store.migrate hands over."""

from alembic import context
from sqlmodel import SQLModel

import satark.store.informants
import satark.store.officers
import satark.store.tables
import satark.store.tallies  # noqa: F401 - they fill the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
