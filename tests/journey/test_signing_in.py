"""The way in through a real browser: passkeys of an authenticator that Chromium plays, an analyst, and other sites' forms."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.journey.conftest import free_port, running
from tests.journey.test_pages import fits, is_sound, sign_in
from tests.journey.test_whole_way import DESK, PHONE, has_no_violation

OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Satark as it is delivered, at a name for which browsers make passkeys."""
    with running(tmp_path_factory.mktemp("named"), second_factor="required", host="localhost") as url:
        yield url


def authenticator(page: Page) -> tuple[CDPSession, str]:
    """A passkey holder that is always there and always says yes."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": OPTIONS})
    return session, made["authenticatorId"]


def password(page: Page, url: str, login: str) -> None:
    page.goto(f"{url}/panel/sign-in?lang=en")
    page.locator("#login").fill(login)
    page.locator("#password").fill(f"demo-{login}-1")
    page.locator("main button").click()


def leave(page: Page) -> None:
    page.locator("header form[action$=sign-out] button").click()
    expect(page.locator("#password")).to_be_visible()


def test_a_passkey_is_made_at_the_first_sign_in_and_asked_for_afterwards(named: str, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-IN")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    session, holder = authenticator(page)
    password(page, named, "dig")
    has_no_violation(page, True)
    page.locator("form.passkey button").click()
    expect(page.locator(".tabs")).to_be_visible()
    leave(page)
    password(page, named, "dig")
    expect(page.locator("#code")).to_have_count(0)
    has_no_violation(page, True)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": holder, "isUserVerified": False})
    page.locator("form.passkey button").click()
    expect(page.locator("form.passkey [role=alert]")).to_be_visible()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": holder, "isUserVerified": True})
    page.locator("form.passkey button").click()
    expect(page.locator(".tabs")).to_be_visible()
    page.goto(f"{named}/panel/account")
    is_sound(page)
    expect(page.locator("#factors li")).to_contain_text(re.compile("Chrom"))
    expect(page.locator(".sessions").last).to_contain_text("Linux")
    page.locator("#factors input[name=password]").first.fill("demo-dig-1")
    page.locator("#factors button[name=key]").click()
    expect(page.locator("#factors [role=alert]")).to_be_visible()
    assert faults == []
    context.close()


def test_a_second_passkey_is_added_and_the_first_taken_away(named: str, browser: Browser) -> None:
    context = browser.new_context(viewport=DESK, locale="en-IN")
    page = context.new_page()
    session, holder = authenticator(page)
    password(page, named, "sp")
    page.locator("form.passkey button").click()
    expect(page.locator(".tabs")).to_be_visible()
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": holder})
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**OPTIONS, "transport": "usb"}})
    page.goto(f"{named}/panel/account")
    new = page.locator("#factors > details", has=page.locator("#passkey-name"))
    new.locator("summary").click()
    page.locator("#passkey-name").fill("The key in the safe")
    page.locator("#passkey-password").fill("demo-sp-1")
    new.locator("button").click()
    has_no_violation(page, True)
    page.locator("form.passkey button").click()
    expect(page.locator("#factors li")).to_have_count(2)
    old = page.locator("#factors li").filter(has_not_text="The key in the safe")
    old.locator("summary").click()
    old.locator("input[name=password]").fill("demo-sp-1")
    old.locator("button[name=key]").click()
    expect(page.locator("#factors li")).to_have_count(1)
    leave(page)
    password(page, named, "sp")
    page.locator("form.passkey button").click()
    expect(page.locator(".tabs")).to_be_visible()
    context.close()


def test_without_scripts_a_code_is_the_way(named: str, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-IN", java_script_enabled=False)
    page = context.new_page()
    password(page, named, "auditor")
    expect(page.locator(".qr svg")).to_be_visible()
    expect(page.locator("form.passkey")).to_be_hidden()
    expect(page.locator(".no-passkey")).to_be_visible()
    context.close()


def test_a_page_of_another_port_signs_nobody_in(satark: str, browser: Browser, tmp_path: Path) -> None:
    """A real browser says where a form comes from, and keeps no cookie of what was refused."""
    context = browser.new_context(locale="en-IN")
    page = context.new_page()
    elsewhere = f"http://127.0.0.1:{free_port()}/"
    form = f'<form method=post action="{satark}/panel/sign-in"><input name=login value=dig><input name=password value=demo-dig-1><button>x</button></form>'
    page.route(elsewhere, lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto(elsewhere)
    with page.expect_response(f"{satark}/panel/sign-in") as answer:
        page.locator("button").click()
    assert answer.value.status == 403
    assert [one for one in context.cookies() if one["name"] == "satark_panel"] == []
    context.close()


@pytest.mark.parametrize("locale", ["en", "ur"])
def test_an_analyst_counts_and_reads_nothing(satark: str, browser: Browser, locale: str) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-IN")
    page = context.new_page()
    sign_in(page, satark, "analyst", "demo-analyst-1")
    page.locator(f"header button[value={locale}]").click()
    expect(page.locator("html")).to_have_attribute("lang", locale)
    is_sound(page)
    expect(page.locator(".numbers")).to_have_count(3)
    expect(page.locator(".numbers td", has_text=re.compile(r"^[12]$"))).to_have_count(0)
    assert page.request.get(f"{satark}/panel/tips").status == 403
    page.set_viewport_size(DESK)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_every_page_of_an_officer_stands_from_right_to_left(satark: str, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-IN")
    page = context.new_page()
    sign_in(page, satark)
    page.locator("header button[value=ur]").click()
    tip = page.locator(".tips a").first.get_attribute("href")
    for path in ("/panel/tips", "/panel/account", "/panel/insight/", tip):
        page.goto(f"{satark}{path}")
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        fits(page)
    has_no_violation(page, True)
    page.locator("header button[value=hi]").click()
    context.close()
