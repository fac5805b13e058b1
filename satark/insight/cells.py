"""The cells of the hotspot map: hexagons of the H3 grid, which is the same everywhere and needs no map of villages (pure).

A cell is its H3 index in hex. What is stored is of resolution 7, some 5 km²; a map further out shows its parents, of some
36 km² and 253 km².
"""

import h3
from shapely.geometry.base import BaseGeometry

from satark.routing.pack import Pack

STORED = 7
RESOLUTIONS = (5, 6, 7)


def cell_of(lat: float, lon: float) -> str:
    """The cell of a point (WGS84 degrees)."""
    found: str = h3.latlng_to_cell(lat, lon, STORED)
    return found


def parent_of(cell: str, resolution: int) -> str:
    """The cell of a coarser resolution that it lies in; a cell of that resolution is its own. Raises ValueError for one that
    is not shown."""
    if resolution not in RESOLUTIONS:
        raise ValueError(resolution)
    found: str = h3.cell_to_parent(cell, resolution)
    return found


def neighbours(cell: str) -> frozenset[str]:
    """The six cells around it."""
    return frozenset(h3.grid_disk(cell, 1)) - {cell}


def outline(cell: str) -> tuple[tuple[float, float], ...]:
    """Its corners as (lon, lat), as GeoJSON has them; the first is the last."""
    corners = [(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]
    return (*corners, corners[0])


def centre(cell: str) -> tuple[float, float]:
    """Its middle as (lat, lon)."""
    lat, lon = h3.cell_to_latlng(cell)
    return lat, lon


def cells_within(shape: BaseGeometry, resolution: int) -> frozenset[str]:
    """The cells that have a part of a shape, or of several, inside them."""
    return frozenset(h3.h3shape_to_cells_experimental(h3.geo_to_h3shape(shape), resolution, contain="overlap"))


def cells_of(pack: Pack, resolution: int) -> dict[str, frozenset[str]]:
    """The cells of each district whose outline is known. Those on a border are of both sides."""
    served = (one for one in pack.offices.values() if one.kind == "district" and one.id in pack.outlines)
    return {one.id: cells_within(pack.outlines[one.id], resolution) for one in served}
