"""Very many forms at once, and a person among them at a real browser: they get their receipt, with and without a script."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from conftest import House, house_at, served
from satark.channels import pressure, turnstile
from tests.journey.test_whole_way import PHONE, has_no_violation, photo

FORM = {"category": "category:gambling", "text": "not from a person", "lang": "en", "place": "at:unknown"}
TYPED = "पुरानी टंकी के पास\nजुआ होता है <b>"


class Attacked:
    """A house in a thread of its own, in which very many forms come and never become fewer."""

    def __init__(self, folder: Path) -> None:
        self.url = ""
        self.house: House
        self._folder = folder
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._run()))

    async def _run(self) -> None:
        async with AsyncExitStack() as stack:
            self.house = await stack.enter_async_context(house_at(self._folder, environ={"SATARK_WEBFORM_BUSY": "3"}))
            self.url = await stack.enter_async_context(served(self.house.web))
            self._ready.set()
            await self._over.wait()

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(60)
        while httpx.post(f"{self.url}/channels/webform/", data=FORM).status_code == 200:
            pass

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def attacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Attacked]:
    monkeypatch.setattr(pressure, "MINUTE", 1e9)
    monkeypatch.setattr(turnstile, "WAIT", 2)
    made = Attacked(tmp_path)
    made.start()
    yield made
    made.stop()


def fill(page: Page, url: str) -> None:
    page.goto(f"{url}/channels/webform/?lang=hi")
    page.locator("input[value='category:gambling']").check()
    page.locator("#text").fill(TYPED)
    page.locator("#files").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})


def test_a_phone_works_for_a_moment_and_has_its_receipt(attacked: Attacked, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="hi-IN")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    answers: list[tuple[int, str]] = []
    page.on("response", lambda one: answers.append((one.status, one.url)) if one.request.method == "POST" else None)
    fill(page, attacked.url)
    page.locator("form#report button.main").click()
    expect(page.locator("#receipt")).to_be_visible()
    assert [status for status, url in answers if url.endswith("/webform/")] == [429, 200]
    code = re.sub(r"\D", "", page.locator("#receipt").inner_text())
    page.goto(f"{attacked.url}/channels/webform/status?lang=en")
    page.locator("#receipt").fill(code)
    page.locator("main form button.main").click()
    expect(page.locator("main")).to_contain_text("1 file")
    assert complaints == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert context.cookies() == []
    context.close()


def test_without_a_script_one_waits_and_presses_a_button(attacked: Attacked, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="hi-IN", java_script_enabled=False)
    page = context.new_page()
    fill(page, attacked.url)
    page.locator("form#report button.main").click()
    expect(page.locator("main")).to_contain_text("आपका लिखा कुछ नहीं खोया है।")
    assert page.locator("input[name=text]").input_value() == TYPED
    while not page.locator("#receipt").count():
        page.wait_for_timeout(200)
        page.locator("form#report button.main").click()
    context.close()


def test_where_the_browser_cannot_work_the_page_is_the_plain_one(attacked: Attacked, browser: Browser) -> None:
    """As over plain HTTP, where there is no `crypto.subtle`; or where the script does not load."""
    context = browser.new_context(viewport=PHONE, locale="en-IN")
    page = context.new_page()
    page.add_init_script("Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined })")
    fill(page, attacked.url)
    page.locator("form#report button.main").click()
    expect(page.locator("#patience")).to_be_visible()
    expect(page.locator("#report button.main")).to_be_visible()
    has_no_violation(page, True)
    context.close()
