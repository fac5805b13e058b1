"""When the clock of a tip speaks next"""

import sqlalchemy as sa
from alembic import op

revision = "0007_clocks"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tip", sa.Column("next_hour", sa.Integer(), nullable=True))
    op.create_index("ix_tip_next_hour", "tip", ["next_hour"])
