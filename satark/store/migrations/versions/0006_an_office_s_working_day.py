"""Unread by office; priority, clocks, links, checklists; passkeys, saved filters, notices; edits, health, mutes"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def text(name: str, default: str | None = None) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=False, server_default=default)


def number(name: str, default: str | None = None) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=False, server_default=default)


def upgrade() -> None:
    _tips()
    _officers()
    _installation()


def _tips() -> None:
    op.add_column("tip_reader", number("hour", "0"))
    op.add_column("tip_reader", sa.Column("fresh", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute("UPDATE tip_reader SET hour = (SELECT hour FROM tip WHERE tip.id = tip_reader.tip_id)")
    op.execute("UPDATE tip_reader SET fresh = (SELECT fresh FROM tip WHERE tip.id = tip_reader.tip_id)")
    op.drop_column("tip", "fresh")
    op.drop_index("ix_tip_reader_office_id", "tip_reader")
    op.create_index("ix_tip_reader_list", "tip_reader", ["office_id", "hour", "tip_id"])
    op.add_column("tip", number("priority", "0"))
    op.add_column("tip", sa.Column("due_hour", sa.Integer(), nullable=True))
    op.create_index("ix_tip_due_hour", "tip", ["due_hour"])
    op.add_column("tip", number("late", "0"))
    op.add_column("message", sa.Column("digest", sa.LargeBinary(), nullable=True))
    op.create_table(
        "tip_link",
        text("tip_id"), text("other_id"), text("kind"),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"]),
        sa.ForeignKeyConstraint(["other_id"], ["tip.id"]),
        sa.PrimaryKeyConstraint("tip_id", "other_id"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("ix_tip_link_other_id", "tip_link", ["other_id"])
    op.create_table(
        "check_mark",
        text("tip_id"), text("item"), text("officer_id"), number("hour"),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"]),
        sa.PrimaryKeyConstraint("tip_id", "item"),
        sqlite_with_rowid=False,
    )  # fmt: skip


def _officers() -> None:
    for name in ("email", "digest"):
        op.add_column("officer", text(name, ""))
    op.add_column("officer", number("digested", "0"))
    op.create_table(
        "passkey",
        text("id"), text("officer_id"), sa.Column("public", sa.LargeBinary(), nullable=False), number("counter"),
        text("name"), number("since"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    op.create_table(
        "saved_filter",
        text("id"), text("officer_id"), text("name"), text("query"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    op.create_table(
        "push_subscription",
        text("id"), text("officer_id"), text("endpoint"), text("p256dh"), text("auth"), number("told"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("endpoint"),
    )  # fmt: skip
    for name in ("passkey", "saved_filter", "push_subscription"):
        op.create_index(f"ix_{name}_officer_id", name, ["officer_id"])


def _installation() -> None:
    op.create_table(
        "mute_request", text("tip_id"), text("wish"), sa.PrimaryKeyConstraint("tip_id"), sqlite_with_rowid=False
    )
    op.create_table(
        "mute",
        text("key"), number("until"), sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("ix_mute_until", "mute", ["until"])
    op.create_table(
        "edit", text("kind"), text("key"), text("value"), number("number"), sa.PrimaryKeyConstraint("kind", "key")
    )
    op.create_index("ix_edit_number", "edit", ["number"])
    op.create_table(
        "channel_health",
        text("channel"), number("in_hour"), number("out_hour"), number("failed"), number("failed_hour"),
        text("trouble"),
        sa.PrimaryKeyConstraint("channel"),
    )  # fmt: skip
