"""How a tip stands is with each office that reads it: lists of a place and of what is late are read off an office's own"""

import sqlalchemy as sa
from alembic import op

revision = "0014_readers"
down_revision = "0013_old_tips"
branch_labels = None
depends_on = None

FILL = """
UPDATE tip_reader SET
    district = tip.district,
    station = tip.station,
    turn = CASE
        WHEN tip.assigned <> '' THEN tip.assigned
        WHEN EXISTS (SELECT 1 FROM tip_reader AS own WHERE own.tip_id = tip.id AND own.office_id = tip.district)
            THEN tip.district
        ELSE '' END,
    step = CASE
        WHEN tip.status = 'received' THEN 'see'
        WHEN tip.status = 'seen' OR (tip.status = 'assigned' AND tip.assigned = '') THEN 'assign'
        WHEN tip.status = 'assigned' THEN 'act' END,
    due_hour = tip.due_hour,
    late = tip.late
FROM tip WHERE tip.id = tip_reader.tip_id
"""


def upgrade() -> None:
    for name in ("district", "station", "turn"):
        op.add_column("tip_reader", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("tip_reader", sa.Column("step", sa.String(), nullable=True))
    op.add_column("tip_reader", sa.Column("due_hour", sa.Integer(), nullable=True))
    op.add_column("tip_reader", sa.Column("late", sa.Integer(), nullable=False, server_default="0"))
    op.execute(FILL)
    order = ["status", "hour", "tip_id"]
    for name in ("district", "station"):
        op.create_index(f"ix_tip_reader_{name}", "tip_reader", ["office_id", name, *order])
        op.drop_index(f"ix_tip_by_{name}", "tip")
    waiting = ["office_id", "turn", "step", *order, "due_hour", "late"]
    waits = sa.text("step IS NOT NULL")
    op.create_index("ix_tip_reader_turn", "tip_reader", waiting, sqlite_where=waits, postgresql_where=waits)
