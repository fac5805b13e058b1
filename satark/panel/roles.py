"""What an account is for. Who sees tips is decided by posts; a role decides which pages there are."""

from collections.abc import Collection, Iterable
from enum import StrEnum


class Role(StrEnum):
    """`officer` works on tips; `analyst` sees their numbers and no tip; `auditor` reads the audit log and nothing else;
    `administrator` keeps accounts and channels, and sees no tip."""

    OFFICER = "officer"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


EVERYBODY = frozenset(Role)
OFFICERS = frozenset({Role.OFFICER})
# Who serves in offices, and sees what these may see: tips, or their numbers alone.
SERVING = frozenset({Role.OFFICER, Role.ANALYST})
AUDITORS = frozenset({Role.AUDITOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
FIRST_PAGE = {
    Role.OFFICER: "/panel/tips",
    Role.ANALYST: "/panel/insight/",
    Role.AUDITOR: "/panel/admin/audit",
    Role.ADMINISTRATOR: "/panel/admin/people",
}


def fits(role: Role, offices: Collection[str]) -> bool:
    """Who works on tips or counts them has an office, and nobody else."""
    return bool(offices) is (role in SERVING)


def needs_second_factor(role: Role, kinds: Iterable[str]) -> bool:
    """`kinds` are those of the offices held (routing/pack.py). A station and its outposts share telephones; those above do
    not."""
    return role is not Role.OFFICER or any(kind not in ("station", "outpost") for kind in kinds)
