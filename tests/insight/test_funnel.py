"""A small office is not shamed by chance, and a large one that differs is seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from satark.insight.funnel import Standing, rates, shares

OUT = {Standing.MUCH_LOWER, Standing.LOWER, Standing.HIGHER, Standing.MUCH_HIGHER}


@settings(max_examples=30)
@given(
    numbers=st.lists(
        st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=20
    ),
    size=st.integers(5, 300),
)
def test_limits_hold_the_target_and_narrow(numbers: list[tuple[int, int]], size: int) -> None:
    funnel = shares({str(at): pair for at, pair in enumerate(numbers)})
    small, large = funnel.limits(size), funnel.limits(size * 4)
    # Between two counts, half a count may be missing to the target.
    assert small.very_low <= small.low <= funnel.target + 1 / size
    assert funnel.target - 1 / size <= small.high <= small.very_high <= 1
    assert large.high - large.low <= small.high - small.low + 1 / size


def test_an_office_is_outside_only_where_the_exact_tail_says_so() -> None:
    """Against scipy, for an office of each size and number."""
    numbers = {f"{count}/{size}": (count, size) for size in (1, 2, 5, 30) for count in range(size + 1)}
    few = {name: numbers[name] for name in list(numbers)[:9]}  # fewer than ten offices: no spread is taken for real
    funnel = shares(few)
    for name, (count, size) in few.items():
        chance = stats.binom(size, funnel.target)
        rare = chance.sf(count - 1) <= 0.025 or chance.cdf(count) <= 0.025
        assert (funnel.offices[name].standing in OUT) == rare, name


def test_three_of_three_say_nothing_and_thirty_of_thirty_do() -> None:
    offices = {str(at): (50, 100) for at in range(20)} | {"small": (3, 3), "large": (30, 30), "poor": (0, 40)}
    found = shares(offices).offices
    assert found["small"].standing == Standing.EXPECTED
    assert found["large"].standing == Standing.MUCH_HIGHER
    assert found["poor"].standing == Standing.MUCH_LOWER


def test_rates_are_set_against_people() -> None:
    offices = {str(at): (100, 1.0) for at in range(12)}
    found = rates(offices | {"more": (90, 0.5), "as many": (50, 0.5), "no people": (7, 0)})
    assert found.target == pytest.approx(1340 / 13)
    assert found.offices["more"].standing == Standing.MUCH_HIGHER
    assert found.offices["as many"].standing == Standing.EXPECTED
    assert "no people" not in found.offices
    assert found.limits(4).high < found.limits(1).high


@pytest.mark.parametrize("numbers", [{}, {"one": (0, 0)}, {"one": (4, 4)}, {"one": (0, 9), "two": (0, 2)}])
def test_where_there_is_nothing_to_compare_all_is_as_expected(numbers: dict[str, tuple[int, int]]) -> None:
    assert {one.standing for one in shares(numbers).offices.values()} <= {Standing.EXPECTED}


@pytest.mark.parametrize("kind", ["share", "rate"])
def test_by_chance_alone_one_in_twenty_is_outside_at_most(kind: str) -> None:
    random, wrong, worse, all_of = np.random.default_rng(3), 0, 0, 0
    for _ in range(12):
        sizes = random.integers(2, 200, 75)
        counts = random.binomial(sizes, 0.4) if kind == "share" else random.poisson(sizes * 0.4)
        numbers = {str(at): (int(c), int(s)) for at, (c, s) in enumerate(zip(counts, sizes, strict=True))}
        found = (shares(numbers) if kind == "share" else rates(numbers)).offices.values()
        wrong += sum(one.standing in OUT for one in found)
        worse += sum(one.standing in (Standing.MUCH_LOWER, Standing.MUCH_HIGHER) for one in found)
        all_of += len(found)
    assert wrong <= 0.05 * all_of
    assert worse <= 0.004 * all_of


@pytest.mark.parametrize("kind", ["share", "rate"])
def test_what_many_have_in_common_shames_none(kind: str) -> None:
    """True shares that differ by ten points: without the spread, a third of large offices would stand outside."""
    random = np.random.default_rng(4)
    sizes = random.integers(100, 900, 75)
    counts = (
        random.binomial(sizes, random.beta(9.1, 13.7, 75))
        if kind == "share"
        else random.poisson(sizes * 0.4 * random.gamma(16, 1 / 16, 75))
    )
    numbers = {str(at): (int(c), int(s)) for at, (c, s) in enumerate(zip(counts, sizes, strict=True))}
    funnel = shares(numbers) if kind == "share" else rates(numbers)
    true = 0.1 if kind == "share" else 0.25
    assert funnel.spread == pytest.approx(true, rel=0.35)
    assert sum(one.standing in OUT for one in funnel.offices.values()) <= 8
