"""The comparison of stations and the sensitivity of areas in a real browser."""

from playwright.sync_api import Browser, expect

from tests.journey.test_charts import INKED, faults_of
from tests.journey.test_pages import sign_in
from tests.journey.test_whole_way import DESK, PHONE, has_no_violation


def test_an_officer_compares_stations_and_opens_an_index(satark: str, browser: Browser) -> None:
    page = browser.new_context(viewport=PHONE, color_scheme="light").new_page()
    sign_in(page, satark)
    faults = faults_of(page, satark)
    for path in ("stations", "areas", "areas?kind=cluster", ""):
        for width, scheme in ((PHONE, "light"), (DESK, "dark")):
            page.set_viewport_size(width)
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(f"{satark}/panel/insight/{path}")
            has_no_violation(page, True)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{satark}/panel/insight/stations")
    assert page.locator("#funnel canvas").evaluate(INKED) > 0.01
    page.locator("thead a[href*='sort=name']").or_(page.locator("thead a[href*='sort=-name']")).first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    page.goto(f"{satark}/panel/insight/areas")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("td bdi").first).to_be_visible()
    expect(page.locator("details[open] table")).to_be_visible()
    assert faults == []
    page.context.close()
