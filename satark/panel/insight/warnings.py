"""Early warnings as they are now, of the viewer's own numbers.

What accuses their office, and what they recused themselves from, is in none of them. Since when a warning is there is
computed anew each time, so a tip that is shut out later is out of that too. Kept is only what offices were told of
(insight/telling.py), and that is shown as long as it is there.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from satark.insight.analysis import hour_within
from satark.insight.watching import LEAST_WEEKS, Watched, watched
from satark.panel.gate import Work, guarded
from satark.panel.insight.asked import numbers_for
from satark.panel.insight.lists import csv
from satark.panel.warned import opened, warned
from satark.paper.sheets import Cell
from satark.store.clock import hour_of, now
from satark.tips.tallies.calendar import day_of

SHOWN_WEEKS = 26
COLUMNS = ("kind", "district", "weeks", "observed", "expected", "once_in_weeks", "since")


async def show(work: Work) -> Response:
    """What was new until now is marked, and new no more."""
    found = await _watched(work)
    if found is None:
        return work.page("insight/counting.html", here="warnings")
    if work.warned:
        await opened(work.core.store, work.viewer.officer_id)
    return replace(work, warned=frozenset()).page(
        "insight/warnings.html", found=found, least=LEAST_WEEKS, weeks=SHOWN_WEEKS, hour=hour_within, fresh=work.warned
    )


async def number(work: Work) -> Response:
    """The number at the entry of this page, for pages that stay open."""
    fresh = await warned(work.core, work.session)
    return replace(work, warned=fresh).page("insight/warned.html")


async def file(work: Work) -> Response:
    found = await _watched(work)
    if found is None:
        raise HTTPException(503)

    def rows(words: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
        return [
            (
                work.category(one.category) or words["unknown"], work.name(one.district) or words["unknown"],
                one.alarm.weeks, one.alarm.observed, f"{one.alarm.expected:.1f}", one.alarm.once_in_weeks,
                one.since.isoformat(),
            )
            for one in found.warnings
        ]  # fmt: skip

    return await csv(work, f"warnings-{found.newest}", COLUMNS, rows)


async def _watched(work: Work) -> Watched | None:
    """None as long as numbers are being counted."""
    async with numbers_for(work) as of:
        return await watched(of, day_of(hour_of(now()))) if of else None


ROUTES = [
    guarded("/insight/warnings", show),
    guarded("/insight/warnings.csv", file),
    guarded("/insight/warned", number, quiet=True),
]
