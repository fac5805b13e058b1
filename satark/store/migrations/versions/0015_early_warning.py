"""What offices were told of early warnings, when an officer last looked at them, and what a browser was told"""

import sqlalchemy as sa
from alembic import op

revision = "0015_early_warning"
down_revision = "0014_readers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "warning_notice",
        sa.Column("audience", sa.String(), primary_key=True),
        sa.Column("district", sa.String(), primary_key=True),
        sa.Column("category", sa.String(), primary_key=True),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("there", sa.Boolean(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.add_column("officer", sa.Column("warnings_seen", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("push_subscription", sa.Column("warned", sa.Integer(), nullable=False, server_default="0"))
