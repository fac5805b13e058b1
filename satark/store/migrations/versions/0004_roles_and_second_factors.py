"""Roles, second factors, and what is known of a session"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("officer", sa.Column("role", sa.String(), nullable=False, server_default="officer"))
    op.add_column("officer", sa.Column("second", sa.LargeBinary(), nullable=True))
    op.add_column("officer", sa.Column("second_step", sa.Integer(), nullable=False, server_default="0"))
    for name in ("since", "seen"):
        op.add_column("sign_in", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    for name in ("device", "stage"):
        op.add_column("sign_in", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("sign_in", sa.Column("secret", sa.LargeBinary(), nullable=True))
