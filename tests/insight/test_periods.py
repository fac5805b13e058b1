"""Like with like."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.insight.periods import Kind, Period, periods


@pytest.mark.parametrize(
    ("kind", "today", "now", "before", "year_before"),
    [
        (Kind.WEEK, date(2026, 11, 26), (date(2026, 11, 23), 3), (date(2026, 11, 16), 3), (date(2025, 11, 24), 3)),
        (Kind.WEEK, date(2026, 11, 23), (date(2026, 11, 16), 7), (date(2026, 11, 9), 7), (date(2025, 11, 17), 7)),
        (Kind.MONTH, date(2026, 11, 24), (date(2026, 11, 1), 23), (date(2026, 10, 1), 23), (date(2025, 11, 1), 23)),
        (Kind.MONTH, date(2026, 3, 31), (date(2026, 3, 1), 30), (date(2026, 2, 1), 28), (date(2025, 3, 1), 30)),
        (Kind.MONTH, date(2026, 3, 1), (date(2026, 2, 1), 28), (date(2026, 1, 1), 31), (date(2025, 2, 1), 28)),
        (Kind.MONTH, date(2025, 3, 1), (date(2025, 2, 1), 28), (date(2025, 1, 1), 31), (date(2024, 2, 1), 29)),
        (Kind.MONTH, date(2026, 1, 1), (date(2025, 12, 1), 31), (date(2025, 11, 1), 30), (date(2024, 12, 1), 31)),
    ],
)
def test_a_week_or_month_is_set_against_as_many_days(
    kind: Kind, today: date, now: tuple[date, int], before: tuple[date, int], year_before: tuple[date, int]
) -> None:
    found = periods(kind, today)
    assert (found.now, found.before, found.year_before) == (Period(*now), Period(*before), Period(*year_before))


@given(kind=st.sampled_from(Kind), today=st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_only_days_that_are_over_count_and_none_twice(kind: Kind, today: date) -> None:
    found = periods(kind, today)
    assert (
        found.year_before.after <= found.before.first < found.before.after <= found.now.first < found.now.after <= today
    )
    assert found.whole == (today.weekday() == 0 if kind == Kind.WEEK else today.day == 1)
    if kind == Kind.WEEK:
        assert found.now.days == found.before.days == found.year_before.days
        assert found.now.first.weekday() == found.year_before.first.weekday() == 0
