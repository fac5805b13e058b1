"""The tree of offices, as a mapping from an office to the one above it ("" at the top)."""

from collections.abc import Mapping

Parents = Mapping[str, str]


def line(parents: Parents, office: str) -> tuple[str, ...]:
    """The office and all above it, from the bottom up. An unknown office stands alone; a cycle ends where it closes."""
    found: list[str] = []
    while office and office not in found:
        found.append(office)
        office = parents.get(office, "")
    return tuple(found)


def below(parents: Parents, office: str) -> frozenset[str]:
    """The office and all below it."""
    return frozenset(other for other in {*parents, office} if office in line(parents, other))
