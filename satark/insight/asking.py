"""What numbers are asked for: of which months, and of which tips (pure)."""

from dataclasses import dataclass
from typing import Self

from satark.tips.tallies.calendar import month_of

MONTHS = 12


@dataclass(frozen=True)
class Window:
    """Months from `first` to `last`, both included, as in tips/tallies/calendar.py."""

    first: int
    last: int

    @classmethod
    def until(cls, hour: int, months: int = MONTHS) -> Self:
        """So many months, the last being that of an hour since 1970."""
        return cls(month_of(hour) - months + 1, month_of(hour))

    @property
    def before(self) -> "Window":
        """As many months, just before."""
        length = self.last - self.first + 1
        return Window(self.first - length, self.first - 1)

    @property
    def a_year_before(self) -> "Window":
        return Window(self.first - 12, self.last - 12)


EVER = Window(0, 12 * 9999)


@dataclass(frozen=True)
class Scope:
    """Of which tips; "" is any. Not all numbers are kept by station or category: see insight/numbers.py."""

    district: str = ""
    station: str = ""
    category: str = ""


ALL = Scope()
