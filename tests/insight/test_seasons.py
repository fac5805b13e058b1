"""Seasons, and the days that count by them."""

from datetime import date

import numpy as np
import pytest

from satark.insight.periods import Period
from satark.insight.seasons import NONE, expected_days, seasons

TRUE = {month: 1 + 0.5 * np.sin(2 * np.pi * (month - 1) / 12) for month in range(1, 13)}


def test_a_season_is_found_and_growth_is_not_taken_for_one() -> None:
    months = [(1 + at % 12, 400 * 1.02**at) for at in range(48)]
    found = seasons([round(level * TRUE[month]) for month, level in months], first=1)
    assert found is not None
    assert found == pytest.approx(TRUE, rel=0.06)
    grown = seasons([round(level) for _, level in months], first=1)
    assert grown == pytest.approx(NONE, rel=0.02)


def test_the_first_month_may_be_any() -> None:
    from_april = seasons([round(500 * TRUE[(3 + at) % 12 + 1]) for at in range(36)], first=4)
    assert from_april == pytest.approx(TRUE, rel=0.03)


def test_few_tips_make_hardly_a_season() -> None:
    found = seasons([0, 2, 0, 1] * 6, first=1)
    assert found is not None
    assert found == pytest.approx(NONE, abs=0.1)


@pytest.mark.parametrize("monthly", [[], [50] * 23, [0] * 60])
def test_with_too_little_to_know_there_is_none(monthly: list[int]) -> None:
    assert seasons(monthly, first=1) is None


def test_days_count_as_much_as_their_month() -> None:
    turn = Period(date(2026, 4, 29), 7)
    assert expected_days(turn, None) == 7
    assert expected_days(turn, NONE | {4: 0.5, 5: 2.0}) == 2 * 0.5 + 5 * 2
