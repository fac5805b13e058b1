"""Forms that officers sent when their session had ended"""

import sqlalchemy as sa
from alembic import op

revision = "0028_drafts"
down_revision = "0027_muted_senders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("officer_id", sa.String(), sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_draft_officer_id", "draft", ["officer_id"])
