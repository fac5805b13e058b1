"""The week by hours: when tips come, and which slots have more or fewer than chance explains."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.dates import get_day_names
from starlette.exceptions import HTTPException
from starlette.responses import Response

from satark.insight.asking import Window
from satark.insight.numbers import SLOTS, days, week
from satark.insight.reading import Reading
from satark.insight.rhythm import Beat, Slot, rhythm, usual
from satark.panel.gate import Work, guarded
from satark.panel.insight.asked import MONTHS, numbers_for, scope_asked, window_asked
from satark.panel.insight.lists import csv
from satark.paper.sheets import Cell
from satark.store.clock import hour_of, now
from satark.tips.tallies.calendar import first_hour, slot_of

TOGETHER = 3
"""Hours that are taken together: a table for a telephone, and enough tips in each slot to tell it from chance."""
COLUMNS = ("weekday", "hours", "tips", "expected", "stands_out")
LOCALES = {"hi": "hi_IN", "ur": "ur_IN"}


@dataclass(frozen=True)
class Hours:
    """Slots by weekday (0 is Monday) and first hour."""

    window: Window
    category: str
    slots: Mapping[Slot, Beat]


async def show(work: Work) -> Response:
    found = await _hours(work)
    if found is None:
        return work.page("insight/counting.html", here="hours")
    starts = range(0, 24, TOGETHER)
    return work.page(
        "insight/hours.html", found=found, days=weekdays(work), hours=[title_of(start) for start in starts], months=MONTHS,
        chosen=found.window.last - found.window.first + 1, categories=[one.id for one in work.core.pack.categories],
        values=[[found.slots[day, start].count for day in range(7)] for start in starts],
        marks=[[mark_of(found.slots[day, start]) for day in range(7)] for start in starts],
    )  # fmt: skip


async def file(work: Work) -> Response:
    found = await _hours(work)
    if found is None:
        raise HTTPException(503)

    def rows(words: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
        names = weekdays(work)
        return [
            (
                names[day],
                title_of(start),
                beat.count,
                f"{beat.expected:.1f}",
                words[mark_of(beat)] if mark_of(beat) else "",
            )
            for (day, start), beat in sorted(found.slots.items())
        ]

    return await csv(work, "hours", COLUMNS, rows)


async def _hours(work: Work) -> Hours | None:
    """All kinds against an even week, one kind against all. None as long as numbers are being counted."""
    async with numbers_for(work) as of:
        return await hours_of(of, window_asked(work), scope_asked(work).category) if of else None


async def hours_of(of: Reading, window: Window, category: str = "") -> Hours:
    every, time = _together(await week(of, window)), await _time(of, window)
    own = _together(await week(of, window, category)) if category else every
    return Hours(window, category, rhythm(own, usual(every, time) if category else time))


async def _time(of: Reading, window: Window) -> dict[Slot, float]:
    """How many hours of each slot there were in a window, from the day on of which there is the first tip."""
    end = min(hour_of(now()) + 1, first_hour(window.last + 1))
    start = first_hour(window.first)
    begun = min((day for (day,) in await days(of, start // 24, end // 24)), default=0)
    often = _together(_spread(max(start, begun * 24), end))
    return {slot: float(hours) for slot, hours in often.items()}


def _spread(start: int, end: int) -> Sequence[Sequence[int]]:
    """How often each hour of the week was, from one hour up to another: seven rows of 24."""
    whole, rest = divmod(max(0, end - start), SLOTS)
    more = Counter(slot_of(start + at) for at in range(rest))
    return [[whole + more[day * 24 + hour] for hour in range(24)] for day in range(7)]


def _together(rows: Sequence[Sequence[int]]) -> dict[Slot, int]:
    return {
        (day, start): sum(row[start : start + TOGETHER])
        for day, row in enumerate(rows)
        for start in range(0, 24, TOGETHER)
    }


def mark_of(beat: Beat) -> str:
    return "high" if beat.high else "low" if beat.low else ""


def title_of(start: int) -> str:
    return f"{start:02}:00–{start + TOGETHER:02}:00"


def weekdays(work: Work) -> list[str]:
    names = get_day_names("abbreviated", locale=LOCALES.get(work.viewer.locale, "en_IN"))
    return [names[day] for day in range(7)]


ROUTES = [guarded("/insight/hours", show), guarded("/insight/hours.csv", file)]
