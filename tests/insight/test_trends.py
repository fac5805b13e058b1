"""What changed, and what only seems to have."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from satark.insight.trends import change, ranked

COUNTS = st.integers(0, 500)
DAYS = st.floats(1, 400)


@given(now=COUNTS, before=COUNTS, days=DAYS, days_before=DAYS)
def test_p_is_that_of_the_binomial_test_and_turns_around(
    now: int, before: int, days: float, days_before: float
) -> None:
    one, other = change(now, before, days, days_before), change(before, now, days_before, days)
    assert one.z == pytest.approx(-other.z, abs=1e-6)
    assert one.p == pytest.approx(other.p, abs=1e-9)
    share = days / (days + days_before)
    tails = [stats.binom.cdf(now, now + before, share), stats.binom.sf(now - 1, now + before, share)]
    assert one.p == pytest.approx(min(1, 2 * min(tails)), abs=1e-9)


@given(before=COUNTS, now=COUNTS, more=st.integers(1, 50))
def test_more_tips_are_a_larger_change(before: int, now: int, more: int) -> None:
    assert change(now + more, before).z > change(now, before).z


def test_no_change_is_none() -> None:
    assert change(0, 0).p == change(7, 7).p == change(14, 7, 14, 7).p == 1
    assert change(14, 7, 14, 7).z == 0
    assert change(3, 0).ratio is None
    assert change(30, 10, 30, 20).expected == 15


def test_what_changed_most_is_first_and_percent_does_not_decide() -> None:
    found = ranked({"gambling": (4, 2), "liquor_drugs": (280, 200), "weapons": (20, 70), "other": (50, 50)})
    assert [key for key, _ in found] == ["weapons", "liquor_drugs", "gambling", "other"]
    assert [one.clear for _, one in found] == [True, True, False, False]


def test_by_chance_alone_little_is_called_clear() -> None:
    random, weeks = np.random.default_rng(8), 150
    called = sum(
        any(
            one.clear
            for _, one in ranked(
                {
                    at: (int(a), int(b))
                    for at, (a, b) in enumerate(zip(random.poisson(mean), random.poisson(mean), strict=True))
                }
            )
        )
        for mean in random.gamma(1, 8, (weeks, 36))
    )
    assert called <= 0.1 * weeks
