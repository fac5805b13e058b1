"""What the clean copy of a file does not show as it came"""

import sqlalchemy as sa
from alembic import op

revision = "0026_left_out"
down_revision = "0025_provider_references"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence", sa.Column("left_out", sa.String(), nullable=False, server_default=""))
