"""Fewer pages a message"""

import sqlalchemy as sa
from alembic import op

revision = "0018_fewer_pages_a_message"
down_revision = "0017_voice"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_seen_event_day", "seen_event")
    op.drop_index("ix_sent_part_day", "sent_part")
    if op.get_context().dialect.name == "sqlite":
        keep_in_the_order_of_writing()


def keep_in_the_order_of_writing() -> None:
    """A table WITHOUT ROWID stays one, so the rows move to another."""
    outbox = sa.Table("outbox", sa.MetaData(), autoload_with=op.get_bind())
    columns = [sa.Column(one.name, one.type, nullable=one.nullable) for one in outbox.columns]
    op.create_table("outbox_moved", *columns, sa.PrimaryKeyConstraint("id"))
    op.execute("INSERT INTO outbox_moved SELECT * FROM outbox ORDER BY due, place")
    op.drop_table("outbox")
    op.rename_table("outbox_moved", "outbox")
    op.create_index("ix_outbox_thread", "outbox", ["thread"])
    op.create_index("ix_outbox_due", "outbox", ["due"])
