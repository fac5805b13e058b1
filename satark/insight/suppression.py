"""Numbers that tell of no single tip.

A number under 3 is shown as "<3", zero included. That alone hides little where its neighbours and their sum are shown:
so what is shown is always a range, "<3" being 0 to 2, and a set of ranges is given out only if **every number under 3 could
still have two values at least**, whatever is added, subtracted and compared. The rule, in `protect`:

1. Numbers are a tree: each may be divided in several ways (by kind, by place, by month), and the parts of a division add
   up to it. Nobody is told which parts of two divisions are the same tips.
2. Every number from 3 on is shown as a range of five: who looks again later, or keeps a report, could subtract exact ones,
   and what came in between may be one tip. Where ranges of five give a small number away, ranges of ten are shown, then of
   fifty.
3. Where even those give one away, nothing is shown at all.

Two values at least is decided exactly, by narrowing every range with those above and below it (`_told_apart`). What the
parts of a table are must not depend on the numbers: a row that appears with its first tip tells of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

LEAST = 3
# How wide the ranges are.
WIDTHS = (5, 10, 50)


@dataclass(frozen=True)
class Counted:
    """A number, and the ways in which it is divided."""

    number: int
    divisions: tuple[tuple["Counted", ...], ...] = ()

    @classmethod
    def of(cls, *divisions: Sequence["Counted"]) -> Self:
        """The sum of what is divided so; all divisions have the same sum."""
        return cls(sum(part.number for part in divisions[0]), tuple(map(tuple, divisions)))


@dataclass(frozen=True)
class Told:
    """A number as it is shown: it is one from `least` to `most`."""

    least: int
    most: int
    divisions: tuple[tuple["Told", ...], ...] = ()

    @property
    def few(self) -> bool:
        return self.most < LEAST


def protect(root: Counted) -> Told | None:
    """What may be shown of numbers; None where nothing may."""
    for width in WIDTHS:
        told = _told(root, width)
        if _told_apart(told, *_narrowed(told)):
            return told
    return None


def exact(root: Counted) -> Told:
    """Numbers as they are, for who may open each of the tips."""
    return Told(root.number, root.number, tuple(tuple(map(exact, one)) for one in root.divisions))


def _told(counted: Counted, width: int) -> Told:
    parts = tuple(tuple(_told(part, width) for part in one) for one in counted.divisions)
    if counted.number < LEAST:
        return Told(0, LEAST - 1, parts)
    low = counted.number // width * width
    return Told(max(LEAST, low), low + width - 1, parts)


def _narrowed(told: Told) -> tuple[int, int]:
    """The range of a number, by what is shown of itself and of its parts."""
    least, most = told.least, told.most
    for division in told.divisions:
        ranges = [_narrowed(part) for part in division]
        least = max(least, sum(low for low, _ in ranges))
        most = min(most, sum(high for _, high in ranges))
    return least, most


def _told_apart(told: Told, least: int, most: int) -> bool:
    """Whether no number under 3 is given away, where this one is known to be from `least` to `most`: each part is what
    this one leaves when the others take as little or as much as they can."""
    if told.few and least == most:
        return False
    for division in told.divisions:
        ranges = [_narrowed(part) for part in division]
        low, high = sum(one for one, _ in ranges), sum(one for _, one in ranges)
        for part, (own_low, own_high) in zip(division, ranges, strict=True):
            if not _told_apart(part, max(own_low, least - high + own_high), min(own_high, most - low + own_low)):
                return False
    return True
