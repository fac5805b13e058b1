"""What one administrator wants waits for another one"""

import sqlalchemy as sa
from alembic import op

revision = "0029_change_requests"
down_revision = "0028_drafts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    texts = ("kind", "subject", "offices", "value")
    op.create_table(
        "change_request",
        sa.Column("id", sa.String(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("officer_id", sa.String(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decider", sa.String(), nullable=False),
        sa.Column("decided", sa.Integer(), nullable=False),
    )
    op.create_index("ix_change_request_made", "change_request", ["made"])
