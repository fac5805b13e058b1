"""The life of a tip, as a table: from each status, the ones that may follow."""

from enum import IntEnum, StrEnum


class Status(StrEnum):
    RECEIVED = "received"
    SEEN = "seen"
    ASSIGNED = "assigned"
    ACTION_TAKEN = "action_taken"
    CLOSED = "closed"
    DUPLICATE = "duplicate"
    NOT_ACTIONABLE = "not_actionable"


class Outcome(StrEnum):
    """How a tip was closed."""

    NONE = ""
    ACTED = "acted"
    UNFOUNDED = "unfounded"
    REFERRED = "referred"


class Priority(IntEnum):
    NORMAL = 0
    HIGH = 1
    URGENT = 2


_ENDS = (Status.CLOSED, Status.DUPLICATE, Status.NOT_ACTIONABLE)
_WORK = (Status.ASSIGNED, Status.ACTION_TAKEN)

FOLLOWING: dict[Status, tuple[Status, ...]] = {
    Status.RECEIVED: (Status.SEEN,),
    Status.SEEN: (*_WORK, *_ENDS),
    Status.ASSIGNED: (*_WORK, *_ENDS),
    Status.ACTION_TAKEN: (*_WORK, *_ENDS),
    Status.CLOSED: _WORK,
    Status.DUPLICATE: _WORK,
    Status.NOT_ACTIONABLE: _WORK,
}
ENDED = frozenset(_ENDS)


class NotNow(Exception):
    """A tip in this status cannot take that step."""


class NoReport(NotNow):
    """A tip cannot end as a success before its action report."""


def check_step(current: str, wanted: Status) -> None:
    """Raises NotNow."""
    if wanted not in FOLLOWING[Status(current)]:
        raise NotNow(f"{current} is not followed by {wanted}")
