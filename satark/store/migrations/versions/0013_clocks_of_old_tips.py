"""Open tips from before there were clocks are looked at by the worker, which knows the clocks of the pack"""

from alembic import op

revision = "0013_old_tips"
down_revision = "0012_insight"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waiting = "status IN ('received', 'seen', 'assigned')"
    op.execute(f"UPDATE tip SET next_hour = 0 WHERE due_hour IS NULL AND {waiting}")  # noqa: S608 - words of this file
