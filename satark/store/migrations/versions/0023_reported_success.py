"""A success counts where an action report exists: every month is counted anew"""

import sqlalchemy as sa
from alembic import op

revision = "0023_reported_success"
down_revision = "0022_hours_of_the_zone"
branch_labels = None
depends_on = None


def upgrade() -> None:
    db = op.get_bind()
    mark = sa.text("INSERT INTO tally_mark (id, month) VALUES (:id, :month)")
    for number, (month,) in enumerate(db.execute(sa.text("SELECT DISTINCT month FROM tally_month")).all()):
        db.execute(mark, {"id": f"0023{number:028}", "month": month})
