"""Search, and an inbox of a million tips: an index for each filter, in the order of the list"""

import sqlalchemy as sa
from alembic import op

revision = "0008_search"
down_revision = "0007_clocks"
branch_labels = None
depends_on = None

FILTERED = ("category", "district", "station", "assigned", "locale", "channel")


def partial(name: str, table: str, columns: list[str], where: str, sqlite: str = "") -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(sqlite or where), postgresql_where=sa.text(where))


def upgrade() -> None:
    for name in ("category", "district", "station", "assigned", "status"):
        op.drop_index(f"ix_tip_{name}", "tip")
    order = ["status", "hour", "id"]
    for name in FILTERED:
        op.create_index(f"ix_tip_by_{name}", "tip", [name, *order])
    partial("ix_tip_urgent", "tip", [*order, "priority"], "priority > 0")
    partial("ix_tip_running", "tip", [*order, "due_hour"], "due_hour IS NOT NULL")
    op.add_column("tip_reader", sa.Column("fresh_hour", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("tip_reader", sa.Column("status", sa.String(), nullable=False, server_default="received"))
    op.execute("UPDATE tip_reader SET fresh_hour = hour")
    op.execute("UPDATE tip_reader SET status = (SELECT status FROM tip WHERE tip.id = tip_reader.tip_id)")
    op.create_index("ix_tip_reader_status", "tip_reader", ["office_id", "status", "hour", "tip_id"])
    for name, columns in (("fresh", ["status", "hour"]), ("news", ["fresh_hour"])):
        columns = ["office_id", *columns, "tip_id", "fresh"]
        partial(f"ix_tip_reader_{name}", "tip_reader", columns, "fresh", "fresh = 1")
    op.drop_column("message", "digest")
    op.add_column("message", sa.Column("indexed", sa.Boolean(), nullable=False, server_default=sa.false()))
    partial("ix_message_not_indexed", "message", ["id", "indexed"], "NOT indexed", "indexed = 0")
    op.create_table(
        "letter_words",
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hour", "tip_id", "message_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_letter_words_message_id", "letter_words", ["message_id"])
