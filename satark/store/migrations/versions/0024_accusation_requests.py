"""Who names an office above their own asks the office above that one"""

import sqlalchemy as sa
from alembic import op

revision = "0024_accusation_requests"
down_revision = "0023_reported_success"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accusation_request",
        sa.Column("tip_id", sa.String(), sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("office_id", sa.String(), primary_key=True),
        sa.Column("officer_id", sa.String(), nullable=False),
        sa.Column("decider", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_accusation_request_decider", "accusation_request", ["decider"])
