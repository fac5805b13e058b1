"""Providers are told a random reference; when a message arrived is known by the day, and never that it was read"""

import sqlalchemy as sa
from alembic import op

revision = "0025_provider_references"
down_revision = "0024_accusation_requests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("provider_ref", sa.String(), nullable=False, server_default=""))
    random = "lower(hex(randomblob(16)))" if op.get_context().dialect.name == "sqlite" else "md5(random()::text || id)"
    op.execute(f"UPDATE outbox SET provider_ref = {random}")  # noqa: S608 - one of the two above
    op.add_column("message", sa.Column("delivered_day", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE message SET delivery = 'delivered' WHERE delivery = 'read'")
