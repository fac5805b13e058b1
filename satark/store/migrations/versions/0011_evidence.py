"""What a page shows of a file before it is played, and what it looks like"""

import sqlalchemy as sa
from alembic import op

revision = "0011_evidence"
down_revision = "0010_retention"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence", sa.Column("poster", sa.String(), nullable=True))
    for name in ("poster_key", "peaks", "looks"):
        op.add_column("evidence", sa.Column(name, sa.LargeBinary(), nullable=True))
