"""Early warnings of one reading: which kind in which district has more tips than its past and chance explain, since when.

Series are whole weeks, of district and category. Of stations no days are kept, and by months a method that was tried on
weeks would be another one: they have no warnings of their own.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from satark.insight.analysis import EPOCH, day_number, months_before
from satark.insight.numbers import days
from satark.insight.periods import Period
from satark.insight.reading import Reading
from satark.insight.seasons import expected_days, seasons
from satark.insight.warning import GAP, LEAST_PAST, PAST, Alarm, alarms

WEEK = 7
MOST_BACK = 8
"""So many weeks are gone back to see since when it is so."""
WEEKS = GAP + PAST + MOST_BACK
LEAST_WEEKS = GAP + LEAST_PAST

Series = tuple[str, str]
"""District and category."""


@dataclass(frozen=True)
class Warned:
    """`weekly` are the tips of whole weeks, oldest first. At the end of each week there was an alarm, from that of
    `since` (its Monday) on."""

    district: str
    category: str
    alarm: Alarm
    weekly: Sequence[int]
    since: date


@dataclass(frozen=True)
class Watched:
    """The least likely first. `newest` is the Monday of the newest whole week. `weeks` are how many were looked at: fewer
    than `LEAST_WEEKS` give no warning."""

    newest: date
    weeks: int
    warnings: Sequence[Warned]
    seasonal: bool


async def watched(of: Reading, today: int) -> Watched:
    """At a day (since 1970, in India)."""
    monday = EPOCH + timedelta(today - (EPOCH + timedelta(today)).weekday())
    first = monday - timedelta(weeks=WEEKS)
    weekly = await _weekly(of, day_number(first))
    monthly = await months_before(of, day_number(monday))
    known = seasons(list(monthly.values()), min(monthly, default=0) % 12 + 1)
    weeks = [Period(first + timedelta(weeks=at), WEEK) for at in range(WEEKS)]
    levels = [expected_days(week, known) / WEEK for week in weeks]
    found, newest = await asyncio.to_thread(_look, weekly, levels), monday - timedelta(WEEK)
    warnings = [
        Warned(*key, alarm, weekly[key], newest - timedelta(weeks=back)) for key, (alarm, back) in found.items()
    ]
    return Watched(newest, len(next(iter(weekly.values()), ())), warnings, known is not None)


async def _weekly(of: Reading, first: int) -> dict[Series, list[int]]:
    """The weeks from a Monday on, of each series that has any tip; from the first whole week in which tips were counted."""
    found = await days(of, first, first + WEEKS * WEEK - 1, ("day", "district", "category"))
    began = min((day for day, *_ in found), default=first)
    weekly: dict[Series, list[int]] = {}
    for (day, district, category), n in found.items():
        weekly.setdefault((district, category), [0] * WEEKS)[(day - first) // WEEK] += n
    return {key: numbers[-(-(began - first) // WEEK) :] for key, numbers in sorted(weekly.items())}


def _look(weekly: Mapping[Series, Sequence[int]], levels: Sequence[float]) -> dict[Series, tuple[Alarm, int]]:
    """The alarms of the newest week, each with how many weeks before that it was there without a break."""
    now = alarms(weekly, levels)
    since, still = dict.fromkeys(now, 0), set(now)
    for back in range(1, MOST_BACK + 1):
        still &= (
            alarms({key: weeks[:-back] for key, weeks in weekly.items()}, levels[:-back]).keys() if still else set()
        )
        since.update(dict.fromkeys(still, back))
    return {key: (alarm, since[key]) for key, alarm in now.items()}
