"""Which warnings are news to an audience (pure): what it is told of once, given what it was told of and what is there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from satark.insight.watching import Series


@dataclass(frozen=True)
class Noted:
    """A warning that was told of: the Monday of the week that was the newest then, and whether it was there at the last
    look."""

    week: int
    there: bool = True


@dataclass(frozen=True)
class News:
    """What changes: warnings to tell of; such as are back or gone, of which nobody is told; and such as are forgotten."""

    tell: frozenset[Series] = frozenset()
    back: frozenset[Series] = frozenset()
    gone: frozenset[Series] = frozenset()
    forget: frozenset[Series] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.tell or self.back or self.gone or self.forget)


def news(noted: Mapping[Series, Noted], there: Collection[Series], week: int) -> News:
    """A warning is told of when it begins, and then no more as long as it lasts. One that goes is forgotten, but not before
    another week is the newest: what comes and goes within a week is told of once."""
    now, known = frozenset(there), noted.keys()
    of_this_week = frozenset(key for key, one in noted.items() if one.week >= week)
    was_there = frozenset(key for key, one in noted.items() if one.there)
    return News(
        tell=now - was_there - of_this_week,
        back=(now & of_this_week) - was_there,
        gone=(was_there & of_this_week) - now,
        forget=frozenset(known) - now - of_this_week,
    )
