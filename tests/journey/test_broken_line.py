"""A large file over a line that breaks all the time, in a real browser: it arrives, and nothing stays on the phone."""

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journey.test_whole_way import PHONE, has_no_violation, photo

VIDEO = 20 * 2**20
# What one connection carries to the server before it breaks.
LASTS = 700_000


async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65_536):
        sink.write(data)
        await sink.drain()
    sink.close()


class BreakingLine:
    """A TCP proxy, in a thread of its own, whose connections break after so many bytes to the server."""

    def __init__(self, address: str) -> None:
        self.target = urlsplit(address)
        self.breaks = 0
        self.phones: set[asyncio.StreamWriter] = set()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)

    async def carry(self, phone: asyncio.StreamReader, to_phone: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection(self.target.hostname, self.target.port)
        self.phones.add(to_phone)
        back, left = asyncio.create_task(copy(server, to_phone)), LASTS
        try:
            while left and (data := await phone.read(min(left, 65_536))):
                to_server.write(data)
                await to_server.drain()
                left -= len(data)
        except OSError:
            pass
        finally:
            self.breaks += not left
            back.cancel()
            for writer in (to_phone, to_server):
                writer.transport.abort()
                await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    @contextmanager
    def open(self) -> Iterator[str]:
        """Yields its address."""
        self.thread.start()
        server = self.run(asyncio.start_server(self.carry, "127.0.0.1", 0))
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            self.run(self.close(server))
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()
            self.loop.close()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def close(self, server: asyncio.Server) -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for phone in self.phones:
            phone.transport.abort()
        await asyncio.gather(*others, return_exceptions=True)


def begin(page: Page, url: str) -> None:
    page.goto(f"{url}/channels/webform/?lang=en")
    page.locator("input[value='category:weapons']").check()
    page.locator("#text").fill("typed while the video was on its way")


def choose_video(page: Page) -> None:
    page.locator("#files").set_input_files(
        {"name": "ram-kumar.mp4", "mimeType": "video/mp4", "buffer": os.urandom(VIDEO)}
    )


def test_a_video_arrives_over_a_line_that_breaks_all_the_time(satark: str, browser: Browser) -> None:
    line = BreakingLine(satark)
    with line.open() as url:
        arrives_over(url, browser)
    assert line.breaks >= VIDEO // LASTS


def arrives_over(url: str, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-IN")
    page = context.new_page()
    asked: list[str] = []
    context.on("request", lambda one: asked.append(f"{one.method} {one.url} {one.headers}"))
    begin(page, url)
    assert not [one for one in asked if "uploads.js" in one or "vendor" in one]
    choose_video(page)
    page.locator("form#report button.main").click()
    expect(page.locator("#waiting")).to_be_visible()
    expect(page.locator("#text")).to_have_value("typed while the video was on its way")
    expect(page.locator("#receipt")).to_be_visible(timeout=150_000)
    assert len([one for one in asked if one.startswith("PATCH")]) > VIDEO // LASTS
    assert not [one for one in asked if "ram-kumar" in one]
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert context.cookies() == []
    context.close()


def test_files_can_be_taken_back_and_a_form_without_a_category_keeps_them(satark: str, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-IN")
    page = context.new_page()
    page.goto(f"{satark}/channels/webform/?lang=en")
    page.locator("#files").set_input_files(
        [{"name": f"{at}.jpg", "mimeType": "image/jpeg", "buffer": photo()} for at in range(2)]
    )
    rows = page.locator("#uploads li")
    expect(rows.locator("[data-when=arrived]:visible")).to_have_count(2)
    has_no_violation(page, True)
    with page.expect_request(lambda one: one.method == "DELETE"):
        rows.first.locator("button").click()
    expect(rows).to_have_count(1)
    page.locator("form#report button.main").click()
    expect(page.locator("#errors")).to_be_visible()
    expect(page.locator("main")).to_contain_text("1 file has arrived and is kept.")
    page.locator("input[value='category:weapons']").check()
    page.locator("#files").set_input_files({"name": "c.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.locator("form#report button.main").click()
    expect(page.locator("#receipt")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "plain"])
def test_where_the_files_cannot_go_ahead_they_go_with_the_form(satark: str, browser: Browser, scripted: bool) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-IN", java_script_enabled=scripted)
    page = context.new_page()
    page.route("**/vendor/tus.min.js", lambda route: route.abort())
    begin(page, satark)
    posted: list[bytes] = []
    page.on("request", lambda one: posted.append(one.post_data_buffer or b"") if one.method == "POST" else None)
    page.locator("#files").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.locator("form#report button.main").click()
    expect(page.locator("#receipt")).to_be_visible()
    assert len(posted) == 1
    context.close()
