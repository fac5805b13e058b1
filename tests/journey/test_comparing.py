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


def test_each_chart_has_its_table_and_its_numbers_as_a_file(satark: str, browser: Browser) -> None:
    page = browser.new_context(viewport=PHONE, locale="en-IN", accept_downloads=True).new_page()
    sign_in(page, satark)
    for path in ("", "changes", "changes?kind=month", "hours", "map", "stations"):
        page.goto(f"{satark}/panel/insight/{path}")
        figures = page.locator("figure.chart")
        assert figures.count() > 0, path
        for figure in figures.all():
            drawn = figure.get_attribute("data-chart")
            table = page.locator("table.sorted") if path == "map" else figure.locator("table")
            assert table.locator("tbody tr").count() > 1, path
            if drawn:
                expect(figure.locator("canvas")).to_have_count(1)
            with page.expect_download() as download:
                figure.locator("a[download]").click()
            lines = download.value.path().read_text("utf-8-sig").splitlines()
            assert len(lines) > 2, path
            assert all("," in line for line in lines), path
    page.goto(f"{satark}/panel/insight/stations")
    rows = page.locator("table.sorted tbody tr").count()
    assert page.locator("table.sorted tbody tr svg.spark").count() == rows > 30
    page.context.close()
