"""A citizen tells, the police act, the citizen reads what was done: in a real browser, with and without JavaScript."""

import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

AXE = Path("node_modules/axe-core/axe.min.js")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


def photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(file, "JPEG")
    return file.getvalue()


def has_no_violation(page: Page, scripted: bool, rules: tuple[str, ...] = ()) -> None:
    """axe, run in a world of its own where the page's own policy does not reach; without scripts it cannot run.

    No `rules` are all rules that axe holds to unasked.
    """
    if not scripted:
        return
    session = page.context.new_cdp_session(page)
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = session.send("Page.createIsolatedWorld", {"frameId": frame})["executionContextId"]
    session.send("Runtime.evaluate", {"expression": AXE.read_text(), "contextId": world})
    options = json.dumps({"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {}))
    found = session.send(
        "Runtime.evaluate",
        {
            "expression": f"axe.run({options}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' ')))",
            "contextId": world,
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    # The session is not detached: with it, Chromium would take away a test's virtual authenticator, too.
    assert found["result"].get("value") == [], (page.url, found["result"].get("value"))


def tell(page: Page, url: str, scripted: bool) -> str:
    page.goto(f"{url}/?lang=hi")
    has_no_violation(page, scripted)
    page.locator("a.way.main").click()
    has_no_violation(page, scripted)
    page.locator("input[value='category:gambling']").check()
    page.locator("#text").fill("पुरानी टंकी के पास जुआ होता है")
    page.locator("#files").set_input_files({"name": "ram-kumar.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.locator("#place").select_option("at:station/jaunpur/kotwali")
    page.locator("form#report button.main").click()
    receipt = page.locator("#receipt")
    expect(receipt).to_be_visible()
    has_no_violation(page, scripted)
    return re.sub(r"\D", "", receipt.inner_text())


def act(page: Page, url: str, scripted: bool) -> None:
    page.goto(f"{url}/panel/tips")
    has_no_violation(page, scripted)
    page.locator("#login").fill("sp")
    page.locator("#password").fill("demo-sp-1")
    page.locator("main button").click()
    page.locator("header button[value=hi]").click()
    page.locator(".tabs a", has_text="नई").click()
    has_no_violation(page, scripted)
    mine = page.locator(".tips li", has_text="जुआ").filter(has_not=page.locator(".demo"))
    mine.first.locator("a").click()
    expect(page.locator(".text").first).to_contain_text("पुरानी टंकी")
    has_no_violation(page, scripted)
    page.locator("#office").select_option("station/jaunpur/kotwali")
    page.locator("form[action$=assign] button").click()
    page.locator("#report").fill("दबिश दी गई, तीन गिरफ़्तार")
    page.locator("#report-files").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.locator("#report-words").fill("तीन लोग पकड़े गए हैं")
    page.locator("#arrests").fill("3")
    page.locator("form[action$=report] button").click()
    expect(page.locator("blockquote")).to_have_text("तीन लोग पकड़े गए हैं")
    has_no_violation(page, scripted)
    page.locator("button[value=send]").click()
    expect(page.locator(".letter.report .text")).to_have_text("दबिश दी गई, तीन गिरफ़्तार")
    expect(page.locator(".letter.report .result")).to_contain_text("3")
    expect(page.locator(".head .chip").first).to_contain_text("कार्रवाई हुई")


def read(page: Page, url: str, receipt: str, scripted: bool) -> None:
    page.goto(f"{url}/channels/webform/status?lang=hi")
    has_no_violation(page, scripted)
    page.locator("#receipt").fill(receipt)
    page.locator("main form button.main").click()
    expect(page.locator("main")).to_contain_text("तीन लोग पकड़े गए हैं")
    has_no_violation(page, scripted)
    page.locator("#text").fill("वे फिर लौट आए हैं")
    page.locator("#add button.main").click()
    expect(page.locator("main")).to_contain_text("जोड़ दिया गया")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scripted", [True, False], ids=["script", "plain"])
def test_a_tip_goes_its_whole_way(satark: str, browser: Browser, viewport: dict[str, int], scripted: bool) -> None:
    citizen = browser.new_context(viewport=viewport, java_script_enabled=scripted, locale="hi-IN")
    officer = browser.new_context(viewport=viewport, java_script_enabled=scripted, locale="hi-IN")
    strangers: list[str] = []
    for context in (citizen, officer):
        context.on(
            "request", lambda request: strangers.append(request.url) if not request.url.startswith(satark) else None
        )
    receipt = tell(citizen.new_page(), satark, scripted)
    act(officer.new_page(), satark, scripted)
    read(citizen.new_page(), satark, receipt, scripted)
    assert citizen.cookies() == []
    assert strangers == []
    citizen.close()
    officer.close()
