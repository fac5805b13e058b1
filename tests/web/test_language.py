"""Numbers and dates as India writes them."""

import pytest
from jinja2 import DictLoader

from satark.language import LANGUAGES, environment, show_hour, show_month


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
    evening = 494_007  # 10 May 2026, 15:00 UTC, half past eight in India
    assert show_hour(evening, "en") == "10 May 2026, 8 pm"
    assert show_hour(evening, "hi") == show_hour(evening, "bho") == "10 मई 2026, रात 8 बजे"
    assert show_hour(evening, "ur") == "10 مئی 2026، رات 8 بجے"
    assert show_hour(evening - 8, "hi") == "10 मई 2026, दोपहर 12 बजे"
