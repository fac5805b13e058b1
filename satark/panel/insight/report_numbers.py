"""The numbers of a report: those that the pages show, of one period."""

import asyncio
from dataclasses import dataclass
from datetime import date

from satark.insight.analysis import Analysis, analysis, day_number
from satark.insight.asking import Window
from satark.insight.periods import Kind
from satark.insight.reading import Reading
from satark.insight.watching import Watched, watched
from satark.panel.gate import Work
from satark.panel.insight import areas
from satark.panel.insight.asked import USUAL
from satark.panel.insight.files import Asked, in_order
from satark.panel.insight.hours import Hours, hours_of
from satark.panel.insight.stations import Beside, beside
from satark.tips.tallies.calendar import month_of_day

MONTHS = {Kind.WEEK: USUAL, Kind.MONTH: 1}
"""What is kept by months alone is of the month, and for a week of some months, for it has no numbers of its own."""


@dataclass(frozen=True)
class Numbers:
    """Days are those of `analysis`; hours, stations and areas are of the months of `window`."""

    analysis: Analysis
    window: Window
    hours: Hours
    stations: Beside
    areas: dict[str, list[areas.Row]]
    watched: Watched


async def numbers_of(of: Reading, work: Work, kind: Kind, until: date) -> Numbers:
    """Of the week or month before `until`, as far as it is over."""
    found = await analysis(of, kind, day_number(until))
    after = day_number(found.periods.now.after)
    month = month_of_day(after - 1)
    window = Window(month - MONTHS[kind] + 1, month)
    return Numbers(
        analysis=found,
        window=window,
        hours=await hours_of(of, window),
        stations=await beside(of, work, Asked("station", MONTHS[kind], "-tips"), window),
        areas={one: await _areas(of, work, one, window) for one in areas.KINDS},
        watched=await watched(of, after),
    )


async def _areas(of: Reading, work: Work, kind: str, window: Window) -> list[areas.Row]:
    """The most sensitive first."""
    known = await areas.areas_in(of, work, kind, window)
    rows = await asyncio.to_thread(areas.indexed, work, kind, known, window)
    return in_order(rows, areas.SORTS["score"], falling=True)
