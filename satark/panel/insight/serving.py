"""The districts whose numbers a viewer is shown."""

from collections.abc import Iterable

from satark.routing.pack import Pack
from satark.routing.tree import below


def districts_of(pack: Pack, offices: Iterable[str]) -> tuple[str, ...]:
    """Those below an officer's own offices, and the one that an office lies in. An authority outside has no office below
    it, and everything may come to it."""
    found = {pack.district_of(one) for office in offices for one in below(pack.parents, office) if one in pack.offices}
    every = [one.id for one in pack.offices.values() if one.kind == "district" and one.id in pack.outlines]
    return tuple(one for one in every if one in found or not found - {""})
