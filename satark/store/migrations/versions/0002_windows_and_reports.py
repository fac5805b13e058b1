"""Windows, reports and pace of delivery"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pace",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("ready", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_pace_ready", "pace", ["ready"])
    op.add_column("return_address", sa.Column("heard_hour", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("state", sa.String(), nullable=False, server_default="due"))
    op.add_column("outbox", sa.Column("knocking", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("outbox", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sent_part", sa.Column("errand", sa.String(), nullable=False, server_default=""))
    op.add_column("sent_part", sa.Column("part", sa.Integer(), nullable=False, server_default="0"))
