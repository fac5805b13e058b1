"""Which reports officers subscribed to"""

import sqlalchemy as sa
from alembic import op

revision = "0016_reports"
down_revision = "0015_early_warning"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_wish",
        sa.Column("officer_id", sa.String(), sa.ForeignKey("officer.id"), primary_key=True),
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
    )
