"""Closing many tips at once is looked at once more: which they are, and which cannot end like that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from satark.panel.gate import Work
from satark.panel.tip import ends_as
from satark.tips.life import FOLLOWING, Outcome, Status
from satark.tips.queries import is_reported, tip_for


@dataclass(frozen=True)
class Closing:
    """The tips that would be closed; those of which no action was reported, where they are to end as a success; and those
    that cannot end now."""

    ready: list[Any]
    unreported: list[Any]
    stuck: list[Any]


async def confirm(work: Work, chosen: Sequence[str]) -> Response | None:
    """The page that asks once more; None where it was asked, and all that were agreed to can be closed."""
    status, outcome = ends_as(work)
    async with work.core.store.read() as db:
        found = await _sorted(work, db, chosen, status, outcome)
    if work.text("sure") == "yes" and not found.unreported:
        return None
    refused = 422 if found.unreported else 200
    versions = {tip.reference: work.text(f"version-{tip.reference}") for tip in found.ready}
    return work.page(
        "bulk_close.html", refused, closing=found, versions=versions, ends_as=status, outcome=outcome,
        back=work.text("back"),
    )  # fmt: skip


async def _sorted(work: Work, db: AsyncConnection, chosen: Sequence[str], status: Status, outcome: Outcome) -> Closing:
    """The chosen tips that the officer may see."""
    found = Closing([], [], [])
    for reference in chosen:
        tip = await tip_for(db, work.viewer, reference)
        if tip is None:
            continue
        if tip.destroyed is not None or status not in FOLLOWING[Status(tip.status)]:
            found.stuck.append(tip)
        elif outcome is Outcome.ACTED and not await is_reported(db, tip):
            found.unreported.append(tip)
        else:
            found.ready.append(tip)
    return found
