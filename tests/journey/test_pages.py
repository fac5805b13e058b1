"""The pages besides the whole way: the simulated phone, live arrival, every page for axe in light and dark."""

import re
import time
from itertools import cycle

import pyotp
import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.journey.conftest import running
from tests.journey.test_whole_way import DESK, PHONE, has_no_violation

LANGUAGES = ("en", "hi", "ur")
RULES_OF_COLOUR = ("color-contrast", "link-in-text-block")


def sign_in(page: Page, url: str, login: str = "dig", password: str = "demo-dig-1") -> None:
    page.goto(f"{url}/panel/sign-in?lang=en")
    page.locator("#login").fill(login)
    page.locator("#password").fill(password)
    page.locator("main button").click()
    expect(page.locator(".who")).to_be_visible()


def test_a_chat_leads_to_a_tip_that_arrives_live_and_news_comes_back(satark: str, browser: Browser) -> None:
    officer = browser.new_context(viewport=DESK, locale="en-IN").new_page()
    with officer.expect_response(re.compile(r"/panel/tips/live$")):
        sign_in(officer, satark)
    phone = browser.new_context(viewport=PHONE, locale="en-IN").new_page()
    phone.goto(f"{satark}/channels/simulator/?lang=en")

    def say(words: str) -> None:
        phone.locator("#words").fill(words)
        phone.locator("#say button").click()

    def tap(label: str) -> None:
        phone.locator("#bubbles button", has_text=label).last.click()

    say("hi")
    tap("English")
    tap("Cow smuggling")
    expect(phone.locator("#bubbles")).to_contain_text("Now tell, show or say")
    say("a shed behind the school")
    tap("That is all")
    phone.locator("#pin").click()
    tap("Kotwali")
    tap("Send it")
    expect(phone.locator("#bubbles")).to_contain_text("Keep this number")
    expect(officer.locator("#arrived")).to_be_visible(timeout=15_000)
    officer.locator("#arrived").click()
    mine = (
        officer.locator(".tips li", has=officer.locator(".received"))
        .filter(has_text="गो-तस्करी")
        .or_(officer.locator(".tips li", has=officer.locator(".received")).filter(has_text="Cow smuggling"))
    )
    mine.filter(has_not=officer.locator(".demo")).first.locator("a").click()
    officer.locator("#message").fill("Which day was it?")
    officer.locator("form[action$=message] button").click()
    expect(phone.locator("#bubbles li").last).to_contain_text("There is news for you here.", timeout=15_000)
    tap("Read")
    expect(phone.locator("#bubbles")).to_contain_text("Which day was it?")
    officer.locator("summary", has_text=re.compile("Internal note|अंदरूनी")).click()
    officer.locator("#note").fill("half a note")
    say("on Sunday")
    expect(phone.locator("#bubbles")).to_contain_text("It has been added.")
    expect(officer.locator(".letter.addition .text")).to_have_text("on Sunday", timeout=15_000)
    expect(officer.locator("#note")).to_have_value("half a note")
    expect(officer.locator(".letter.message .delivery")).to_contain_text(re.compile("sent|भेजा"))
    officer.context.close()
    phone.context.close()


def test_a_call_is_spoken_and_keyed(satark: str, browser: Browser) -> None:
    phone = browser.new_context(viewport=PHONE, locale="hi-IN").new_page()
    phone.goto(f"{satark}/channels/simulator-keypad/")
    bubbles = phone.locator("#bubbles")
    expect(bubbles).to_contain_text("English: 2")
    with phone.expect_response(re.compile(r"/simulator-keypad/clip/[0-9a-f]{32}\.wav")) as heard:
        phone.locator(".key[value='2']").click()
    assert heard.value.status == 200
    assert heard.value.headers["content-type"] == "audio/wav"
    expect(bubbles).to_contain_text("For Ask with a receipt, press 2.")
    phone.locator(".key[value='1']").click()
    expect(bubbles).to_contain_text("For Cow smuggling, press 1.")
    expect(bubbles).to_contain_text("For More, press 9.")
    phone.locator(".key[value='9']").click()
    expect(bubbles).to_contain_text("For Trafficking of people, press 1.")
    phone.context.close()


def test_axe_finds_nothing_on_any_page_of_citizens(satark: str, browser: Browser) -> None:
    """Every page must fit in every language; axe reads each in one, the languages taking turns."""
    context = browser.new_context(viewport=PHONE, locale="en-IN")
    page = context.new_page()
    public = ["/", "/q/jnp-kotwali", "/nowhere", "/channels/webform/", "/channels/webform/step", "/channels/webform/status",
              "/channels/simulator/", "/channels/simulator-keypad/", "/panel/sign-in"]  # fmt: skip
    for path, read in zip(public, cycle(LANGUAGES), strict=False):
        for language in LANGUAGES:
            page.goto(f"{satark}{path}?lang={language}")
            fits(page)
            if language == read:
                is_sound_by_day_and_night(page)
    context.close()


def test_axe_finds_nothing_on_any_page_of_officers(satark: str, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-IN")
    page = context.new_page()
    sign_in(page, satark)
    tips = page.locator(".tips a").evaluate_all("links => links.slice(0, 3).map(link => link.href)")
    for path in (
        f"{satark}/panel/tips",
        f"{satark}/panel/tips?status=closed",
        f"{satark}/panel/tips/AAA-AAA-AAA",
        f"{satark}/panel/account",
        f"{satark}/panel/late",
        *tips,
    ):
        page.goto(path)
        is_sound_by_day_and_night(page)
    page.goto(f"{satark}/panel/tips")
    page.locator("#words").fill("sharab")
    page.locator(".search button").click()
    expect(page.locator("[role=status]")).to_be_visible()
    is_sound_by_day_and_night(page)
    for login, path in (
        ("auditor", "admin/audit"), ("analyst", "insight/"), ("analyst", "insight/methods"), ("dig", "admin/posters"),
    ):  # fmt: skip
        sign_in(page, satark, login, f"demo-{login}-1")
        page.goto(f"{satark}/panel/{path}")
        is_sound_by_day_and_night(page)
    context.close()


def test_axe_finds_nothing_on_any_page_of_administrators(satark: str, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-IN")
    page = context.new_page()
    sign_in(page, satark, "admin", "demo-admin-1")
    for path in (
        "people", "offices", "office?id=station/jaunpur/kotwali", "categories", "category?id=weapons", "clocks", "wording",
        "channels", "posters",
    ):  # fmt: skip
        page.goto(f"{satark}/panel/admin/{path}")
        is_sound_by_day_and_night(page)
    for prompt in ("That is all", "There is news for you"):
        page.goto(f"{satark}/panel/admin/wording?lang=en&q={prompt}")
        page.locator(".words a").first.click()
        is_sound_by_day_and_night(page)
    context.close()


def fits(page: Page) -> None:
    """Nothing stands out at the side, with all that folds unfolded."""
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def is_sound(page: Page) -> None:
    fits(page)
    has_no_violation(page, True)


def is_sound_by_day_and_night(page: Page) -> None:
    """Sound in light; in dark nothing but colours is different, so only the rules of colour are asked again."""
    page.emulate_media(color_scheme="light")
    is_sound(page)
    page.emulate_media(color_scheme="dark")
    has_no_violation(page, True, RULES_OF_COLOUR)


def test_a_second_factor_is_made_and_asked_for(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> None:
    """As the panel is delivered, with JavaScript off."""
    with running(tmp_path_factory.mktemp("strict"), second_factor="required") as url:
        context = browser.new_context(viewport=PHONE, locale="en-IN", java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{url}/panel/sign-in?lang=en")
        page.locator("#login").fill("dig")
        page.locator("#password").fill("demo-dig-1")
        page.locator("main button").click()
        expect(page.locator(".qr svg")).to_be_visible()
        totp = pyotp.TOTP(page.locator("code").inner_text())
        page.locator("#code").fill(totp.now())
        page.locator("main button").click()
        expect(page.locator(".tabs")).to_be_visible()
        page.goto(f"{url}/panel/account")
        expect(page.locator(".sessions li")).to_have_count(1)
        page.locator("header button", has_text="Sign out").or_(
            page.locator("header button", has_text="साइन आउट")
        ).click()
        page.locator("#login").fill("dig")
        page.locator("#password").fill("demo-dig-1")
        page.locator("main button").click()
        page.locator("#code").fill(totp.at(int(time.time()) + 30))
        page.locator("main button").click()
        expect(page.locator(".tabs")).to_be_visible()
        context.close()


def test_a_broken_line_loses_nothing_and_counts_once(satark: str, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-IN")
    page = context.new_page()
    page.goto(f"{satark}/channels/webform/?lang=en")
    page.locator("input[value='category:weapons']").check()
    page.locator("#text").fill("kept through a broken line")
    context.set_offline(True)
    page.locator("form#report button.main").click()
    expect(page.locator("#retry")).to_be_visible()
    expect(page.locator("#text")).to_have_value("kept through a broken line")
    context.set_offline(False)
    expect(page.locator("#receipt")).to_be_visible(timeout=15_000)
    context.close()


@pytest.mark.parametrize("path", ["/panel/sign-in", "/panel/tips"])
def test_a_first_load_is_small(satark: str, browser: Browser, path: str) -> None:
    """All that comes over the line for a page, with an empty cache; 150,000 bytes at most, compressed or not."""
    page = browser.new_context(viewport=DESK, locale="en-IN").new_page()
    sign_in(page, satark)
    context = browser.new_context(viewport=DESK, locale="en-IN", storage_state=page.context.storage_state())
    fresh = context.new_page()
    answers: list[Response] = []
    fresh.on("response", lambda answer: answers.append(answer))
    fresh.goto(satark + path)
    loaded = [answer for answer in answers if not answer.url.endswith("/live")]
    assert len(loaded) >= 2
    assert sum(len(answer.body()) for answer in loaded) < 150_000
    context.close()
    page.context.close()


def test_the_inbox_is_filtered_without_a_new_page_and_walked_by_keys(satark: str, browser: Browser) -> None:
    page = browser.new_context(viewport=DESK, locale="en-IN").new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    sign_in(page, satark)
    page.evaluate("window.sameDocument = true")
    page.locator("select[name=category]").select_option("gambling")
    page.wait_for_url("**category=gambling*")
    expect(page.locator("#tabs a").first).to_have_attribute("href", re.compile("category=gambling"))
    expect(page.locator("#all a")).to_be_visible()
    expect(page.locator(".tips .what", has_text=re.compile("जुआ|Gambling"))).to_have_count(
        page.locator(".tips li").count()
    )
    assert page.evaluate("window.sameDocument")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".tips a").nth(1)).to_be_focused()
    page.locator("#words").fill("jua")
    page.locator("#words").press("Enter")
    expect(page.locator("[role=status]")).to_contain_text(re.compile("words|शब्द"))
    expect(page.locator(".tips .what", has_text=re.compile("जुआ|Gambling"))).not_to_have_count(0)
    assert "/panel/tips/search?" in page.url
    assert "jua" not in page.url.partition("search=")[0]
    found = page.url
    page.locator(".tips a").first.click()
    page.go_back()
    expect(page.locator("[role=status]")).to_contain_text(re.compile("words|शब्द"))
    assert page.url == found
    assert faults == []
    page.context.close()
