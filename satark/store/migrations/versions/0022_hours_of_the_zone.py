"""Stored hours are those of the jurisdiction's time zone

They were hours of UTC, which in India begin at half past. Which of its two hours of India a moment was in is not known any
more: each goes to the one in which it began, so that no day and no month has other numbers than before. What is due may
take until the hour of UTC is over, so that nobody is late sooner.
"""

from alembic import op

revision = "0022_hours_of_the_zone"
down_revision = "0021_coarse_evidence_times"
branch_labels = None
depends_on = None

BEGAN = 5
"""India is five hours and a half ahead of UTC."""
ENDED = 6
HOURS = {
    "tip": ("hour", "changed_hour", "destroyed"),
    "status_change": ("hour",),
    "tip_reader": ("hour", "fresh_hour"),
    "recusal": ("hour",),
    "tip_hold": ("hour",),
    "check_mark": ("hour",),
    "message": ("hour",),
    "letter_words": ("hour",),
    "evidence": ("hour",),
    "upload": ("expires",),
    "channel_health": ("in_hour", "out_hour", "failed_hour"),
    "return_address": ("heard_hour",),
    "post": ("since", "until"),
    "audience": ("counted",),
}
LIMITS = {"tip": ("due_hour", "next_hour"), "tip_reader": ("due_hour",)}


def upgrade() -> None:
    for ahead, tables in ((BEGAN, HOURS), (ENDED, LIMITS)):
        for table, columns in tables.items():
            for column in columns:
                move(table, column, ahead)
    op.execute(f"UPDATE officer SET digested = digested + {BEGAN} WHERE digest = 'hourly' AND digested > 0")  # noqa: S608


def move(table: str, column: str, ahead: int) -> None:
    """0 stands for never, and stays."""
    op.execute(f"UPDATE {table} SET {column} = {column} + {ahead} WHERE {column} > 0")  # noqa: S608 - words of this file
