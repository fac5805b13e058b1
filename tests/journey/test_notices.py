"""Notices in a browser: it is asked, a push shows itself while no page is open, and signing out ends it."""

import re
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.jobs.test_pushes import Browser as Subscription
from tests.journey.conftest import PUSH_SERVICE
from tests.journey.test_pages import sign_in
from tests.journey.test_whole_way import DESK

# There is no push service here to subscribe to: what it would give, the page gets from this.
STAND_IN = """
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0)).buffer;
const given = %s;
PushManager.prototype.subscribe = async (options) => {
  if (options.applicationServerKey.length !== 65 || !options.userVisibleOnly) throw new Error("no");
  return { endpoint: given.endpoint, getKey: (name) => bytes(given[name]) };
};
PushManager.prototype.getSubscription = async () => ({ unsubscribe: async () => localStorage.setItem("unsubscribed", "yes") });
"""


SHOWN = """
new Promise((resolve) => {
  const look = async () => {
    const [one] = await (await navigator.serviceWorker.ready).getNotifications();
    if (one) resolve([one.title, one.body]);
    else setTimeout(look, 50);
  };
  look();
})
"""


def faults_of(page: Page) -> list[str]:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return faults


def registrations(context: BrowserContext, page: Page) -> tuple[Any, list[dict[str, Any]]]:
    """A session with the browser, and the service workers that it tells of."""
    found: list[dict[str, Any]] = []
    session = context.new_cdp_session(page)
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    return session, found


def test_a_push_is_shown_by_the_browser(satark: str, browser: Browser) -> None:
    context = browser.new_context(viewport=DESK, locale="en-IN")
    context.grant_permissions(["notifications"], origin=satark)
    context.add_init_script(STAND_IN % str(Subscription(f"{PUSH_SERVICE}/x").form))
    page = context.new_page()
    faults = faults_of(page)
    sign_in(page, satark)
    page.goto(f"{satark}/panel/account")
    session, found = registrations(context, page)
    page.locator("#push button").click()
    page.wait_for_url("**/panel/account#notices")
    expect(page.locator("form[action$='/push/stop']")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    [registration] = {one["registrationId"] for one in found if one["scopeURL"] == f"{satark}/panel/"}
    message = {"origin": satark, "registrationId": registration, "data": "2 tips have something new.".ljust(256)}
    session.send("ServiceWorker.deliverPushMessage", message)
    assert page.evaluate(SHOWN) == ["Satark", "2 tips have something new."]
    page.locator("form[action$='/push/stop'] button").click()
    expect(page.locator("form[action$='/push/stop']")).to_have_count(0)
    assert page.evaluate("localStorage.getItem('unsubscribed')") == "yes"
    page.evaluate("localStorage.clear()")
    page.locator("form[action$='/sign-out'] button").click()
    expect(page.locator("#login")).to_be_visible()
    assert page.evaluate("localStorage.getItem('unsubscribed')") == "yes"
    assert faults == []
    context.close()


def test_the_tab_counts_and_rings_for_who_wants_it(satark: str, browser: Browser) -> None:
    page = browser.new_context(viewport=DESK, locale="en-IN").new_page()
    page.add_init_script(
        "window.notes = 0; const start = OscillatorNode.prototype.start;"
        "OscillatorNode.prototype.start = function (...when) { window.notes += 1; return start.apply(this, when); };"
    )
    faults = faults_of(page)
    sign_in(page, satark)
    expect(page).to_have_title(re.compile(r"^\(\d+\) \S+ · \S+$"))
    button = page.locator("#sound")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("window.notes") == 2
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("window.notes") == 0, "nothing rings when it is switched off"
    # What the server says when something arrives; a browser lets a page ring once somebody has clicked in it.
    said = "event: unread\ndata: 7\n\nevent: arrived\ndata: 7\n\n"
    page.route("**/panel/tips/live", lambda route: route.fulfill(content_type="text/event-stream", body=said))
    button.click()
    page.reload()
    expect(page.locator("#arrived")).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(7\) "))
    page.wait_for_function("window.notes >= 2")
    assert faults == []
    page.context.close()
