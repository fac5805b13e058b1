"""What stands on a map of hotspots: cells with tips, and those that stand out though all tips are beside them (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from satark.insight.grid import Grid
from satark.insight.hotspots import Heat, Spot, hotspots, new_since

HOTTEST = {heat: at for at, heat in enumerate(Heat)}
KEYS = ("tips", "open", "z", "q", "class", "new")


@dataclass(frozen=True)
class Row:
    """A cell: its tips, how many have not ended, its Gi*, and whether it was not hot in the window before."""

    cell: str
    n: int
    open: int
    spot: Spot
    new: bool

    @property
    def heat(self) -> Heat:
        return self.spot.heat


def hotmap(
    grid: Grid, districts: Iterable[str], counts: Mapping[str, int], still_open: Mapping[str, int], before: Mapping[str, int]
) -> list[Row]:  # fmt: skip
    """All cells of the districts take part, those without tips too; of these only such as are hot are rows. Numbers of other
    cells are left out."""
    ground = sorted(grid.cells(districts))
    now, then = _spots(grid, ground, counts), _spots(grid, ground, before)
    new = new_since(now, then)
    return [
        Row(cell, spot.n, still_open.get(cell, 0), spot, cell in new)
        for cell, spot in now.items()
        if spot.n or spot.heat.hot
    ]


def sorted_by(rows: Iterable[Row], key: str) -> list[Row]:
    """By one of `KEYS`, descending with a "-" before it; what is equal by z, the highest first."""
    of = {
        "tips": lambda row: row.n, "open": lambda row: row.open, "z": lambda row: row.spot.z, "q": lambda row: row.spot.q,
        "class": lambda row: -HOTTEST[row.heat], "new": lambda row: row.new,
    }[key.removeprefix("-")]  # fmt: skip
    ordered = sorted(rows, key=lambda row: (-row.spot.z, row.cell))
    return sorted(ordered, key=of, reverse=key.startswith("-"))


def _spots(grid: Grid, ground: Sequence[str], counts: Mapping[str, int]) -> dict[str, Spot]:
    return hotspots({cell: counts.get(cell, 0) for cell in ground}, {cell: grid.around[cell] for cell in ground})
