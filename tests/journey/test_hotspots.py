"""The map of hotspots in a real browser: by keys, without scripts, in light and dark, on a telephone."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journey.test_charts import faults_of
from tests.journey.test_pages import is_sound, sign_in
from tests.journey.test_whole_way import DESK, PHONE

MAP = "/panel/insight/map"


def test_cells_are_walked_by_keys_and_lead_to_their_rows(satark: str, browser: Browser) -> None:
    page = browser.new_context(viewport=DESK, locale="en-IN").new_page()
    sign_in(page, satark)
    faults = faults_of(page, satark)
    page.goto(f"{satark}{MAP}?size=7")
    cells = page.locator(".atlas .cell")
    cells.first.focus()
    expect(page.locator(".said output")).to_contain_text(re.compile(r"\d"))
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("+")
    page.keyboard.press("Enter")
    assert re.search(r"#8\w{14}$", page.url)
    expect(page.locator("tr:target")).to_have_count(1)
    assert faults == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_is_sound_on_a_telephone(satark: str, browser: Browser, scheme: str) -> None:
    page = browser.new_context(viewport=PHONE, color_scheme=scheme, locale="en-IN").new_page()
    sign_in(page, satark)
    for query in ("", "?category=mining&months=1"):
        page.goto(satark + MAP + query)
        is_sound(page)
    page.context.close()
