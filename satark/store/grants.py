"""What each process may do with each table of PostgreSQL, where each has a role of its own (P2).

`select`, `insert`, `update` and `delete` are the whole table; `select(a b)` is these columns of it. What is not named is
not allowed. docs/operators.md has the same as a table.
"""

from collections.abc import Mapping
from typing import Final

Grants = Mapping[str, str]
"""By table, what a role may do with it."""

# The public pages and webhooks: they hold running conversations, seal, and read what a receipt opens. They know no officer,
# and what they seal they never read.
GATEWAY: Final[Grants] = {
    "conversation": "select insert update delete",
    "seen_event": "select insert",
    "mute": "select",
    "tip": "select(id reference receipt status outcome destroyed) insert update(changed_hour destroyed)",
    "status_change": "select(tip_id status hour step) insert",
    "tally_mark": "insert",
    "tip_reader": "select(tip_id) insert update(fresh fresh_hour)",
    "accusation": "insert",
    "message": "select(id tip_id kind hour place sealed delivery) insert update(delivery delivered_day)",
    "evidence": "select(id tip_id state blob poster) insert update(tip_id key source state voice) delete",
    "upload": "select insert update delete",
    "upload_part": "select insert update delete",
    "return_address": "select(tip_id channel) insert update(heard_hour) delete",
    "outbox": "select(id thread state part failures due claimed_until replaceable) insert update delete",
    "sent_part": "select delete",
    "edit": "select",
    "channel_health": "select insert update",
    "key_fingerprint": "select insert",
}
# Whoever names an office takes the tip out of its numbers in the same moment, so the panel writes them as the worker does.
NUMBERS: Final[Grants] = dict.fromkeys(
    ("audience", "tally_month", "tally_place", "tally_day", "tally_slot", "tally_cell", "tally_wait"),
    "select insert update delete",
)
# The police: tips and accounts. It asks the courier to write, and knows neither to whom nor what it says elsewhere.
PANEL: Final[Grants] = {
    "tip": "select update",
    **NUMBERS,
    "tally_mark": "insert",
    "warning_notice": "select",
    "status_change": "select insert",
    "tip_reader": "select insert update delete",
    "accusation": "select insert delete",
    "accusation_request": "select insert update delete",
    "assignment": "select insert delete",
    "recusal": "select insert",
    "tip_link": "select insert update delete",
    "tip_hold": "select insert delete",
    "check_mark": "select insert delete",
    "message": "select insert",
    "letter_words": "select",
    "evidence": "select insert update(tip_id)",
    "outbox": (
        "select(channel state)"
        " insert(id channel thread tip_id message_id due claimed_until attempts part replaceable state knocking failures"
        " place provider_ref)"
    ),
    "mute_request": "select(tip_id) insert delete",
    "edit": "select insert update",
    "channel_health": "select insert update",
    "change_request": "select insert update",
    "officer": "select insert update delete",
    "post": "select insert update delete",
    "sign_in": "select insert update delete",
    "passkey": "select insert update delete",
    "saved_filter": "select insert update delete",
    "push_subscription": "select insert update delete",
    "report_wish": "select insert update delete",
    "draft": "select insert update delete",
    "audit_entry": "select insert",
    "audit_head": "select",
    "key_fingerprint": "select insert",
}
# The courier and the clocks: whoever rests too long is spoken to, what is over is destroyed.
WORKER: Final[Grants] = {
    "conversation": "select insert update delete",
    "seen_event": "select insert delete",
    "tip": "select insert update",
    **NUMBERS,
    "tally_mark": "select insert delete",
    "warning_notice": "select insert update delete",
    "status_change": "select insert",
    "tip_reader": "select insert update delete",
    "accusation": "select insert",
    "accusation_request": "select delete",
    "recusal": "select",
    "tip_link": "select delete",
    "tip_hold": "select",
    "check_mark": "select delete",
    "message": "select insert update(delivery delivered_day indexed) delete",
    "letter_words": "select insert update delete",
    "evidence": "select insert update delete",
    "upload": "select delete",
    "upload_part": "select delete",
    "return_address": "select insert update(heard_hour) delete",
    "outbox": "select insert update delete",
    "pace": "select insert update delete",
    "sent_part": "select insert update delete",
    "mute_request": "select delete",
    "mute": "select insert delete",
    "edit": "select",
    "channel_health": "select insert update",
    "officer": "select(id name locale email digest digested warnings_seen active role) update(digested)",
    "post": "select",
    "push_subscription": "select update(told warned) delete",
    "report_wish": "select update(told)",
    "draft": "select delete",
    "audit_entry": "select insert",
    "audit_head": "select insert update(mailed filed)",
    "key_fingerprint": "select insert",
}
ROLES: Final[Mapping[str, Grants]] = {"gateway": GATEWAY, "panel": PANEL, "worker": WORKER}
# What each process asks before it works: whether the database has the tables of its version.
BOOKKEEPING: Final = "alembic_version"
