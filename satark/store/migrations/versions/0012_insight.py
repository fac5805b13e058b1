"""Numbers that are kept, by audience, and the cell of a tip's place"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012_insight"
down_revision = "0011_evidence"
branch_labels = None
depends_on = None

STATES = "received seen assigned action_taken closed acted unfounded referred duplicate not_actionable acted_on repeats".split()


def tally(name: str, keys: dict[str, Any], values: dict[str, Any]) -> None:
    keys = {"audience": sa.String, "month": sa.Integer, **keys}
    op.create_table(
        f"tally_{name}",
        *(sa.Column(key, kind(), nullable=False) for key, kind in {**keys, **values}.items()),
        sa.PrimaryKeyConstraint(*keys),
        sqlite_with_rowid=False,
    )


def upgrade() -> None:
    op.add_column("tip", sa.Column("cell", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "audience",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("spec", sa.String(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally_mark",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("month", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    tally("month", {}, {"version": sa.Integer, "counted": sa.Boolean})
    place = {"district": sa.String, "station": sa.String}
    tally("place", {**place, "category": sa.String}, dict.fromkeys(STATES, sa.Integer))
    tally("day", {"day": sa.Integer, "district": sa.String, "category": sa.String}, {"n": sa.Integer})
    tally("slot", {"category": sa.String, "slot": sa.Integer}, {"n": sa.Integer})
    cell = {"category": sa.String, "district": sa.String, "cell": sa.String}
    tally("cell", cell, {"n": sa.Integer, "open": sa.Integer})
    tally("wait", {**place, "step": sa.String}, {"hours": sa.LargeBinary})
