"""Stored hours and days are those of the wall clocks in a time zone, whatever its offset and its summer time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.store.clock import DAY, HOUR, INDIA, MORNING, day_of, hour_of, start_of, working_day

# Half and quarter hours ahead and behind; summer time of an hour, and of half an hour; a day that was left out.
ZONES = [
    ZoneInfo(name)
    for name in (
        "Asia/Kolkata", "Asia/Kathmandu", "UTC", "Europe/Berlin", "America/New_York", "America/St_Johns",
        "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia",
    )
]  # fmt: skip
zones = st.sampled_from([INDIA, *ZONES])
moments = st.integers(
    int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2060, 1, 1, tzinfo=UTC).timestamp())
)


@given(moments, zones)
def test_an_hour_is_that_of_the_wall_clock(seconds: int, zone: ZoneInfo) -> None:
    shown = datetime.fromtimestamp(hour_of(seconds, zone) * HOUR, UTC)
    wall = datetime.fromtimestamp(seconds, zone)
    assert shown.replace(tzinfo=None) == wall.replace(minute=0, second=0, tzinfo=None, fold=0)
    assert day_of(seconds, zone) == hour_of(seconds, zone) // 24


@given(moments, zones)
def test_an_hour_starts_before_what_is_in_it_and_no_sooner_than_that_hour(seconds: int, zone: ZoneInfo) -> None:
    hour = hour_of(seconds, zone)
    start = start_of(hour, zone)
    assert start <= seconds
    assert hour_of(start, zone) == hour
    assert hour_of(start - 1, zone) < hour


@given(moments, st.integers(1, 3 * DAY), zones)
def test_hours_never_run_backwards(seconds: int, later: int, zone: ZoneInfo) -> None:
    assert hour_of(seconds, zone) <= hour_of(seconds + later, zone)


@given(moments, zones)
def test_an_hour_that_clocks_skip_starts_when_they_do(seconds: int, zone: ZoneInfo) -> None:
    hour = hour_of(seconds, zone)
    for skipped in range(hour + 1, hour_of(start_of(hour, zone) + 2 * HOUR, zone)):
        assert hour_of(start_of(skipped, zone) - 1, zone) < skipped <= hour_of(start_of(skipped, zone), zone)


@pytest.mark.parametrize(
    ("moment", "begins"),
    [
        ("2026-12-01T09:16", "2026-12-01T09:00"),
        ("2026-12-01T09:45", "2026-12-01T09:00"),
        ("2027-01-01T00:10", "2027-01-01T00:00"),
        ("2028-02-29T05:29", "2028-02-29T05:00"),
    ],
)
def test_hours_begin_on_the_hour_in_india(moment: str, begins: str) -> None:
    seconds, start = (int(datetime.fromisoformat(one).replace(tzinfo=INDIA).timestamp()) for one in (moment, begins))
    assert start_of(hour_of(seconds)) == start


def test_a_working_day_begins_at_half_past_nine_in_india() -> None:
    midnight = int(datetime(2026, 12, 1, tzinfo=INDIA).timestamp())
    assert working_day(midnight + MORNING - 1) + 1 == working_day(midnight + MORNING) == day_of(midnight)
