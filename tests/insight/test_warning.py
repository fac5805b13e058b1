"""Alarms: seldom false, and soon there."""

from math import cos, pi

import numpy as np
import pytest

from satark.insight.warning import alarms

WEEKS = 30


def by_key(weeks: np.ndarray) -> dict[int, list[int]]:
    return {at: row.tolist() for at, row in enumerate(weeks)}


@pytest.mark.parametrize("vary", [False, True], ids=["Poisson", "twice its variance"])
def test_where_nothing_happens_one_week_in_twenty_has_an_alarm_at_most(vary: bool) -> None:
    """150 series, from one tip in months to thirty a week; 2 in 40 are expected, and 5 would come by chance in 7 of 100."""
    random = np.random.default_rng(5)
    means = np.repeat(random.gamma(0.7, 4, 150)[:, None], WEEKS, 1)
    rounds = [random.poisson(random.gamma(means, 1) if vary else means) for _ in range(40)]
    assert sum(bool(alarms(by_key(weeks))) for weeks in rounds) <= 5


@pytest.mark.parametrize(("rate", "within", "found"), [(20, 3, 0.8), (10, 5, 0.8), (60, 1, 0.9)])
def test_twice_as_many_are_found_within_weeks(rate: int, within: int, found: float) -> None:
    """Among a hundred other series in which nothing happens."""
    random, hits, rounds = np.random.default_rng(6), 0, 30
    for _ in range(rounds):
        others = random.poisson(np.repeat(random.gamma(0.7, 4, 100)[:, None], WEEKS + within, 1))
        others[0] = random.poisson([rate] * WEEKS + [2 * rate] * within)
        hits += any(0 in alarms(by_key(others[:, : WEEKS + week])) for week in range(1, within + 1))
    assert hits >= found * rounds


def test_an_alarm_says_what_was_expected_and_the_least_likely_is_first() -> None:
    calm = {f"calm/{at}": [4, 5, 6, 5] * 8 for at in range(20)}
    found = alarms(calm | {"sudden": [5] * 31 + [30], "slow": [5] * 28 + [12] * 4, "more sudden": [5] * 31 + [60]})
    assert list(found) == ["more sudden", "sudden", "slow"]
    assert (found["sudden"].weeks, found["sudden"].observed) == (1, 30)
    assert found["sudden"].expected == pytest.approx(5, abs=0.1)
    assert found["sudden"].times == pytest.approx(6, abs=0.1)
    assert (found["slow"].weeks, found["slow"].observed) == (4, 48)
    assert found["more sudden"].once_in_weeks > found["slow"].once_in_weeks > 100


def test_a_season_that_comes_each_year_is_no_alarm() -> None:
    levels = [1 + 0.8 * cos(2 * pi * week / 52) for week in range(24, 53)]
    rising = {"a": [round(20 * level) for level in levels]}
    assert "a" in alarms(rising)
    assert alarms(rising, levels) == {}


@pytest.mark.parametrize("weekly", [{}, {"new": [0, 0, 9]}, {"few": [0] * 29 + [4]}, {"nothing": [0] * 40}])
def test_of_too_little_nothing_is_said(weekly: dict[str, list[int]]) -> None:
    assert alarms(weekly) == {}
