"""What changed: a week or month against the one before and the same one a year before.

The page opens with the last complete one; the one that is running is a link away.

For officers alone. Analysts see the tables of all times (overview.py), protected as one set: whole months by kind beside
them would be a second set over the same tips. Where a kind has five tips of all times, and five of them in one month,
"<3" in every other month is known to be zero. Protected together they would hide nearly everything; so they have none.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from satark.insight.analysis import EPOCH, Analysis, Key, Row, analysis, day_number, hour_within
from satark.insight.periods import Kind, first_of, periods
from satark.insight.trends import Change
from satark.panel.gate import Work, guarded
from satark.panel.insight.asked import numbers_for
from satark.panel.insight.lists import csv
from satark.paper.sheets import Cell
from satark.store.clock import hour_of, now
from satark.tips.tallies.calendar import day_of

OLDEST = date(2000, 1, 1)
RUNNING = "now"
"""Asks for the week or month that is not over."""
DAY = timedelta(1)
MOST_TOLD, MOST_SHOWN = 5, 20
COLUMNS = ("kind", "district", "now", "before", "expected", "year_before", "change")


async def show(work: Work) -> Response:
    found = await _found(work)
    if found is None:
        return work.page("insight/counting.html", here="changes")
    return work.page(
        "insight/changes.html", found=found, told=most_changed(found), what=lambda key: _what(work, key),
        shown=MOST_SHOWN, hour=hour_within, last=found.periods.now.after - DAY, earlier=found.periods.now.first,
        until=found.periods.now.after if found.periods.whole else RUNNING, later=_later(found, today()),
    )  # fmt: skip


def most_changed(found: Analysis) -> list[Row]:
    """What changed by more than chance explains, the clearest first."""
    clear = [row for row in (*found.by_both, *found.by_category, *found.by_district) if row.ranked.clear]
    return sorted(clear, key=lambda row: -abs(row.ranked.change.z))[:MOST_TOLD]


async def file(work: Work) -> Response:
    """All rows by district and kind, then by kind, by district, and the sum."""
    found = await _found(work)
    if found is None:
        raise HTTPException(503)

    def rows(words: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
        parts = (*found.by_both, *found.by_category, *found.by_district)
        lines = [
            (*_names(work, row.key, words), *_numbers(row.ranked.change, row.year), _said(row, words)) for row in parts
        ]
        return [*lines, (words["all"], words["all"], *_numbers(found.total, found.year), "")]

    return await csv(work, f"{found.kind.value}-{found.periods.now.first}", COLUMNS, rows)


def _what(work: Work, key: Key) -> str:
    """What a row is about: its kind, its district, or both."""
    return " · ".join(filter(None, (_kind(work, key), work.name(key[0]))))


def _kind(work: Work, key: Key) -> str:
    return "" if key[-1] in work.core.pack.offices else work.category(key[-1])


def _names(work: Work, key: Key, words: Mapping[str, Any]) -> tuple[str, str]:
    """Kind and district; of a row that is of one of them, all of the other."""
    kind, district = _kind(work, key), work.name(key[0])
    other = words["all"] if len(key) == 1 and (kind or district) else words["unknown"]
    return kind or other, district or other


def _numbers(one: Change, year: Change | None) -> tuple[Cell, ...]:
    return one.now, one.before, f"{one.expected:.1f}", year.before if year else ""


def _said(row: Row, words: Mapping[str, Any]) -> str:
    if not row.ranked.clear:
        return str(words["chance"])
    return str(words["rose" if row.ranked.change.z > 0 else "fell"])


async def _found(work: Work) -> Analysis | None:
    """None as long as numbers are being counted."""
    kind = Kind.MONTH if work.request.query_params.get("kind") == Kind.MONTH else Kind.WEEK
    until = end_asked(work.request.query_params.get("until", ""), kind, today(), first_of(kind, today()))
    async with numbers_for(work) as of:
        return await analysis(of, kind, day_number(until)) if of else None


def today() -> date:
    return EPOCH + timedelta(day_of(hour_of(now())))


def end_asked(until: str, kind: Kind, today: date, otherwise: date) -> date:
    """`until`, where that is the first day after a week or month that is over; today for the one that is running; else
    `otherwise`."""
    if until == RUNNING:
        return today
    try:
        day = date.fromisoformat(until)
    except ValueError:
        return otherwise
    if not OLDEST < day <= today:
        return otherwise
    spans = periods(kind, day)
    return day if spans.whole and spans.now.after == day else otherwise


def _later(found: Analysis, today: date) -> date | str | None:
    """Until when to ask for the period that follows; None where no day of it is over."""
    after = found.periods.now.after
    if after >= today:
        return None
    end = after + timedelta(7) if found.kind == Kind.WEEK else (after + timedelta(31)).replace(day=1)
    return end if end <= today else RUNNING


ROUTES = [guarded("/insight/changes", show), guarded("/insight/changes.csv", file)]
