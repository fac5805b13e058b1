"""An administrator changes what citizens are offered and what they are told, with JavaScript off; they get it within seconds.

And their day: accounts, offices, clocks, words, posters, channels, somebody who lost a telephone, and no tip anywhere.
"""

import re

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, Page, expect

from tests.journey.conftest import running
from tests.journey.person import Person, fill, in_english
from tests.journey.test_a_day_at_work import WIDE
from tests.journey.test_pages import sign_in
from tests.journey.test_whole_way import DESK, PHONE


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """A Satark of its own: what is changed here is not what other tests know."""
    with running(tmp_path_factory.mktemp("administered"), second_factor="optional") as url:
        yield url


def administrator(browser: Browser, url: str, login: str = "admin") -> Page:
    page = browser.new_context(viewport=PHONE, locale="en-IN", java_script_enabled=False).new_page()
    sign_in(page, url, login, f"demo-{login}-1")
    in_english(page)
    return page


def confirm_on(page: Page, url: str) -> None:
    """Another administrator confirms what waits."""
    page.goto(f"{url}/panel/admin/confirmations")
    page.locator("button[value=confirm]").first.click()


def test_an_outpost_and_a_new_name_are_there_within_seconds(own: str, browser: Browser) -> None:
    admin = administrator(browser, own)
    admin.goto(f"{own}/panel/admin/offices")
    admin.locator("#kind").select_option("outpost")
    admin.locator("#parent").select_option("station/jaunpur/kotwali")
    fill(admin, name_en="Naya Ghat", name_hi="नया घाट")
    admin.locator("button.main").click()
    second = administrator(browser, own, "admin2")
    confirm_on(second, own)
    admin.goto(f"{own}/panel/admin/offices")
    expect(admin.locator(".tree").first).to_contain_text("Naya Ghat")
    admin.goto(f"{own}/panel/admin/category?id=gambling")
    fill(admin, name_en="Betting dens")
    admin.locator("button.main").click()
    confirm_on(second, own)
    admin.goto(f"{own}/panel/admin/categories")
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
    expect(admin.locator("[role=alert]:not([hidden])")).to_contain_text("It does not fit")
    for page in (admin, phone):
        page.context.close()


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """A Satark as it is delivered."""
    with running(tmp_path_factory.mktemp("strict"), second_factor="required") as url:
        yield url


@pytest.fixture(scope="module")
def admin(strict: str, browser: Browser):  # type: ignore[no-untyped-def]
    """Signed in with a second factor that was made at the first sign-in."""
    person = Person(browser, strict, "admin")
    person.enrol("demo-admin-1")
    yield person
    person.page.context.close()


@pytest.fixture(scope="module")
def other(strict: str, browser: Browser):  # type: ignore[no-untyped-def]
    """A second administrator, who confirms."""
    person = Person(browser, strict, "admin2")
    person.enrol("demo-admin2-1")
    yield person
    person.page.context.close()


def confirm(other: Person) -> str:
    """Returns the second half of the password."""
    other.go("admin/confirmations")
    other.has_no_violation()
    other.page.locator("button[value=confirm]").first.click()
    return other.page.locator("[role=status] code").inner_text()


def add_account(admin: Person, login: str, office: str) -> str:
    """Returns the first half of the password. At the first try something is missing, and nothing is typed twice."""
    admin.go("admin/people")
    fill(admin.page, name="New station officer", login="admin")
    admin.page.locator("#role").select_option("officer")
    admin.page.locator("#office").select_option(office)
    admin.keep()
    expect(admin.page.locator("#login-wrong")).to_have_text("That login is taken.")
    expect(admin.page.locator("#name")).to_have_value("New station officer")
    expect(admin.page.locator("#office")).to_have_value(office)
    fill(admin.page, login=login)
    admin.keep()
    return admin.page.locator("[role=status] code").inner_text()


def test_an_account_is_made_used_and_given_a_new_start(
    strict: str, admin: Person, other: Person, browser: Browser
) -> None:
    officer = Person(browser, strict, "newsp")
    first = add_account(admin, "newsp", "district/jaunpur")
    officer.enrol(f"{first}-{confirm(other)}")
    expect(officer.page.locator(".tips li").first).to_be_visible()
    admin.go("admin/people?q=newsp")
    admin.page.locator(".persons a").click()
    expect(admin.page.locator(".chip", has_text="second factor")).to_be_visible()
    admin.page.locator("form[action$=recover] button").click()
    first = admin.page.locator("[role=status] code").inner_text()
    password = f"{first}-{confirm(other)}"
    admin.go("admin/people?q=newsp")
    admin.page.locator(".persons a").click()
    expect(admin.page.locator(".chip", has_text="second factor")).to_have_count(0)
    officer.page.goto(f"{strict}/panel/tips")
    expect(officer.page.locator("#password")).to_be_visible()
    officer.enrol(password)
    admin.go("admin/people?q=newsp")
    admin.page.locator(".persons a").click()
    admin.page.locator("form[action$=switch] button").click()
    expect(admin.page.locator(".chip", has_text="switched off")).to_be_visible()
    officer.give(password)
    expect(officer.page.locator("[role=alert]")).to_contain_text("Login or password is wrong.")
    officer.page.context.close()


def change_a_clock(admin: Person) -> None:
    admin.go("admin/clocks")
    fill(admin.page, seen="three", action="41")
    admin.page.locator("button[value=clock]").click()
    expect(admin.page.locator("#seen")).to_have_value("three")
    expect(admin.page.locator("#action")).to_have_value("41")
    expect(admin.page.locator("#seen-wrong")).to_be_visible()
    fill(admin.page, seen="3")
    admin.page.locator("button[value=clock]").click()
    expect(admin.page.locator("[role=alert]:not([hidden])")).to_have_count(0)
    expect(admin.page.locator("#action")).to_have_value("41")


def change_an_office(admin: Person, other: Person) -> None:
    admin.go("admin/office?id=station/jaunpur/kotwali")
    fill(admin.page, name_en="Kotwali City", lat="here")
    admin.keep()
    expect(admin.page.locator("#lat-wrong")).to_have_text("The point is not in the district.")
    expect(admin.page.locator("#name-en")).to_have_value("Kotwali City")
    fill(admin.page, lat="25.75")
    admin.keep()
    confirm_on(other.page, other.url)
    admin.go("admin/offices")
    expect(admin.page.locator(".tree").first).to_contain_text("Kotwali City")


def say_it_otherwise(admin: Person) -> None:
    admin.go("admin/wording?lang=en&q=What is it about")
    admin.page.locator(".words a").first.click()
    admin.page.locator("textarea").fill("What is going on?")
    admin.page.locator("button[value=look]").click()
    shown = admin.page.locator(".previews > section")
    assert shown.locator("h3").all_inner_texts() == ["Web page", "Simulated chat", "Simulated call"]
    for channel in shown.all():
        expect(channel.locator(".bubble").first).to_contain_text("What is going on?")
    admin.page.locator("button[value=keep]").click()
    admin.go("admin/wording?lang=en&q=What is going on")
    expect(admin.page.locator(".chip", has_text="changed here")).to_be_visible()


def print_a_poster(admin: Person) -> None:
    admin.go("admin/posters")
    admin.page.locator("#office").select_option("station/jaunpur/kotwali")
    fill(admin.page, place="at the bus stand")
    with admin.page.expect_download() as download:
        admin.keep()
    image = pypdfium2.PdfDocument(download.value.path())[0].render(scale=2).to_pil()
    assert f"{admin.url}/q/jnp-kotwali?lang=hi" in [one.text for one in zxingcpp.read_barcodes(image)]


def test_a_day_of_an_administrator_and_what_the_auditor_reads_of_it(
    strict: str, admin: Person, other: Person, browser: Browser
) -> None:
    change_an_office(admin, other)
    admin.go("admin/categories")
    admin.page.locator("li", has_text="Illegal weapons").locator("button", has_text="Up").click()
    expect(admin.page.locator("ol.people li").nth(1)).to_contain_text("Illegal weapons")
    change_a_clock(admin)
    say_it_otherwise(admin)
    print_a_poster(admin)
    admin.go("admin/channels")
    expect(admin.page.locator("tr", has_text="WhatsApp")).to_contain_text("Off")
    admin.page.locator("main form button").click()
    expect(admin.page.locator("[role=status]")).to_contain_text("Web page")
    for closed in ("tips", "tips/AAA-AAA-AAA", "late", "insight/", "insight/map", "evidence/x", "admin/audit"):
        assert admin.status(closed) in (403, 404), closed
    auditor = Person(browser, strict, "auditor", WIDE)
    auditor.enrol("demo-auditor-1")
    done = ("moved a category", "changed the usual clock", "changed what is said to citizens",
            "made a poster", "asked the channels how they are")  # fmt: skip
    for what in done:
        expect(auditor.page.locator("tr", has_text="Admin (demo)").filter(has_text=what)).to_have_count(1)
    expect(auditor.page.locator("tr", has_text="changed an office")).to_have_count(1)
    auditor.page.context.close()
