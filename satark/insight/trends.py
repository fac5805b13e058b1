"""What changed: two counts, and whether chance alone could have made the difference.

Given both together, the newer one is binomial if nothing changed, its share being that of its days (J. Przyborowski,
H. Wilenski, Biometrika 31 (1940) 313-323). Changes are ranked by the signed root of the deviance, which is large where a
change is, whatever the numbers: 2 tips becoming 4 is +100 % and says nothing, 200 becoming 260 is +30 % and says much.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import copysign, log, sqrt
from typing import TypeVar

from satark.insight.discovery import discoveries
from satark.insight.tails import binomial

Key = TypeVar("Key")
MOST_FALSE = 0.1


@dataclass(frozen=True)
class Change:
    """`expected` is the newer count if nothing had changed since the older. `ratio` is how many times of it there are, None
    where none were expected. `z` is how far it is beyond chance, negative for a fall; `p` is two-sided."""

    now: int
    before: int
    expected: float
    ratio: float | None
    z: float
    p: float


@dataclass(frozen=True)
class Ranked:
    """`clear` changes are few enough to be false: at most a tenth of them are expected to be."""

    change: Change
    q: float
    clear: bool


def change(now: int, before: int, days: float = 1.0, days_before: float = 1.0) -> Change:
    """`days` are those that each count comes from, or their sums by season (seasons.expected_days): above 0."""
    total, share = now + before, days / (days + days_before)
    chance = binomial(total, share)
    expected = before * days / days_before
    deviance = 2 * (_part(now, total * share) + _part(before, total * (1 - share)))
    z = copysign(sqrt(max(0.0, deviance)), now - total * share)
    return Change(now, before, expected, now / expected if expected else None, z, chance.both(now))


def ranked(
    counts: Mapping[Key, tuple[int, int]], days: float = 1.0, days_before: float = 1.0
) -> list[tuple[Key, Ranked]]:
    """By key (a category, a district, both) the newer and the older count: what changed most first, and then as given."""
    changes = {key: change(now, before, days, days_before) for key, (now, before) in counts.items()}
    q_values = discoveries([one.p for one in changes.values()])
    found = [(key, Ranked(one, q, q <= MOST_FALSE)) for (key, one), q in zip(changes.items(), q_values, strict=True)]
    return sorted(found, key=lambda pair: -abs(pair[1].change.z))


def _part(seen: int, usual: float) -> float:
    return seen * log(seen / usual) if seen else 0.0
