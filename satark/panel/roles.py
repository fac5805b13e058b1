"""What an account is for. Who sees tips is decided by posts; a role decides which pages there are."""

from collections.abc import Collection, Iterable
from enum import StrEnum


class Role(StrEnum):
    """`officer` works on tips; `auditor` reads the audit log and nothing else; `administrator` keeps accounts and
    channels, and sees no tip."""

    OFFICER = "officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


EVERYBODY = frozenset(Role)
OFFICERS = frozenset({Role.OFFICER})
AUDITORS = frozenset({Role.AUDITOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
FIRST_PAGE = {
    Role.OFFICER: "/panel/tips",
    Role.AUDITOR: "/panel/admin/audit",
    Role.ADMINISTRATOR: "/panel/admin/people",
}


def fits(role: Role, offices: Collection[str]) -> bool:
    """Who works on tips has an office, and nobody else."""
    return bool(offices) is (role is Role.OFFICER)


def needs_second_factor(role: Role, kinds: Iterable[str]) -> bool:
    """`kinds` are those of the offices held (routing/pack.py). A station shares telephones; those above it do not."""
    return role is not Role.OFFICER or any(kind != "station" for kind in kinds)
