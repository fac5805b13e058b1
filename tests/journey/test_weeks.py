"""Weeks, months, hours and warnings in a real browser, as a telephone and a desk show them."""

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.journey.test_charts import faults_of
from tests.journey.test_pages import sign_in
from tests.journey.test_whole_way import DESK, PHONE, has_no_violation

PAGES = ("changes", "changes?kind=month", "hours?category=weapons&months=12", "warnings")


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "light"), (DESK, "dark")], ids=["phone", "desk"])
def test_pages_fit_and_keep_the_policy(satark: str, browser: Browser, viewport: ViewportSize, scheme: str) -> None:
    page = browser.new_context(viewport=viewport, color_scheme=scheme, locale="en-IN").new_page()  # type: ignore[arg-type]
    sign_in(page, satark)
    faults = faults_of(page, satark)
    for path in PAGES:
        page.goto(f"{satark}/panel/insight/{path}")
        assert page.locator("h1").inner_text()
        has_no_violation(page, True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert faults == []
    page.context.close()
