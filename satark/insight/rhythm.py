"""The week by hours: which slots have more tips than chance explains.

Each tip is taken to fall into a slot with the chance that is the slot's share of time, or of the tips of all kinds. By that,
the count of a slot is binomial; its exact upper tail is p, and over all slots the false discovery rate holds (discovery.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from satark.insight.discovery import discoveries
from satark.insight.tails import binomial

Slot = tuple[int, int]
"""Weekday (0 is Monday) and hour of the day, or the first of several where hours are taken together."""

MOST_FALSE = 0.05


@dataclass(frozen=True)
class Beat:
    """`high` stands out above what was expected, `low` below it."""

    count: int
    expected: float
    p: float
    q: float
    high: bool
    low: bool


def rhythm(counts: Mapping[Slot, int], chances: Mapping[Slot, float]) -> dict[Slot, Beat]:
    """`chances` names all slots and says in which proportion tips fall into them if nothing is special: how often each was
    (`times`), or the tips of all kinds (`usual`). A slot that it does not name is not looked at."""
    whole, total = sum(chances.values()), sum(counts.get(slot, 0) for slot in chances)
    shares = {slot: chance / whole if whole else 0.0 for slot, chance in chances.items()}
    p_values = [binomial(total, share).both(counts.get(slot, 0)) for slot, share in shares.items()]
    return {
        slot: _beat(counts.get(slot, 0), total * share, p, q)
        for (slot, share), p, q in zip(shares.items(), p_values, discoveries(p_values), strict=True)
    }


def _beat(count: int, expected: float, p: float, q: float) -> Beat:
    clear = q <= MOST_FALSE
    return Beat(count, expected, p, q, high=clear and count > expected, low=clear and count < expected)


def times(weekdays: Sequence[int], hours: Sequence[int] = range(24)) -> dict[Slot, float]:
    """How often each slot was, where there were so many Mondays, Tuesdays and so on (seven numbers)."""
    return {(weekday, hour): float(often) for weekday, often in enumerate(weekdays) for hour in hours}


def usual(all_kinds: Mapping[Slot, int], time: Mapping[Slot, float]) -> dict[Slot, float]:
    """In which proportion the tips of all kinds fall into slots, one tip being spread over all of them so that none is
    impossible: what stands out against it is special to a kind."""
    whole = sum(time.values())
    return {slot: all_kinds.get(slot, 0) + (share / whole if whole else 0.0) for slot, share in time.items()}
