"""Who assigned a tip can take it back; who had a tip before it went to another office reads it no more"""

import sqlalchemy as sa
from alembic import op

revision = "0019_assignments"
down_revision = "0018_fewer_pages_a_message"
branch_labels = None
depends_on = None

RANKS = {"outpost": 1, "station": 2, "circle": 3, "district": 4}
"""Of the kinds that an office's id begins with: one of the same rank as another, or below it, is not above it."""


def upgrade() -> None:
    op.create_table(
        "assignment",
        sa.Column("tip_id", sa.String(), sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("officer_id", sa.String(), nullable=False),
        sa.Column("office_id", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sqlite_with_rowid=False,
    )
    take_from_former_offices()


def take_from_former_offices() -> None:
    """Rows of offices that a tip was taken from when it was assigned to another."""
    db = op.get_bind()
    pairs = db.execute(
        sa.text(
            "SELECT DISTINCT tip.assigned, tip_reader.office_id FROM tip JOIN tip_reader ON tip_reader.tip_id = tip.id"
            " WHERE tip.assigned <> '' AND tip_reader.office_id <> tip.assigned"
        )
    ).all()
    gone = sa.text(
        "DELETE FROM tip_reader WHERE office_id = :office AND tip_id IN (SELECT id FROM tip WHERE assigned = :assigned)"
    )
    former = [(assigned, office) for assigned, office in pairs if not may_be_above(office, assigned)]
    for assigned, office in former:
        db.execute(gone, {"assigned": assigned, "office": office})
    if former:
        count_everything_anew(db)


def may_be_above(office: str, assigned: str) -> bool:
    """As far as ids tell: `kind/district/name`. The range and the authority outside it are above all."""
    (kind, *place), (own_kind, *own_place) = office.split("/"), assigned.split("/")
    if kind not in RANKS:
        return True
    return RANKS[kind] > RANKS.get(own_kind, 9) and place[:1] == own_place[:1]


def count_everything_anew(db: sa.Connection) -> None:
    """Marks each month of which there are numbers (tips/tallies/marks.py)."""
    for number, (month,) in enumerate(db.execute(sa.text("SELECT DISTINCT month FROM tally_month")).all()):
        db.execute(
            sa.text("INSERT INTO tally_mark (id, month) VALUES (:id, :month)"),
            {"id": f"0019{number:028}", "month": month},
        )
