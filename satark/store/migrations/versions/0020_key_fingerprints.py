"""Which keys an installation has, and the signed heads of its audit log"""

import sqlalchemy as sa
from alembic import op

revision = "0020_key_fingerprints"
down_revision = "0019_assignments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "key_fingerprint",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("fingerprint", sa.String(), primary_key=True),
        sa.Column("in_use", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "audit_head",
        sa.Column("day", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("time", sa.Integer(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("mailed", sa.Boolean(), nullable=False),
        sa.Column("filed", sa.Boolean(), nullable=False),
    )
