"""The pages of administrators and of one's own account: axe by day and by night, on a telephone and a wide screen; every
control by keys."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journey.person import fill, in_english
from tests.journey.test_a_day_at_work import WIDE
from tests.journey.test_pages import is_sound_by_day_and_night, sign_in
from tests.journey.test_whole_way import DESK, PHONE


@pytest.mark.parametrize("viewport", [PHONE, WIDE], ids=["phone", "wide"])
def test_axe_finds_nothing_where_a_form_was_refused_or_a_person_is_shown(
    satark: str, browser: Browser, viewport: dict[str, int]
) -> None:
    page = browser.new_context(viewport=viewport, locale="en-IN").new_page()
    sign_in(page, satark, "admin", "demo-admin-1")
    in_english(page)
    for path in ("people", "offices", "categories", "clocks", "wording", "channels", "posters", "category?id=weapons"):
        page.goto(f"{satark}/panel/admin/{path}")
        is_sound_by_day_and_night(page)
    page.goto(f"{satark}/panel/admin/people?q=kotwali")
    page.locator(".persons a").first.click()
    is_sound_by_day_and_night(page)
    page.goto(f"{satark}/panel/admin/people")
    fill(page, name="Somebody", login="admin")
    page.locator("#role").select_option("officer")
    page.locator("form.card button.main").click()
    expect(page.locator("#office-wrong")).to_be_visible()
    is_sound_by_day_and_night(page)
    page.goto(f"{satark}/panel/admin/clocks")
    for kind, field in (("hours", "start"), ("clock", "seen"), ("retention", "content-open")):
        fill(page, **{field: "x"})
        page.locator(f"button.main[value={kind}]").click()
        expect(page.locator(f"#{field}-wrong")).to_be_visible()
        is_sound_by_day_and_night(page)
    page.context.close()


@pytest.mark.parametrize("locale", ["en", "ur"])
def test_every_control_is_reached_by_keys_and_shows_it(satark: str, browser: Browser, locale: str) -> None:
    page = browser.new_context(viewport=DESK, locale="en-IN").new_page()
    sign_in(page, satark, "admin", "demo-admin-1")
    page.locator(f"button[value={locale}]").click()
    office, category, words = "office?id=station/jaunpur/kotwali", "category?id=weapons", "wording?lang=en&q=tell"
    rooms = ("people", "offices", office, "categories", category, "clocks", words, "channels", "posters")
    for path in (*(f"admin/{room}" for room in rooms), "account"):
        page.goto(f"{satark}/panel/{path}")
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
        wanted = page.evaluate(CONTROLS)
        seen = []
        for _ in wanted:
            page.keyboard.press("Tab")
            at, outline = page.evaluate(FOCUSED)
            assert outline, (path, at)
            seen.append(at)
        assert seen == wanted, path
    page.locator("header button[value=hi]").click()
    page.context.close()


# All that a hand can use, in their order, and the one that the keys are at, with whether one sees it.
CONTROLS = """
[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
  .filter(one => one.checkVisibility())
  .map((one, number) => { one.dataset.number = number; return number; })
"""
FOCUSED = """
(() => {
  const one = document.activeElement, style = getComputedStyle(one);
  return [Number(one.dataset.number), one.matches(":focus-visible") && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 1];
})()
"""
