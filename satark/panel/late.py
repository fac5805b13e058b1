"""What is late, and where: for who answers for it."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from satark.panel.gate import Work, guarded
from satark.routing.tree import line
from satark.store.clock import hour_of, now
from satark.tips.clocks import Step
from satark.tips.lateness import NO_OFFICE, Lateness, late_by_office
from satark.tips.queries import Filters


@dataclass(frozen=True)
class Line:
    """An office and what it is to do. `ways` are the inbox, filtered, by lateness."""

    row: Any
    ways: dict[str, str]


async def show(work: Work) -> Response:
    async with work.core.store.read() as db:
        rows = await late_by_office(db, work.viewer)
    rows.sort(key=lambda row: (_place(work, row.office), list(Step).index(row.step)))
    return work.page("late.html", lines=[Line(row, _ways(row)) for row in rows], this_hour=hour_of(now()))


def _place(work: Work, office: str) -> tuple[str, ...]:
    """Down the tree: each office stands behind the one above it, beside its sisters by name."""
    return tuple(work.name(one) for one in reversed(line(work.core.pack.parents, office)))


def _ways(row: Any) -> dict[str, str]:
    here = Filters(turn=row.office or NO_OFFICE, step=row.step)
    return {one.value: here.asked(overdue=one.value) for one in Lateness}


ROUTES = [guarded("/late", show)]
