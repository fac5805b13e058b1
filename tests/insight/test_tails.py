"""The tails against scipy.stats, which nobody here wrote."""

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from satark.insight.tails import (
    Counts,
    beta_binomial,
    binomial,
    certain,
    negative_binomial,
    normal_upper,
    poisson,
    z_beyond,
)

SHARES = st.floats(0.001, 0.999)
MEANS = st.floats(0.001, 3000)


def agrees(ours: Counts, count: int, upper: float, lower: float) -> None:
    """Down to what a double can hold, where a tail is not lost below it."""
    assert ours.upper(count) == pytest.approx(upper, rel=1e-7, abs=1e-13)
    assert ours.lower(count) == pytest.approx(lower, rel=1e-7, abs=1e-13)


@given(trials=st.integers(1, 3000), share=SHARES, part=st.floats(0, 1))
def test_the_binomial_is_that_of_scipy(trials: int, share: float, part: float) -> None:
    count = round(trials * part)
    upper = special.bdtrc(count - 1, trials, share) if count else 1
    agrees(binomial(trials, share), count, upper, special.bdtr(count, trials, share))


@given(mean=MEANS, times=st.floats(0, 4))
def test_poisson_is_that_of_scipy(mean: float, times: float) -> None:
    count = round(mean * times)
    agrees(poisson(mean), count, special.pdtrc(count - 1, mean) if count else 1, special.pdtr(count, mean))


@given(mean=st.floats(0.001, 300), size=st.floats(0.5, 500), times=st.floats(0, 6))
def test_the_negative_binomial_is_that_of_scipy(mean: float, size: float, times: float) -> None:
    count, more = round(mean * times), mean / (size + mean)
    upper = special.betainc(count, size, more) if count else 1
    agrees(negative_binomial(mean, size), count, upper, special.betainc(size, count + 1, 1 - more))


@settings(max_examples=20)
@given(trials=st.integers(1, 400), share=SHARES, likeness=st.floats(0.001, 0.9), part=st.floats(0, 1))
def test_the_beta_binomial_is_that_of_scipy(trials: int, share: float, likeness: float, part: float) -> None:
    count, scale = round(trials * part), 1 / likeness - 1
    theirs = stats.betabinom(trials, share * scale, (1 - share) * scale)
    agrees(beta_binomial(trials, share, likeness), count, theirs.sf(count - 1), theirs.cdf(count))


def test_a_far_tail_keeps_its_digits() -> None:
    assert poisson(5).upper(60) == pytest.approx(stats.poisson(5).sf(59), rel=1e-9)
    assert binomial(100_000, 0.5).upper(53_000) == pytest.approx(stats.binom(100_000, 0.5).sf(52_999), rel=1e-7)
    assert normal_upper(12) == pytest.approx(stats.norm.sf(12), rel=1e-12)
    assert z_beyond(0.001) == pytest.approx(stats.norm.isf(0.001))


@pytest.mark.parametrize(
    ("nothing_left_to_chance", "value"),
    [(poisson(0), 0), (binomial(7, 0), 0), (binomial(7, 1), 7), (binomial(0, 0.5), 0), (beta_binomial(7, 1, 0.2), 7), (negative_binomial(0, 2), 0)],
)  # fmt: skip
def test_where_chance_has_no_part_only_one_count_is_possible(nothing_left_to_chance: Counts, value: int) -> None:
    assert [nothing_left_to_chance.upper(k) for k in (value, value + 1)] == [1, 0]
    assert [nothing_left_to_chance.lower(k) for k in (value - 1, value)] == [0, 1]
    assert certain(value).both(value) == 1
    assert negative_binomial(4, inf).upper(6) == poisson(4).upper(6)


@given(
    counts=st.one_of(
        st.builds(binomial, st.integers(1, 500), SHARES),
        st.builds(poisson, st.floats(0.01, 500)),
        st.builds(negative_binomial, st.floats(0.01, 200), st.floats(0.2, 50)),
        st.builds(beta_binomial, st.integers(1, 200), SHARES, st.floats(0.01, 0.5)),
    ),
    which=st.sampled_from([0, 1]),
)
def test_what_is_beyond_a_limit_is_as_rare_as_it_says(counts: Counts, which: int) -> None:
    p = (0.025, 0.001)[which]
    high, low = counts.highest(0.025, 0.001)[which], counts.lowest(0.025, 0.001)[which]
    assert low < counts.mean + 1
    assert high > counts.mean - 1
    assert counts.upper(int(high) + 1) <= p * (1 + 1e-6)
    assert counts.upper(int(high)) > p * (1 - 1e-6) or high == int(high)
    if low > 0:
        assert counts.lower(-int(-low // 1) - 1) <= p * (1 + 1e-6)
