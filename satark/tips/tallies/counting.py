"""What is counted of the tips that an audience sees: every number of a month at once (pure)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel

from satark.routing.policy import is_barred
from satark.store.tallies import CellTally, DayTally, PlaceTally, SlotTally, WaitTally
from satark.tips.life import Outcome, Status
from satark.tips.tallies.audiences import Eyes
from satark.tips.tallies.calendar import day_of, first_hour, slot_of
from satark.tips.tallies.waits import Wait, packed, rounded

REPEATED_WITHIN = 30 * 24
"""A tip repeats another if that one came at most so many hours before it."""
OPEN = (Status.RECEIVED, Status.SEEN, Status.ASSIGNED, Status.ACTION_TAKEN)
STATES: tuple[str, ...] = (*Status, *(outcome for outcome in Outcome if outcome))
"""What a tip is counted as: `state_of`."""

Numbers = Mapping[type[SQLModel], Mapping[tuple[Any, ...], tuple[Any, ...]]]
"""The rows of each table, without audience and month: what they are told by, and their numbers."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A tip, as far as it is counted. `waits` are the steps it took, each with how many hours that took."""

    id: str
    hour: int
    category: str
    district: str
    station: str
    cell: str
    state: str
    synthetic: bool
    readers: frozenset[str]
    accused: frozenset[str]
    waits: tuple[tuple[Wait, int], ...]

    @property
    def place(self) -> tuple[str, str, str]:
        return self.district, self.station, self.category


def state_of(status: str, outcome: str, *, reported: bool) -> str:
    """The outcome of a tip that was closed with one, else its status. A success without an action report is none: earlier
    versions let officers close tips like that."""
    if status != Status.CLOSED or not outcome or (outcome == Outcome.ACTED and not reported):
        return status
    return outcome


def seen_by(eyes: Eyes, tips: Iterable[Facts]) -> list[Facts]:
    """The same as the clause of tips/viewing.py, but for recusals, which are an officer's own."""
    return [
        tip
        for tip in tips
        if not eyes.offices.isdisjoint(tip.readers)
        and (eyes.synthetic or not tip.synthetic)
        and not (tip.accused and is_barred(eyes.bars, tip.accused, tip.hour))
    ]


def repeats(tips: Iterable[Facts]) -> set[str]:
    """The ids of those that tell of the same again: another of the same category and cell (of the same station, where no
    cell is known) came in the 30 days before. Of two in one hour, the one with the greater id repeats the other."""
    found, last = set(), dict[tuple[str, ...], int]()
    for tip in sorted(tips, key=lambda one: (one.hour, one.id)):
        if not (tip.cell or tip.station):
            continue
        about = (tip.category, tip.cell) if tip.cell else (tip.category, "", tip.station)
        if tip.hour - last.get(about, -REPEATED_WITHIN - 1) <= REPEATED_WITHIN:
            found.add(tip.id)
        last[about] = tip.hour
    return found


def count(tips: Sequence[Facts], month: int) -> Numbers:
    """The numbers of a month, from its tips and those of the 30 days before it."""
    start, end = first_hour(month), first_hour(month + 1)
    again, own = repeats(tips), [tip for tip in tips if start <= tip.hour < end]
    days = Counter((day_of(tip.hour), tip.district, tip.category) for tip in own)
    slots = Counter((tip.category, slot_of(tip.hour)) for tip in own)
    return {
        PlaceTally: _places(own, again),
        DayTally: {key: (n,) for key, n in days.items()},
        SlotTally: {key: (n,) for key, n in slots.items()},
        CellTally: _cells(own),
        WaitTally: _waits(own),
    }


def _places(tips: Iterable[Facts], again: set[str]) -> dict[tuple[Any, ...], tuple[int, ...]]:
    found: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for tip in tips:
        row = found[tip.place]
        row[tip.state] += 1
        row["acted_on"] += any(step is Wait.ACTION for step, _ in tip.waits)
        row["repeats"] += tip.id in again
    return {place: tuple(row[name] for name in PLACE_NUMBERS) for place, row in found.items()}


def _cells(tips: Iterable[Facts]) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Each tip twice: by its category, and by none."""
    every, still = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for tip in tips:
        for category in (tip.category, "") if tip.cell else ():
            every[category, tip.district, tip.cell] += 1
            still[category, tip.district, tip.cell] += tip.state in OPEN
    return {key: (n, still[key]) for key, n in every.items()}


def _waits(tips: Iterable[Facts]) -> dict[tuple[Any, ...], tuple[bytes]]:
    found: dict[tuple[str, ...], Counter[int]] = defaultdict(Counter)
    for tip in tips:
        for step, hours in tip.waits:
            found[tip.district, tip.station, step.value][rounded(hours)] += 1
    return {key: (packed(hours),) for key, hours in found.items()}


def keys_of(table: type[SQLModel]) -> tuple[str, ...]:
    """The columns that tell the rows of an audience's month apart."""
    columns = SQLModel.metadata.tables[str(table.__tablename__)].columns
    return tuple(one.name for one in columns if one.primary_key and one.name not in ("audience", "month"))


def numbers_of(table: type[SQLModel]) -> tuple[str, ...]:
    """The columns with its numbers."""
    return tuple(one.name for one in SQLModel.metadata.tables[str(table.__tablename__)].columns if not one.primary_key)


PLACE_NUMBERS = numbers_of(PlaceTally)
