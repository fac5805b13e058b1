"""What of a tip a form was made from, so that nobody overwrites what they have not seen.

Each fact of a tip has a mark of its own in the version that a form carries: what others changed meanwhile matters to a form
only where the form changes the same.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.tables import Tip
from satark.tips.holding import holds_of
from satark.tips.life import Status
from satark.tips.queries import accused_by_each

Facts = Mapping[str, str]

MARK_BYTES = 4
FACTS = ("status", "assigned", "priority", "category", "place", "accused", "hold")
CONCERNS: Mapping[str, frozenset[str]] = {
    "assign": frozenset({"status", "assigned", "place", "accused"}),
    "take-back": frozenset({"assigned"}),
    "hand-back": frozenset({"assigned"}),
    "transfer": frozenset({"assigned", "place", "accused"}),
    "report": frozenset({"status", "assigned"}),
    "close": frozenset({"status", "assigned"}),
    "merge": frozenset({"status"}),
    "priority": frozenset({"priority"}),
    "classify": frozenset({"category", "place", "accused"}),
    "accuse": frozenset({"accused"}),
    "hold": frozenset({"hold"}),
    "release": frozenset({"hold"}),
}
"""By verb the facts that it changes, or whose change makes another thing of it. What only adds something has none."""

_tip: Any = Tip


async def facts_of(db: AsyncConnection, tip: Any) -> Facts:
    """Return the facts of a tip as texts."""
    return (await facts_of_each(db, [tip]))[tip.reference]


async def facts_of_each(db: AsyncConnection, tips: Sequence[Any]) -> Mapping[str, Facts]:
    """Return the facts of each of some tips, by its reference."""
    ids = [tip.id for tip in tips]
    accused, holds = await accused_by_each(db, ids), await holds_of(db, ids)
    return {tip.reference: _facts(tip, accused.get(tip.id, []), holds.get(tip.id, "")) for tip in tips}


def _facts(tip: Any, accused: Sequence[str], hold: str) -> Facts:
    # A look at a tip decides nothing.
    status = Status.SEEN.value if tip.status == Status.RECEIVED else tip.status
    return {
        "status": f"{status} {tip.outcome}".strip(),
        "assigned": tip.assigned,
        "priority": str(tip.priority),
        "category": tip.category,
        "place": f"{tip.district} {tip.station}".strip(),
        "accused": " ".join(sorted(accused)),
        "hold": hold,
    }


def version_of(facts: Facts) -> str:
    """Return a mark for each fact, in the order of FACTS."""
    return "-".join(_mark(facts[name]) for name in FACTS)


def changed_since(version: str, facts: Facts, verb: str) -> list[str]:
    """Return the facts that matter to a verb and are not what they were. A form without a version was made from nothing, and
    one that is no version from something else."""
    if not version:
        return []
    marks = dict(zip(FACTS, version.split("-"), strict=False))
    return [name for name in FACTS if name in CONCERNS.get(verb, ()) and marks.get(name) != _mark(facts[name])]


async def lock_tip(db: AsyncConnection, tip_id: str) -> None:
    """Let no other transaction change the tip before this one ends. SQLite has one writer at a time anyway."""
    await db.execute(select(_tip.id).where(_tip.id == tip_id).with_for_update())


def _mark(value: str) -> str:
    return blake2b(value.encode(), digest_size=MARK_BYTES).hexdigest()
