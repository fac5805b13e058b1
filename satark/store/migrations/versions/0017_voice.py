"""Whose voice is heard in a recording"""

import sqlalchemy as sa
from alembic import op

revision = "0017_voice"
down_revision = "0016_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence", sa.Column("voice", sa.String(), nullable=False, server_default=""))
