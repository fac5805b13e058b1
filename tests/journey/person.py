"""Somebody at a browser without JavaScript, with an authenticator on a telephone."""

import time

import pyotp
from playwright.sync_api import Browser, Page, expect

from tests.journey.test_whole_way import PHONE, has_no_violation


def in_english(page: Page) -> None:
    """The demo's people read Hindi until they choose."""
    if (button := page.locator("button[value=en]")).count():
        button.click()


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"[name='{name.replace('_', '-')}']").fill(value)


class Person:
    """Somebody with a browser and an authenticator on a telephone."""

    def __init__(self, browser: Browser, url: str, login: str, viewport: dict[str, int] = PHONE) -> None:
        context = browser.new_context(viewport=viewport, locale="en-IN", java_script_enabled=False)
        self.url = url
        self.login = login
        self.page = context.new_page()

    def give(self, password: str) -> None:
        self.page.goto(f"{self.url}/panel/sign-in?lang=en")
        fill(self.page, login=self.login, password=password)
        self.page.locator("main button").click()

    def enrol(self, password: str) -> None:
        """For the first time: with a second factor that is made now."""
        self.give(password)
        self.totp = pyotp.TOTP(self.page.locator("code").inner_text())
        self.code(self.totp.now())

    def sign_in(self, password: str) -> None:
        """Again, with the code of the half minute that comes: a code is good for once."""
        self.give(password)
        self.code(self.totp.at(int(time.time()) + 30))

    def code(self, code: str) -> None:
        fill(self.page, code=code)
        self.page.locator("main button.main").click()
        expect(self.page.locator(".who")).to_be_visible()
        in_english(self.page)

    def go(self, path: str) -> None:
        answer = self.page.goto(f"{self.url}/panel/{path}")
        assert answer is not None
        assert answer.status == 200, path

    def status(self, path: str) -> int:
        answer = self.page.goto(f"{self.url}/panel/{path}")
        assert answer is not None
        return answer.status

    def keep(self) -> None:
        self.page.locator("main button.main").first.click()

    def has_no_violation(self) -> None:
        """Look at the page of now with axe, in a browser that has scripts: without them it never answers."""
        browser = self.page.context.browser
        assert browser is not None
        context = browser.new_context(locale="en-IN", storage_state=self.page.context.storage_state())
        scripted = context.new_page()
        scripted.goto(self.page.url)
        has_no_violation(scripted, True)
        context.close()
