"""A session locks while an officer writes: warned before, and after signing in all is in the form again. In a real browser."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journey.conftest import running
from tests.journey.test_a_day_at_work import page_of
from tests.journey.test_whole_way import PHONE, has_no_violation, photo


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lapsed")


@pytest.fixture(scope="module")
def own(folder: Path) -> Iterator[str]:
    with running(folder, second_factor="optional") as url:
        yield url


def lock_everybody(folder: Path) -> None:
    """Half an hour goes by in which nobody does anything."""
    with sqlite3.connect(folder / "satark.db", timeout=20) as db:
        db.execute("UPDATE sign_in SET seen = seen - 1860")


@pytest.mark.parametrize("scripted", [True, False])
def test_a_report_with_a_photo_survives_the_lock(
    own: str, folder: Path, browser: Browser, tmp_path: Path, scripted: bool
) -> None:
    page = page_of(browser, own, "dig", PHONE, scripted)
    page.goto(f"{own}/panel/tips?status=assigned")
    page.locator(".tips a").first.click()
    address = page.url
    form = page.locator("form[action$=report]")
    if not form.is_visible():
        page.locator("summary", has_text="Action report").click()
    form.locator("[name=text]").fill("Raided the mill <at night>")
    form.locator("[name=fir]").fill("12/2026")
    form.locator("[name=amount]").first.fill("20 l")
    picture = tmp_path / "photo.jpg"
    picture.write_bytes(photo())
    form.locator("[type=file]").set_input_files(picture)
    lock_everybody(folder)
    form.locator("button.main").click()
    expect(page.locator("#login")).to_be_visible()
    page.locator("#login").fill("dig")
    page.locator("#password").fill("demo-dig-1")
    page.locator("main button").click()
    assert page.url.startswith(f"{address}?draft=")
    expect(page.locator("main [role=status]").first).to_contain_text("You had been signed out")
    has_no_violation(page, scripted)
    expect(form.locator("[name=text]")).to_have_value("Raided the mill <at night>")
    expect(form.locator("[name=fir]")).to_have_value("12/2026")
    expect(form.locator("[name=amount]").first).to_have_value("20 l")
    form.locator("button.main").click()
    expect(page.locator("main")).to_contain_text("1 file")
    page.locator("button[value=send]").click()
    expect(page.locator(".letter.report")).to_contain_text("Raided the mill <at night>")
    assert page.url == address
    page.context.close()


def test_a_warning_comes_before_the_lock_and_one_click_stays(own: str, browser: Browser) -> None:
    page = page_of(browser, own, "dig", PHONE)
    page.clock.install()
    page.goto(f"{own}/panel/tips")
    box = page.locator("#lock")
    page.clock.fast_forward("27:30")
    expect(box).to_be_hidden()
    page.clock.fast_forward("00:40")
    expect(box).to_be_visible()
    has_no_violation(page, True)
    with page.expect_response("**/panel/stay") as answer:
        box.locator("button").click()
    assert answer.value.status == 204
    expect(box).to_be_hidden()
    page.context.close()
