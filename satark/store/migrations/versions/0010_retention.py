"""Tips that were destroyed, and tips that must not be"""

import sqlalchemy as sa
from alembic import op

revision = "0010_retention"
down_revision = "0009_uploads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tip", sa.Column("destroyed", sa.Integer(), nullable=True))
    op.create_table(
        "tip_hold",
        sa.Column("tip_id", sa.String(), sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("officer_id", sa.String(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
