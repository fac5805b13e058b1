"""An administrator changes what citizens are offered and what they are told, with JavaScript off; they get it within seconds."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journey.conftest import running
from tests.journey.test_pages import sign_in
from tests.journey.test_whole_way import DESK, PHONE


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """A Satark of its own: what is changed here is not what other tests know."""
    with running(tmp_path_factory.mktemp("administered"), second_factor="optional") as url:
        yield url


def administrator(browser: Browser, url: str) -> Page:
    page = browser.new_context(viewport=PHONE, locale="en-IN", java_script_enabled=False).new_page()
    sign_in(page, url, "admin", "demo-admin-1")
    in_english(page)
    return page


def in_english(page: Page) -> None:
    """The demo's people read Hindi until they choose."""
    if (button := page.locator("button[value=en]")).count():
        button.click()


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"[name='{name.replace('_', '-')}']").fill(value)


def test_an_outpost_and_a_new_name_are_there_within_seconds(own: str, browser: Browser) -> None:
    admin = administrator(browser, own)
    admin.goto(f"{own}/panel/admin/offices")
    admin.locator("#kind").select_option("outpost")
    admin.locator("#parent").select_option("station/jaunpur/kotwali")
    fill(admin, name_en="Naya Ghat", name_hi="नया घाट")
    admin.locator("button.main").click()
    expect(admin.locator(".tree").first).to_contain_text("Naya Ghat")
    admin.goto(f"{own}/panel/admin/category?id=gambling")
    fill(admin, name_en="Betting dens")
    admin.locator("button.main").click()
    expect(admin.locator("ol")).to_contain_text("Betting dens")

    citizen = browser.new_context(viewport=PHONE, locale="en-IN").new_page()
    citizen.goto(f"{own}/channels/webform/?lang=en")
    citizen.locator(".kind", has_text="Betting dens").click()
    citizen.locator("#text").fill("a den at the ghat")
    citizen.locator("#place").select_option("at:station/jaunpur/kotwali")
    citizen.locator("form#report button.main").click()
    expect(citizen.locator("#receipt")).to_be_visible()

    officer = browser.new_context(viewport=DESK, locale="en-IN").new_page()
    sign_in(officer, own, "sp", "demo-sp-1")
    in_english(officer)
    mine = officer.locator(".tips li", has_text="Betting dens").filter(has_not=officer.locator(".demo"))
    mine.first.locator("a").click()
    officer.locator("#office").select_option("outpost/jaunpur/naya-ghat")
    officer.locator("form[action$=assign] button").click()
    expect(officer.locator(".head .chip").first).to_contain_text("Assigned")
    for page in (admin, citizen, officer):
        page.context.close()


def test_other_words_are_seen_before_they_are_kept_and_heard_in_a_chat(own: str, browser: Browser) -> None:
    admin = administrator(browser, own)
    admin.goto(f"{own}/panel/admin/wording?lang=en&q=Now tell, show")
    admin.locator(".words a").first.click()
    admin.locator("textarea").fill("Tell us what you have seen.")
    admin.locator("button[value=look]").click()
    expect(admin.locator(".bubble", has_text="Tell us what you have seen.").first).to_be_visible()
    phone = browser.new_context(viewport=PHONE, locale="en-IN").new_page()

    def ask() -> None:
        phone.goto(f"{own}/channels/simulator/?lang=en")
        phone.locator("#words").fill("hi")
        phone.locator("#say button").click()
        phone.locator("#bubbles button", has_text="English").last.click()
        phone.locator("#bubbles button", has_text="Illegal weapons").last.click()

    ask()
    expect(phone.locator("#bubbles")).to_contain_text("Now tell, show or say")
    admin.locator("button[value=keep]").click()
    ask()
    expect(phone.locator("#bubbles")).to_contain_text("Tell us what you have seen.")

    admin.goto(f"{own}/panel/admin/wording?lang=en&q=Send it")
    admin.locator(".words a", has_text=re.compile("^Send it$")).click()
    admin.locator("textarea").fill("Send it to the police now")
    admin.locator("button[value=keep]").click()
    expect(admin.locator("[role=alert]")).to_contain_text("It does not fit")
    for page in (admin, phone):
        page.context.close()
