"""Cells of the map, as the H3 grid has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from satark.insight.cells import cell_of, cells_of, cells_within, centre, neighbours, outline, parent_of
from satark.resources import data_dir
from satark.routing.folder import load_pack

PACK = load_pack(data_dir("jurisdictions") / "varanasi")
lats, lons = st.floats(25.0, 26.3), st.floats(82.0, 84.0)


@given(lats, lons)
def test_a_point_lies_in_its_cell_and_in_nobody_elses(lat: float, lon: float) -> None:
    cell, point = cell_of(lat, lon), Point(lon, lat)
    assert Polygon(outline(cell)).buffer(1e-6).covers(point)
    assert len(neighbours(cell)) == 6
    assert cell not in neighbours(cell)
    assert not any(Polygon(outline(one)).buffer(-1e-6).covers(point) for one in neighbours(cell))
    assert cell_of(*centre(cell)) == cell


def test_a_cell_has_parents_and_its_own_is_itself() -> None:
    cell = cell_of(25.75356, 82.68689)
    assert [parent_of(cell, resolution) for resolution in (7, 6, 5)] == [
        "873c16d53ffffff",
        "863c16d57ffffff",
        "853c16d7fffffff",
    ]
    with pytest.raises(ValueError):
        parent_of(cell, 8)


def test_the_outline_is_a_ring_of_longitude_and_latitude() -> None:
    ring = outline(cell_of(25.75356, 82.68689))
    assert ring[0] == ring[-1]
    assert len(ring) == 7
    assert all(82 < lon < 83 and 25 < lat < 26 for lon, lat in ring)


def test_the_cells_of_a_district_cover_it() -> None:
    found = cells_of(PACK, 6)
    assert set(found) == set(PACK.outlines) & set(PACK.offices)
    for district, cells in found.items():
        left = PACK.outlines[district]
        for cell in cells:
            left = left.difference(Polygon(outline(cell)))
        assert left.area < 1e-9
        assert all(PACK.outlines[district].intersects(Polygon(outline(cell))) for cell in cells)


def test_a_shape_smaller_than_a_cell_has_one() -> None:
    cell = cell_of(25.75356, 82.68689)
    lat, lon = centre(cell)
    assert cells_within(Point(lon, lat).buffer(0.001), 7) == {cell}
