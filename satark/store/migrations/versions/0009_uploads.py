"""Files that come in parts"""

import sqlalchemy as sa
from alembic import op

revision = "0009_uploads"
down_revision = "0008_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_upload_expires", "upload", ["expires"])
    op.create_table(
        "upload_part",
        sa.Column("upload_id", sa.String(), primary_key=True),
        sa.Column("start", sa.Integer(), primary_key=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("blob", sa.String(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sqlite_with_rowid=False,
    )
