"""The days of who counts tips and of who reads the log: what they are for, on a telephone without scripts and on a wide
screen, and what is closed to them."""

import csv
import io
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader

from tests.journey.conftest import running
from tests.journey.person import Person, fill, in_english
from tests.journey.test_a_day_at_work import WIDE
from tests.journey.test_pages import is_sound_by_day_and_night, sign_in
from tests.journey.test_whole_way import PHONE

# What no analyst and no auditor learns: the number of a tip.
REFERENCE = re.compile(r"\b[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}\b")
TIPS = ("tips", "tips/AAA-AAA-AAA", "tips/search", "late", "evidence/x")
NUMBERS_OF_OFFICERS = ("insight/map", "insight/stations", "insight/changes", "insight/areas", "insight/hours")
ADMINISTRATION = ("people", "offices", "categories", "clocks", "wording", "channels", "posters")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("counted")


@pytest.fixture(scope="module")
def own(folder: Path) -> Iterator[str]:
    """A Satark as it is delivered, whose log this file spoils in the end."""
    with running(folder, second_factor="required") as url:
        yield url


@pytest.fixture(scope="module")
def auditor(own: str, browser: Browser) -> Iterator[Person]:
    person = Person(browser, own, "auditor", WIDE)
    person.enrol("demo-auditor-1")
    yield person
    person.page.context.close()


def is_closed(person: Person, *paths: str) -> None:
    for path in paths:
        assert person.status(path) in (403, 404, 405), path
        assert not REFERENCE.search(person.page.content()), path


def taken(page: Page, button: Locator) -> bytes:
    with page.expect_download() as download:
        button.click()
    return download.value.path().read_bytes()


def test_an_analyst_counts_on_a_telephone_without_scripts(own: str, browser: Browser) -> None:
    analyst = Person(browser, own, "analyst")
    analyst.enrol("demo-analyst-1")
    expect(analyst.page.locator("h1")).to_have_text("Numbers")
    expect(analyst.page.locator(".numbers")).to_have_count(3)
    small = analyst.page.locator(".numbers td", has_text=re.compile(r"^[12]$"))
    expect(small).to_have_count(0)
    assert not REFERENCE.search(analyst.page.content())
    analyst.page.locator("a[href$='insight/methods']").first.click()
    expect(analyst.page.locator("main")).to_contain_text("How the numbers are made")
    is_closed(analyst, *TIPS, *NUMBERS_OF_OFFICERS, *(f"admin/{one}" for one in (*ADMINISTRATION, "audit")))
    analyst.go("account")
    expect(analyst.page.locator("#notices")).to_have_count(0)
    fill(analyst.page, old="demo-analyst-1", new="short but long")
    analyst.page.locator("form[action$='account/password'] button").click()
    expect(analyst.page.locator("[role=status]")).to_contain_text("The password was changed")
    analyst.page.locator("form[action$=sign-out] button").click()
    analyst.sign_in("short but long")
    analyst.page.context.close()


@pytest.mark.parametrize("viewport", [PHONE, WIDE], ids=["phone", "wide"])
@pytest.mark.parametrize("login", ["analyst", "auditor"])
def test_axe_finds_nothing_on_their_pages(satark: str, browser: Browser, login: str, viewport: dict[str, int]) -> None:
    page = browser.new_context(viewport=viewport, locale="en-IN").new_page()
    sign_in(page, satark, login, f"demo-{login}-1")
    in_english(page)
    paths = {"analyst": ("insight/", "insight/methods", "account"), "auditor": ("admin/audit", "account")}
    for path in paths[login]:
        page.goto(f"{satark}/panel/{path}")
        is_sound_by_day_and_night(page)
    page.context.close()


def test_an_auditor_reads_takes_along_and_is_shown_no_tip(own: str, auditor: Person) -> None:
    page = auditor.page
    auditor.go("admin/audit")
    rows = page.locator("tbody tr")
    expect(rows.first).to_contain_text("signed in")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("main form button").first.click()
    expect(page.locator("[role=status]")).to_contain_text("The log is whole.")
    shown = [re.sub(r"\s+", " ", row.inner_text()) for row in rows.all()]
    buttons = page.locator("form[action$='audit/export'] button")
    listed = list(csv.DictReader(io.StringIO(taken(page, buttons.filter(has_text="CSV")).decode("utf-8-sig"))))
    assert [int(entry["No."]) for entry in listed] == list(range(len(listed), 0, -1))
    assert len(listed) >= len(shown)
    for entry, row in zip(listed[: len(shown)], shown, strict=True):
        for part in ("No.", "Who", "What", "Of", "Detail"):
            assert re.sub(r"\s+", " ", entry[part]) in row, (entry, row)
    book = openpyxl.load_workbook(io.BytesIO(taken(page, buttons.filter(has_text="Excel"))))
    assert book.worksheets[0].max_row == len(listed) + 2, "with its head, and the entry of the file before"
    paper = PdfReader(io.BytesIO(taken(page, buttons.filter(has_text="PDF"))))
    assert "Exported by Auditor (demo)" in paper.pages[0].extract_text()
    is_closed(auditor, *TIPS, "insight/", *NUMBERS_OF_OFFICERS, *(f"admin/{one}" for one in ADMINISTRATION))


def test_an_auditor_pages_back_to_the_first_entry(own: str, auditor: Person) -> None:
    auditor.go("admin/audit")
    while (older := auditor.page.locator("a[rel=next]")).count():
        older.click()
    expect(auditor.page.locator("tbody tr").last.locator("td").first).to_have_text("1")


def test_an_auditor_is_told_which_entry_somebody_changed(own: str, folder: Path, auditor: Person) -> None:
    with sqlite3.connect(folder / "satark.db", timeout=20) as db:
        db.execute("UPDATE audit_entry SET action = 'look' WHERE number = 2")
    auditor.go("admin/audit")
    auditor.page.locator("main form button").first.click()
    expect(auditor.page.locator("[role=status]")).to_have_text("Entry 2 was changed or is missing.")
