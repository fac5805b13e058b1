"""Numbers and dates as India writes them."""

from datetime import datetime

import pytest
from jinja2 import DictLoader

from satark.language import LANGUAGES, environment, show_hour, show_month, show_stored_hour
from satark.store.clock import INDIA, hour_of


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (999, "999"), (1000, "1,000"), (100_000, "1,00,000"), (1_234_567, "12,34,567")]
)
def test_numbers_are_grouped_in_lakhs_with_the_digits_of_telephones(locale: str, value: int, shown: str) -> None:
    jinja = environment(DictLoader({"one": "{{ value | number }}"}), locale)
    assert jinja.get_template("one").render(value=value) == shown


def test_a_month_is_named_in_the_language() -> None:
    assert show_month(494_000, "en") == "May 2026"
    assert show_month(494_000, "hi") == "मई 2026"
    assert show_month(494_000, "ur") == "مئی 2026"


def test_an_hour_is_told_as_the_language_tells_it() -> None:
    evening = hour_of(int(datetime(2026, 5, 10, 20, 30, tzinfo=INDIA).timestamp()))
    assert show_stored_hour(evening, "en") == "10 May 2026, 8 pm"
    assert show_stored_hour(evening, "hi") == show_stored_hour(evening, "bho") == "10 मई 2026, रात 8 बजे"
    assert show_stored_hour(evening, "ur") == "10 مئی 2026، رات 8 بجے"
    assert show_stored_hour(evening - 8, "hi") == "10 मई 2026, दोपहर 12 बजे"


def test_an_hour_of_utc_is_shown_with_the_minutes_it_begins_at() -> None:
    evening = 494_007  # 10 May 2026, 15:00 UTC
    assert show_hour(evening, "en") == "10 May 2026, 8:30 pm"
    assert show_hour(evening, "hi") == "10 मई 2026, रात 8:30 बजे"


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-12-01T09:16", "1 Dec 2026, 9 am"),
        ("2026-12-01T09:45", "1 Dec 2026, 9 am"),
        ("2027-01-01T00:10", "1 Jan 2027, 12 am"),
        ("2026-12-31T23:50", "31 Dec 2026, 11 pm"),
        ("2028-02-29T05:29", "29 Feb 2028, 5 am"),
        ("2028-03-01T00:05", "1 Mar 2028, 12 am"),
    ],
)
def test_the_hour_that_is_shown_holds_the_moment(moment: str, shown: str) -> None:
    seconds = int(datetime.fromisoformat(moment).replace(tzinfo=INDIA).timestamp())
    assert show_stored_hour(hour_of(seconds), "en") == shown
