"""What each station, circle or district did with its tips, read off what is kept."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from satark.insight.asking import Scope, Window
from satark.insight.comparison import Record
from satark.insight.numbers import Tally, Waits, places, rolled_up, waits
from satark.insight.reading import Reading
from satark.routing.pack import Pack
from satark.routing.tree import below, line
from satark.tips.life import Status
from satark.tips.tallies.waits import Wait

BEFORE_ACTION = (Status.RECEIVED, Status.SEEN, Status.ASSIGNED)


@dataclass(frozen=True)
class Offices:
    """Of each office its record in a window and its tips of the newest months, oldest first. `elsewhere` are the tips of the
    window that belong to none of them: of an unknown station, or of one that is not among them."""

    records: Mapping[str, Record]
    monthly: Mapping[str, Sequence[int]]
    elsewhere: int


def offices_of(pack: Pack, own: Collection[str], kind: str) -> list[str]:
    """Those of a kind at and below an officer's own offices. An authority
    outside has none below it, and everything may come to it."""
    served = {one for office in own for one in below(pack.parents, office) if office != pack.outside}
    return [one.id for one in pack.offices.values() if one.kind == kind and (one.id in served or not served)]


async def offices(
    of: Reading, pack: Pack, known: Sequence[str], kind: str, window: Window, trend: Window, category: str = ""
) -> Offices:
    """Of offices of a kind (station, circle, district). By category no times are kept: then `hours` are empty."""
    office = _office_of(pack, kind)
    scope = Scope(category=category)
    tallies = rolled_up(await places(of, window, scope=scope), office)
    took = {} if category else rolled_up(_until_action(await waits(of, window, steps=(Wait.ACTION,))), office)
    by_month = await places(of, trend, ("month", "district", "station"), scope)
    months: Counter[tuple[str, int]] = Counter()
    for (month, *place), tally in by_month.items():
        months[office(tuple(place)), month] += tally.total
    return Offices(
        {one: record(tallies.get(one, Tally()), took.get(one, Waits()), _people(pack, one)) for one in known},
        {one: [months[one, month] for month in range(trend.first, trend.last + 1)] for one in known},
        sum(tally.total for one, tally in tallies.items() if one not in set(known)),
    )


def record(tally: Tally, action: Waits, people: int | None) -> Record:
    """A tip that was given on after something was done is not waiting for the first action."""
    untouched = sum(tally.states[one] for one in BEFORE_ACTION)
    return Record(
        tips=tally.total,
        acted=tally.acted_on,
        open=tally.open,
        waiting=min(untouched, tally.total - tally.acted_on),
        again=tally.repeats,
        outcomes=tally.states,
        hours=action.hours,
        people=people,
    )


def _office_of(pack: Pack, kind: str) -> Callable[[tuple[str, ...]], str]:
    """Of a district and station, the office of a kind that they lie in, "" where there is none."""
    kinds = {one.id: one.kind for one in pack.offices.values()}
    return cache(
        lambda place: next((one for one in line(pack.parents, place[1] or place[0]) if kinds.get(one) == kind), "")
    )


def _until_action(found: Mapping[tuple[str, ...], Mapping[Wait, Waits]]) -> dict[tuple[str, ...], Waits]:
    return {place: steps[Wait.ACTION] for place, steps in found.items() if Wait.ACTION in steps}


def _people(pack: Pack, office: str) -> int | None:
    return pack.insight.population.people.get(office)
