"""What stands on the map, and what its cells are called."""

from collections import Counter

import pytest

from satark.insight.cells import RESOLUTIONS, cell_of, neighbours, outline, parent_of
from satark.insight.grid import BEARINGS, grids
from satark.insight.hotmap import KEYS, hotmap, sorted_by
from satark.resources import data_dir
from satark.routing.folder import load_pack

PACK = load_pack(data_dir("jurisdictions") / "varanasi")
GRIDS = grids(PACK)
JAUNPUR = "district/jaunpur"
TOWN = cell_of(25.75, 82.69)
FAR = cell_of(25.53, 83.20)


def test_only_cells_with_tips_and_hot_ones_are_rows_and_none_of_another_district() -> None:
    rows = {row.cell: row for row in hotmap(GRIDS[7], [JAUNPUR], {TOWN: 40, FAR: 40}, {TOWN: 3}, {})}
    assert set(rows) == {TOWN, *neighbours(TOWN)}, "those around it are hot by its tips, and new"
    assert (rows[TOWN].n, rows[TOWN].open) == (40, 3)
    assert all(row.heat.hot and row.new for row in rows.values())
    assert not any(row.new for row in hotmap(GRIDS[7], [JAUNPUR], {TOWN: 40}, {}, {TOWN: 40}))
    assert hotmap(GRIDS[7], [JAUNPUR], {FAR: 40}, {}, {}) == []
    assert hotmap(GRIDS[7], ["nowhere"], {FAR: 40}, {}, {}) == []


@pytest.mark.parametrize("key", KEYS)
def test_rows_are_sorted_both_ways(key: str) -> None:
    counts = {cell: at + 1 for at, cell in enumerate(sorted(GRIDS[6].districts[JAUNPUR])[:30])}
    rows = hotmap(GRIDS[6], [JAUNPUR], counts, counts, {})
    up, down = sorted_by(rows, key), sorted_by(rows, f"-{key}")
    assert Counter(row.cell for row in up) == Counter(row.cell for row in down) == Counter(row.cell for row in rows)
    if key in ("tips", "open"):
        assert [row.n for row in up] == sorted(row.n for row in rows)
        assert [row.n for row in down] == sorted((row.n for row in rows), reverse=True)
    if key == "class":
        assert down[0].spot.z == max(row.spot.z for row in rows)


def test_a_cell_is_named_by_what_is_nearest() -> None:
    for resolution in RESOLUTIONS:
        grid = GRIDS[resolution]
        assert set(grid.near) == set(grid.around) == grid.cells(grid.districts)
        for near in grid.near.values():
            assert (near.km == 0) is (near.bearing == "") or near.bearing in BEARINGS
    town = GRIDS[7].near[TOWN]
    assert (town.spot.name["en"], town.bearing) == ("Kotwali", "")


def test_bearings_lead_from_the_place_to_the_cell() -> None:
    for cell, near in GRIDS[7].near.items():
        lon, lat = outline(cell)[0]
        if near.km > 6:
            assert near.spot.lat is not None
            assert near.spot.lon is not None
            assert ("n" in near.bearing) <= (lat > near.spot.lat)
            assert ("s" in near.bearing) <= (lat < near.spot.lat)
            assert near.bearing[-1] != "e" or lon > near.spot.lon
            assert near.bearing[-1] != "w" or lon < near.spot.lon


def test_a_coarser_map_has_the_same_tips() -> None:
    fine = Counter({TOWN: 3, min(neighbours(TOWN)): 4})
    coarse: Counter[str] = Counter()
    for cell, n in fine.items():
        coarse[parent_of(cell, 5)] += n
    assert sum(row.n for row in hotmap(GRIDS[5], [JAUNPUR], coarse, {}, {})) == 7
