"""Numbers of tips: exact for officers, who may open each of them; for analysts, who see nothing else, none that tells of a
single tip.

Analysts see months that are over. Whoever looks every minute would else see a kind and a place grow together, and know what
was told there, and when.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from satark.insight.analysis import EPOCH, day_number, hour_within
from satark.insight.asking import EVER, Window
from satark.insight.numbers import Tally, days, places
from satark.insight.periods import Kind, Period, first_of, periods
from satark.insight.reading import Reading
from satark.insight.suppression import Counted, Told, exact, protect
from satark.insight.trends import Ranked, ranked
from satark.language import show_month
from satark.panel.gate import Work, guarded
from satark.panel.insight.asked import numbers_for
from satark.panel.insight.lists import csv
from satark.panel.roles import SERVING, Role
from satark.paper.sheets import Cell
from satark.routing.pack import Pack
from satark.routing.tree import below
from satark.store.clock import hour_of, now
from satark.tips.life import Outcome, Status
from satark.tips.tallies.calendar import day_of, first_hour, month_of

# An analyst's months and an officer's.
FEW_MONTHS, MANY_MONTHS = 12, 24
OUTCOMES = frozenset(Outcome)
Counts = Counter[tuple[Any, ...]]

# What fits no row of a table.
REST = ""


@dataclass(frozen=True)
class Place:
    """A row of the table of places: a district with its stations, or a station. The rest stands for what is not known
    or lies elsewhere."""

    office: str
    within: tuple[str, ...] = ()


@dataclass(frozen=True)
class Overview:
    """`told` is None where nothing may be. It is divided by kind (and status), by place, and by month: an hour of each,
    and then all that are earlier."""

    told: Told | None
    categories: list[str]
    statuses: list[str]
    places: list[Place]
    months: list[int]


async def show(work: Work) -> Response:
    """The three tables are drawn from the pack and the calendar alone, so that no row comes or goes with a tip."""
    officer = work.session.role is Role.OFFICER
    async with numbers_for(work) as of:
        if of is None:
            return work.page("insight/counting.html", here="")
        found = await overview_of(of, work)
        change = await _largest_change(of) if officer else None
    return work.page("insight/overview.html", exact=officer, change=change, **vars(found))


async def file(work: Work) -> Response:
    """The months of the chart."""
    async with numbers_for(work) as of:
        if of is None:
            raise HTTPException(503)
        found = await overview_of(of, work)
    numbers = [part.most for part in found.told.divisions[-1]] if found.told else []

    def rows(words: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
        names = [*(show_month(one, work.viewer.locale) for one in found.months), str(words["earlier"])]
        oldest_first = zip(reversed(names), reversed(numbers), strict=True)
        return [(name, number) for name, number in oldest_first]

    return await csv(work, "months", ("month", "tips"), rows)


async def overview_of(of: Reading, work: Work) -> Overview:
    officer, last = work.session.role is Role.OFFICER, month_of(hour_of(now()))
    last -= not officer
    ever = Window(EVER.first, last)
    categories = [*(one.id for one in work.core.pack.categories), REST]
    statuses = [one.value for one in Status]
    rows = places_of(work.core.pack, work.viewer.offices)
    months = [last - back for back in range(MANY_MONTHS if officer else FEW_MONTHS)]
    kept = await places(of, ever, ("district", "station", "category"))
    by_month = await places(of, Window(months[-1], last), ("month",))
    where: Counts = Counter()
    for (district, station, _), tally in kept.items():
        where[district, station] += tally.total
    when = _months(by_month, months, where.total())
    counted = Counted.of(_kinds(_by_status(kept), categories, statuses), _places(where, rows), when)
    told = exact(counted) if officer else protect(counted)
    return Overview(told, categories, statuses, rows, [first_hour(one) for one in months])


def _by_status(kept: Mapping[tuple[Any, ...], Tally]) -> Counts:
    """By category and status: a tip that was closed with an outcome is closed."""
    found: Counts = Counter()
    for (_, _, category), tally in kept.items():
        for state, n in tally.states.items():
            found[category, Status.CLOSED.value if state in OUTCOMES else state] += n
    return found


def _months(by_month: Mapping[tuple[Any, ...], Tally], months: list[int], every: int) -> list[Counted]:
    """Each of these, and all that are earlier."""
    newest = [by_month[month,].total if (month,) in by_month else 0 for month in months]
    return [*map(Counted, newest), Counted(max(0, every - sum(newest)))]


async def _largest_change(of: Reading) -> tuple[str, Ranked, int] | None:
    """The category that changed most in the last month that is over, if chance would hardly change one so much."""
    today = EPOCH + timedelta(day_of(hour_of(now())))
    compared = periods(Kind.MONTH, first_of(Kind.MONTH, today))
    newer, older = await _by_category(of, compared.now), await _by_category(of, compared.before)
    counts = {category: (newer[category,], older[category,]) for (category,) in sorted({*newer, *older})}
    changes = ranked(counts, compared.now.days, compared.before.days)
    hour = hour_within(compared.now.first)
    clear = [(category, one, hour) for category, one in changes if one.clear]
    return clear[0] if clear else None


async def _by_category(of: Reading, period: Period) -> Counts:
    return await days(of, day_number(period.first), day_number(period.after) - 1, ("category",))


def places_of(pack: Pack, own: frozenset[str]) -> list[Place]:
    """Districts with their stations, below an officer's own offices; one district's stations where there is no other. An
    authority outside has no office below it, and everything may come to it."""
    served = {one for office in own for one in below(pack.parents, office) if office != pack.outside}
    stations: dict[str, list[str]] = {}
    for office in pack.offices.values():
        if office.kind == "station" and (office.id in served or not served):
            stations.setdefault(pack.district_of(office.id), []).append(office.id)
    if len(stations) == 1:
        return [*(Place(one) for found in stations.values() for one in found), Place(REST)]
    return [*(Place(district, (*found, REST)) for district, found in stations.items()), Place(REST)]


def _kinds(counts: Counts, categories: list[str], statuses: list[str]) -> list[Counted]:
    known = set(categories) - {REST}
    found: Counts = Counts()
    for (category, status), number in counts.items():
        found[category if category in known else REST, status] += number
    return [Counted.of([Counted(found[category, status]) for status in statuses]) for category in categories]


def _places(counts: Counts, places: list[Place]) -> list[Counted]:
    found: Counts = Counts()
    rows = {place.office: place.within for place in places}
    for (district, station), number in counts.items():
        if station and station in rows:
            found[station, REST] += number
        elif district in rows:
            found[district, station if station in rows[district] else REST] += number
        else:
            found[REST, REST] += number
    return [
        Counted.of([Counted(found[place.office, one]) for one in place.within])
        if place.within
        else Counted(found[place.office, REST])
        for place in places
    ]


ROUTES = [
    guarded("/insight/", show, roles=SERVING),
    guarded("/insight/months.csv", file),
]
