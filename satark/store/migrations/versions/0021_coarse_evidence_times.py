"""Evidence no longer keeps the second of its last work"""

from alembic import op

revision = "0021_coarse_evidence_times"
down_revision = "0020_key_fingerprints"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE evidence SET due = 0 WHERE state IN ('ready', 'withheld', 'discarded')")
    op.execute("UPDATE evidence SET due = due / 900 * 900 WHERE due <> 0")
