"""The page of a form that would overwrite what somebody else changed meanwhile: what was sent, and what is there now."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from satark.panel.gate import Work
from satark.tips.versions import Facts, version_of

CONFLICT = 409
# What a form says about itself.
OWN = frozenset({"csrf", "version", "letters", "step", "sure", "kept"})

# What a form for many tips may say of each.
GIVEN_TO_MANY = ("office", "priority", "status", "outcome")


class Outdated(Exception):
    """A form was made from something that is not there any more: the tip now, its facts, and the names of those that
    changed."""

    def __init__(self, tip: Any, facts: Facts, changed: Sequence[str]) -> None:
        super().__init__()
        self.tip = tip
        self.facts = facts
        self.changed = changed


def conflict_page(work: Work, found: Outdated) -> Response:
    """Nothing was changed. The form can be sent again as it was, now knowing what is there."""
    fields = [(name, value) for name, value in work.form.multi_items() if isinstance(value, str)]
    again = [(name, value) for name, value in fields if name not in ("csrf", "version")]
    return work.page(
        "conflict.html",
        CONFLICT,
        tip=found.tip,
        changed=[(name, _said(work, name, found)) for name in found.changed],
        sent=[(name, _sent(work, name, value)) for name, value in fields if name not in OWN and value.strip()],
        again=[*again, ("version", version_of(found.facts))],
        action=work.request.url.path,
    )


def many_conflicts_page(work: Work, found: Sequence[Outdated], done: int, left: int) -> Response:
    """What was chosen for many tips was not done for those that somebody else changed meanwhile; it can be sent again for
    them, now knowing what is there. `done` others are done, and `left` could not be changed like that."""
    fields = {name: work.text(name) for name in ("act", *GIVEN_TO_MANY, "back", "sure")}
    return work.page(
        "bulk_conflict.html",
        CONFLICT,
        tips=[(one.tip, [(name, _said(work, name, one)) for name in one.changed]) for one in found],
        sent=[(name, _sent(work, name, fields[name])) for name in GIVEN_TO_MANY if fields[name]],
        again=[
            *((name, value) for name, value in fields.items() if value),
            *(("chosen", one.tip.reference) for one in found),
            *((f"version-{one.tip.reference}", version_of(one.facts)) for one in found),
        ],
        done=done,
        left=left,
        back=fields["back"],
    )


def _said(work: Work, name: str, found: Outdated) -> Any:
    """What a fact is now, as the page shows it; a status and a priority are named there."""
    tip = found.tip
    said: Mapping[str, Any] = {
        "status": (tip.status, tip.outcome),
        "assigned": work.full_name(tip.assigned),
        "priority": tip.priority,
        "category": work.category(tip.category),
        "place": work.full_name(tip.station) or work.name(tip.district),
        "accused": ", ".join(work.full_name(one) for one in found.facts["accused"].split()),
        "hold": found.facts["hold"],
    }
    return said[name]


def _sent(work: Work, name: str, value: str) -> str:
    if name in ("office", "station"):
        return work.full_name(value) or value
    return work.category(value) if name == "category" else value
