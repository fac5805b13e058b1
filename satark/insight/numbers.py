"""Numbers for pages: of places, of days, of the hours of a week, of cells, of waits.

Read off what is kept, never off tips, so as fast over many as over few.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select

from satark.insight.asking import ALL, Scope, Window
from satark.insight.cells import STORED, parent_of
from satark.insight.reading import Reading
from satark.insight.sums import hidden_rows, sums, wanted
from satark.store.tallies import CellTally, DayTally, PlaceTally, SlotTally, WaitTally
from satark.tips.tallies.calendar import month_of_day
from satark.tips.tallies.counting import OPEN, STATES, numbers_of
from satark.tips.tallies.waits import Wait, quantile, unpacked

SLOTS = 168
_PLACE = numbers_of(PlaceTally)
_STATES = tuple((state, _PLACE.index(state)) for state in STATES)
_ACTED_ON, _REPEATS = _PLACE.index("acted_on"), _PLACE.index("repeats")

K = TypeVar("K")
K2 = TypeVar("K2")
N = TypeVar("N", "Tally", "Waits")


@dataclass(frozen=True)
class Tally:
    """Tips of a place or category: how many of each state (`tips/tallies/counting.STATES`), on how many something was done,
    and how many tell again what another told in the 30 days before, in the same cell or station."""

    states: Counter[str] = field(default_factory=Counter)
    acted_on: int = 0
    repeats: int = 0

    @property
    def total(self) -> int:
        return self.states.total()

    @property
    def open(self) -> int:
        """The backlog: what has not ended."""
        return sum(self.states[state] for state in OPEN)

    @property
    def action_rate(self) -> float | None:
        """The share on which something was done; None of nothing."""
        return self.acted_on / self.total if self.total else None

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.states + other.states, self.acted_on + other.acted_on, self.repeats + other.repeats)


@dataclass(frozen=True)
class Cell:
    """Tips of a cell in a window, how many of them have not ended; of its last month, and of the month before that."""

    n: int
    open: int
    last_month: int
    month_before: int

    @property
    def is_new(self) -> bool:
        return self.last_month > 0 and self.month_before == 0


@dataclass(frozen=True)
class Waits:
    """How long tips waited, in hours from when they came: how many for how long (tips/tallies/waits.py)."""

    hours: Counter[int] = field(default_factory=Counter)

    @property
    def n(self) -> int:
        return self.hours.total()

    @property
    def median(self) -> int | None:
        return quantile(self.hours, 0.5)

    @property
    def late(self) -> int | None:
        """The 90th percentile."""
        return quantile(self.hours, 0.9)

    def __add__(self, other: "Waits") -> "Waits":
        return Waits(self.hours + other.hours)


async def places(
    of: Reading, window: Window, by: Sequence[str] = ("district", "station"), scope: Scope = ALL
) -> dict[tuple[Any, ...], Tally]:
    """Tips by any of `month`, `district`, `station` and `category`, in the order of `by`."""
    rows = await sums(of, PlaceTally, by, window, scope)
    return {key: _tally(numbers) for key, numbers in rows.items()}


def _tally(numbers: Sequence[int]) -> Tally:
    states: Counter[str] = Counter()
    for state, at in _STATES:
        if n := numbers[at]:
            states[state] = n
    return Tally(states, numbers[_ACTED_ON], numbers[_REPEATS])


async def days(
    of: Reading, first: int, last: int, by: Sequence[str] = ("day",), scope: Scope = ALL
) -> Counter[tuple[Any, ...]]:
    """Tips by any of `day`, `district` and `category`, of the days from `first` to `last` (since 1970, in India). Of
    stations no days are kept."""
    window = Window(month_of_day(first), month_of_day(last))
    rows = await sums(of, DayTally, by, window, scope, days=(first, last))
    return Counter({key: numbers[0] for key, numbers in rows.items()})


async def week(of: Reading, window: Window, category: str = "") -> tuple[tuple[int, ...], ...]:
    """Tips by weekday, Monday first, and hour of the day in India: seven rows of 24."""
    rows = await sums(of, SlotTally, ("slot",), window, Scope(category=category))
    numbers = [rows.get((slot,), (0,))[0] for slot in range(SLOTS)]
    return tuple(tuple(numbers[day * 24 : day * 24 + 24]) for day in range(7))


async def cells(of: Reading, window: Window, resolution: int = STORED, scope: Scope = ALL) -> dict[str, Cell]:
    """Tips by H3 cell of a resolution of `insight/cells.py`. Of stations no cells are kept."""
    # All categories together have rows of their own.
    both = Window(min(window.first, window.last - 1), window.last)
    rows = await sums(of, CellTally, ("month", "cell"), both, scope, category=scope.category)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for (month, cell), (n, still) in rows.items():
        row = found[parent_of(cell, resolution)]
        if month >= window.first:
            row.update(n=n, open=still)
        row[str(month)] += n
    last, before = str(window.last), str(window.last - 1)
    return {cell: Cell(row["n"], row["open"], row[last], row[before]) for cell, row in found.items() if row["n"]}


async def ground(
    of: Reading, window: Window, resolution: int = STORED, scope: Scope = ALL
) -> dict[tuple[str, str], tuple[int, int]]:
    """Tips by district and H3 cell, and how many of them have not ended. Unlike `cells` it reads no more of a long time."""
    rows = await sums(of, CellTally, ("district", "cell"), window, scope, category=scope.category)
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for (district, cell), (n, still) in rows.items():
        key = district, parent_of(cell, resolution)
        before = found.get(key, (0, 0))
        found[key] = before[0] + n, before[1] + still
    return found


async def waits(
    of: Reading,
    window: Window,
    by: Sequence[str] = ("district", "station"),
    scope: Scope = ALL,
    steps: Collection[Wait] = tuple(Wait),
) -> dict[tuple[Any, ...], dict[Wait, Waits]]:
    """How long tips waited for each of these steps, by any of `month`, `district` and `station`. Of categories no waits
    are kept."""
    summed: dict[tuple[Any, ...], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for sign, key, step, hours in await _histograms(of, window, by, scope, steps):
        row = summed[*key, step]
        for wait, n in hours.items():
            row[wait] += sign * n
    found: dict[tuple[Any, ...], dict[Wait, Waits]] = defaultdict(dict)
    for (*place, step), row in summed.items():
        if hours := +Counter(row):
            found[tuple(place)][Wait(step)] = Waits(hours)
    return dict(found)


async def _histograms(
    of: Reading, window: Window, by: Sequence[str], scope: Scope, steps: Collection[Wait]
) -> list[tuple[int, tuple[Any, ...], str, dict[int, int]]]:
    """Those that are kept, and those to be taken away: sign, place, step, histogram."""
    table: Any = WaitTally
    columns = (*(getattr(table, name) for name in by), table.step, table.hours)
    wished = (*wanted(of, table, window, scope), table.step.in_(steps))
    kept = await of.db.execute(select(*columns).where(*wished))
    found = [(1, tuple(row[: len(by)]), row.step, unpacked(row.hours)) for row in kept]
    for sign, row, numbers in hidden_rows(of, table, window, scope):
        if row["step"] in steps:
            found.append((sign, tuple(row[name] for name in by), row["step"], unpacked(numbers[0])))
    return found


def rolled_up(found: Mapping[K, N], key_of: Callable[[K], K2]) -> dict[K2, N]:
    """Tallies or waits of stations as those of what `key_of` says of each key: of circles, say."""
    summed: dict[K2, N] = {}
    for key, one in found.items():
        above = key_of(key)
        summed[above] = summed[above] + one if above in summed else one
    return summed
