"""What a muted sender sends is marked: there is no blocking any more"""

from alembic import op

revision = "0027_muted_senders"
down_revision = "0026_left_out"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("mute", "blocked")
