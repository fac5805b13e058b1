"""An officer subscribes to a report, hears that it is ready, takes it along, and ends it again: in a real browser."""

import asyncio
import io
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr
from pypdf import PdfReader

from satark.app import build_bench, build_core
from satark.jobs.reports import send_reports
from satark.settings import Settings
from tests.jobs.test_digests import PostOffice, serving
from tests.journey.conftest import running
from tests.journey.person import in_english
from tests.journey.test_pages import is_sound, sign_in
from tests.journey.test_whole_way import PHONE

REPORTS = "/panel/insight/reports"
NUMBER = re.compile(r"\d+")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module")
def own(folder: Path) -> Iterator[str]:
    with running(folder, second_factor="optional") as url:
        yield url


def a_week_goes_by(folder: Path) -> None:
    """What the officer has seen and was told of is a week older."""
    with sqlite3.connect(folder / "satark.db", timeout=20) as db:
        db.execute("UPDATE report_wish SET seen = seen - 7, told = told - 7")


def mailed(folder: Path) -> list[EmailMessage]:
    """The job of the worker, with a mail server that is not ours. Playwright has the loop of this thread."""

    async def work() -> list[EmailMessage]:
        office = PostOffice()
        async with serving(office) as url:
            core = build_core(Settings(data_dir=folder, smtp_url=SecretStr(url), mail_from="satark@police.test"))
            await send_reports({"bench": build_bench(core)})
            await core.store.dispose()
        return office.came

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work()).result()


def taken(page: Page, form: str) -> bytes:
    """The newest week that is over."""
    with page.expect_download() as download:
        page.locator(f"button[value^='{form} week 2']").first.click()
    return download.value.path().read_bytes()


def numbers_of_the_page(page: Page, url: str) -> tuple[list[str], list[list[str]]]:
    """Of the newest week that is over: tips, before and a year before; and those of each kind."""
    page.goto(f"{url}/panel/insight/changes")
    totals = NUMBER.findall(page.locator("main p", has_text="Tips:").first.inner_text().replace(",", ""))
    rows = page.locator("table", has=page.locator("th", has_text=re.compile("^Kind$"))).first.locator("tbody tr").all()
    return totals, [[one.inner_text() for one in row.locator("td").all()[:2]] for row in rows]


def test_a_subscription_from_its_first_day_to_its_last(own: str, folder: Path, browser: Browser) -> None:
    page = browser.new_context(viewport=PHONE, locale="en-IN", accept_downloads=True).new_page()
    sign_in(page, own, "sp", "demo-sp-1")
    in_english(page)
    page.goto(own + REPORTS)
    is_sound(page)
    wish = page.locator("#wish")
    wish.get_by_label("Weekly report").check()
    wish.get_by_label("Also by e-mail").check()
    wish.locator("[name=email]").fill("sp@police.test")
    wish.locator("[name=locale]").select_option("hi")
    wish.get_by_role("button", name="Keep").click()
    expect(wish.get_by_label("Weekly report")).to_be_checked()
    assert mailed(folder) == [], "the newest week was there when they subscribed"

    a_week_goes_by(folder)
    (mail,) = mailed(folder)
    assert mail["To"] == "sp@police.test"
    said = mail.get_content()
    assert said.startswith("Your weekly report is ready.\n"), "they read English, and take the report along in Hindi"
    assert REPORTS in said
    assert mailed(folder) == [], "once"

    page.goto(f"{own}/panel/insight/")
    link = page.locator(f"nav a[href='{REPORTS}']")
    expect(link).to_contain_text("1 new report")
    link.click()
    expect(link).not_to_contain_text("new report")
    expect(page.locator("#report-language")).to_have_value("hi")
    paper = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(taken(page, "pdf"))).pages)
    book = openpyxl.load_workbook(io.BytesIO(taken(page, "xlsx")))
    assert book.worksheets[0]["A1"].value == "साप्ताहिक रिपोर्ट"
    totals, kinds = numbers_of_the_page(page, own)
    assert [str(row[1]) for row in book.worksheets[1].iter_rows(min_row=2, values_only=True)] == totals
    in_book = [[str(cell) for cell in row[1:3]] for row in book.worksheets[2].iter_rows(min_row=2, values_only=True)]
    assert in_book == kinds
    assert set(totals) <= set(NUMBER.findall(paper))

    page.goto(own + REPORTS)
    wish.get_by_role("button", name="Unsubscribe").click()
    expect(wish.get_by_label("Weekly report")).not_to_be_checked()
    expect(wish.get_by_role("button", name="Unsubscribe")).to_have_count(0)
    a_week_goes_by(folder)
    assert mailed(folder) == []
    page.goto(f"{own}/panel/insight/")
    expect(link).not_to_contain_text("new report")
    page.context.close()
