"""When a step is late: in hours of the office, counted in India."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.routing.clocks import late_hour, nudge_after
from satark.routing.pack import Clock, OfficeHours
from satark.store.clock import INDIA, hour_of, start_of

OFFICE = Clock(4, 8, 40)
ALWAYS = Clock(4, 8, 40, always=True)
WEEK = OfficeHours(frozenset(range(6)), 10, 18)

hours = st.builds(
    lambda days, start, length: OfficeHours(days, start, min(24, start + length)),
    st.frozensets(st.integers(0, 6), min_size=1), st.integers(0, 23), st.integers(1, 24),
)  # fmt: skip
begins = st.integers(400_000, 600_000)
limits = st.integers(1, 60)


def hour(text: str) -> int:
    """The stored hour of a moment in India."""
    return hour_of(int(datetime.fromisoformat(text).replace(tzinfo=INDIA).timestamp()))


def india(at: int) -> str:
    return datetime.fromtimestamp(start_of(at), INDIA).strftime("%a %H:%M")


@pytest.mark.parametrize(
    ("begun", "limit", "late"),
    [
        # An hour counts from its beginning, and before the office opens none does.
        ("2026-11-23 10:40", 4, "Mon 14:00"),
        ("2026-11-23 09:40", 4, "Mon 14:00"),
        ("2026-11-23 00:10", 4, "Mon 14:00"),
        # To the end of the day; then over the night: 16:00 to 18:00 are two hours, the rest is on Tuesday.
        ("2026-11-23 14:30", 4, "Mon 18:00"),
        ("2026-11-23 16:30", 4, "Tue 12:00"),
        ("2026-11-23 23:59", 4, "Tue 14:00"),
        # From Saturday evening over Sunday; a whole week of 40 hours over a Sunday.
        ("2026-11-28 17:30", 1, "Sat 18:00"),
        ("2026-11-28 19:00", 4, "Mon 14:00"),
        ("2026-11-29 12:00", 8, "Mon 18:00"),
        ("2026-11-26 10:30", 40, "Tue 18:00"),
    ],
)
def test_an_office_hour_is_one_in_india(begun: str, limit: int, late: str) -> None:
    assert india(late_hour(hour(begun), limit, OFFICE, WEEK)) == late


@given(begins, limits)
def test_what_runs_always_is_the_plain_sum(begun: int, limit: int) -> None:
    assert late_hour(begun, limit, ALWAYS, WEEK) == begun + limit
    assert late_hour(begun, limit, OFFICE, OfficeHours(frozenset(), 10, 18)) == begun + limit
    assert late_hour(begun, limit, OFFICE, OfficeHours(frozenset({0}), 18, 10)) == begun + limit
    assert late_hour(begun, limit, OFFICE, OfficeHours(frozenset(range(7)), 0, 24)) == begun + limit


@given(begins, limits, hours)
def test_nobody_is_late_sooner_than_by_the_plain_sum(begun: int, limit: int, when: OfficeHours) -> None:
    assert late_hour(begun, limit, OFFICE, when) >= begun + limit


@given(begins, limits, hours)
def test_what_begins_later_or_may_take_longer_is_not_late_sooner(begun: int, limit: int, when: OfficeHours) -> None:
    late = late_hour(begun, limit, OFFICE, when)
    assert late <= late_hour(begun + 1, limit, OFFICE, when)
    assert late < late_hour(begun, limit + 1, OFFICE, when)


def is_open(hour: int, when: OfficeHours) -> bool:
    moment = datetime.fromtimestamp(start_of(hour), INDIA)
    return moment.weekday() in when.days and when.start <= moment.hour < when.end


@given(begins, limits, hours)
def test_the_office_had_all_its_hours_and_not_one_more(begun: int, limit: int, when: OfficeHours) -> None:
    """Counted by the calendar of the standard library."""
    late = late_hour(begun, limit, OFFICE, when)
    assert sum(is_open(at, when) for at in range(begun, late)) == limit
    assert sum(is_open(at, when) for at in range(begun, late - 1)) < limit


def test_the_office_above_learns_of_it_after_half_as_long_again() -> None:
    assert [nudge_after(limit) for limit in (1, 2, 4, 5, 8, 40)] == [2, 2, 2, 3, 4, 20]
