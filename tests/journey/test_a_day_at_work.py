"""A day of each role, in a real browser: who sees everything, who hands it on, who acts, who counts and who checks."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.journey.test_pages import sign_in
from tests.journey.test_whole_way import DESK, PHONE, has_no_violation, photo

WIDE = {"width": 1920, "height": 1000}


def page_of(browser: Browser, url: str, login: str, viewport: dict[str, int] = DESK, scripted: bool = True) -> Page:
    """Somebody of the demo, signed in and reading English."""
    context = browser.new_context(viewport=viewport, locale="en-IN", java_script_enabled=scripted)
    page = context.new_page()
    sign_in(page, url, login, f"demo-{login}-1")
    page.locator("header button[value=en]").click()
    return page


def closed_tips(page: Page, url: str) -> list[str]:
    """References of tips that are closed, may be opened again, and accuse nobody."""
    page.goto(f"{url}/panel/tips?status=closed")
    accusing = page.locator("span", has_text="Police corruption")
    return page.locator(".tips li").filter(has_not=accusing).locator(".ref").all_inner_texts()


def assign(page: Page, url: str, reference: str) -> None:
    page.goto(f"{url}/panel/tips/{reference}")
    page.locator("summary", has_text=re.compile("^Assign$")).click()
    page.locator("#office").select_option("station/jaunpur/kotwali")
    page.locator("form[action$=assign] button").click()
    expect(page.locator(".head .chip").first).to_contain_text("Assigned")


def is_well(page: Page) -> None:
    has_no_violation(page, True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def test_an_sp_hands_on_many_keeps_a_view_and_joins_what_belongs_together(satark: str, browser: Browser) -> None:
    page = page_of(browser, satark, "sp", WIDE)
    first, second = closed_tips(page, satark)[:2]
    for one in (first, second):
        page.locator(f"input[value='{one}']").check()
    page.locator(".bulk summary").click()
    is_well(page)
    page.locator("#bulk-priority").select_option("2")
    page.locator("button[value=priority]").click()
    expect(page.locator("[role=status]")).to_contain_text("Done with 2 tips.")
    page.goto(f"{satark}/panel/tips?priority=2")
    expect(page.locator(".tips li")).to_have_count(2)
    page.locator(".view summary").click()
    page.locator("#view").fill("Urgent ones")
    page.locator("form[action$=saved] button").click()
    expect(page.locator(".tabs a", has_text="Urgent ones")).to_have_attribute("aria-current", "page")
    page.goto(f"{satark}/panel/tips/{first}")
    page.locator("summary", has_text="Put in order").click()
    page.locator("#link-other").fill(second.lower())
    page.locator("form[action$=link] button").click()
    expect(page.locator(".links")).to_contain_text(second)
    is_well(page)
    assign(page, satark, first)
    page.context.close()


def test_an_sho_acts_in_the_field_with_a_telephone(satark: str, browser: Browser) -> None:
    """And without JavaScript, for the telephone is old."""
    sp = page_of(browser, satark, "sp")
    mine = closed_tips(sp, satark)[-1]
    assign(sp, satark, mine)
    sp.context.close()
    page = page_of(browser, satark, "sho", PHONE, scripted=False)
    expect(page.locator(".tips .fresh", has_text=mine)).to_be_visible()
    page.locator(".tips a", has_text=mine).click()
    page.locator("#report").fill("Raid at night, two men caught.")
    page.locator("#arrests").fill("2")
    page.locator("input[name=what]").first.fill("country liquor")
    page.locator("input[name=amount]").first.fill("20 l")
    page.locator("#fir").fill("112/2026")
    page.locator("#report-files").set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.locator("form[action$=report] button.main").click()
    expect(page.locator("main")).to_contain_text("1 file")
    page.locator("summary", has_text="Change something").click()
    page.locator("#report-words").fill("Two people were caught. Thank you.")
    page.locator("button[value=look]").click()
    expect(page.locator("blockquote")).to_have_text("Two people were caught. Thank you.")
    page.locator("button[value=send]").click()
    expect(page.locator(".letter.report")).to_contain_text("country liquor")
    expect(page.locator(".letter.message .text").last).to_have_text("Two people were caught. Thank you.")
    assert "112/2026" not in "".join(page.locator(".letter.message").all_inner_texts())
    expect(page.locator("summary", has_text="A lie, told on purpose")).to_have_count(0)
    page.context.close()


def test_a_dig_sees_what_is_late_and_where(satark: str, browser: Browser) -> None:
    page = page_of(browser, satark, "dig")
    page.locator(".rooms a", has_text="Late").click()
    is_well(page)
    number = page.locator("td a").first
    count = int(number.inner_text())
    number.click()
    expect(page.locator(".tips li")).to_have_count(count)
    page.context.close()


def test_an_analyst_counts_and_sees_no_tip(satark: str, browser: Browser) -> None:
    page = page_of(browser, satark, "analyst", PHONE)
    expect(page.locator("h1")).to_have_text("Numbers")
    assert not re.search(r"[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}", page.content())
    is_well(page)
    assert page.goto(f"{satark}/panel/tips").status == 403  # type: ignore[union-attr]
    page.context.close()


def test_an_auditor_verifies_the_log_and_takes_it_along(satark: str, browser: Browser) -> None:
    page = page_of(browser, satark, "auditor")
    page.locator("form[action$='/audit'] button").click()
    expect(page.locator("[role=status]")).to_contain_text("The log is whole.")
    with page.expect_download() as download:
        page.locator("form[action$='/audit/export'] button", has_text="CSV").click()
    assert download.value.path().read_bytes().startswith(b"\xef\xbb\xbf")
    assert page.goto(f"{satark}/panel/tips").status == 403  # type: ignore[union-attr]
    page.context.close()
