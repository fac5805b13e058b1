"""Handing a tip down, and closing many: nothing is chosen for the officer, and an office is found by typing."""

import re

from playwright.sync_api import Browser, expect

from tests.journey.test_a_day_at_work import WIDE, closed_tips, is_well, page_of
from tests.journey.test_whole_way import PHONE


def test_an_office_is_found_by_typing_and_a_slip_is_taken_back(satark: str, browser: Browser) -> None:
    page = page_of(browser, satark, "sp", WIDE)
    reference = closed_tips(page, satark)[0]
    page.goto(f"{satark}/panel/tips/{reference}")
    page.locator("summary", has_text=re.compile("^Assign$")).click()
    office = page.locator("#office")
    expect(office).to_have_value("")
    everything = office.locator("option").count()
    page.locator("input.find[aria-controls=office]").fill("kotw")
    expect(office).to_have_value("")
    assert 1 < office.locator("option").count() < everything
    is_well(page)
    page.keyboard.press("Enter")
    expect(office).to_be_focused()
    office.select_option("station/jaunpur/kotwali")
    page.locator("form[action$=assign] button").click()
    expect(page.locator(".head .chip").first).to_contain_text("Assigned")
    is_well(page)
    page.locator("form[action$=take-back] button").click()
    expect(page.locator("form[action$=take-back]")).to_have_count(0)
    page.context.close()


def test_many_are_closed_without_a_script_after_one_more_look(satark: str, browser: Browser) -> None:
    page = page_of(browser, satark, "sp", PHONE, scripted=False)
    page.goto(f"{satark}/panel/tips?status=assigned")
    chosen = page.locator(".tips .ref").all_inner_texts()[:2]
    for one in chosen:
        page.locator(f"input[value='{one}']").check()
    page.locator(".bulk summary").click()
    page.locator("button[value=close]").click()
    expect(page.locator("#bulk-end-wrong")).to_be_visible()
    page.locator("#bulk-end").select_option("closed")
    page.locator("#bulk-outcome").select_option("acted")
    page.locator("button[value=close]").click()
    expect(page.locator("h1")).to_have_text("Close these tips?")
    # Those of the demo that have a report already are not among them.
    named = page.locator(".alert:not(#lock) li")
    expect(named).not_to_have_count(0)
    assert {one.split()[0] for one in named.all_inner_texts()} <= set(chosen)
    page.locator("main p a").last.click()
    expect(page.locator("h1")).to_have_text("Tips")
    page.context.close()


def test_the_page_that_asks_once_more_is_sound(satark: str, browser: Browser) -> None:
    page = page_of(browser, satark, "sp", WIDE)
    page.goto(f"{satark}/panel/tips?status=assigned")
    page.locator(".tips input").first.check()
    page.locator(".bulk summary").click()
    page.locator("#bulk-end").select_option("not_actionable")
    page.locator("button[value=close]").click()
    expect(page.locator("h1")).to_have_text("Close these tips?")
    is_well(page)
    page.context.close()
