"""Takes the pictures of the README from the running program, with demo data, so that they never go stale."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path("docs/pictures")
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 860}
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/readyz", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise SystemExit("Satark did not start")


def tell(page: Page, url: str) -> str:
    page.goto(f"{url}/channels/webform/?lang=hi")
    page.screenshot(path=PICTURES / "form-phone.png")
    page.locator("input[value='category:illegal_mining']").check()
    page.locator("#text").fill("[कृत्रिम] रात में घाट से बालू की ट्रॉलियाँ निकलती हैं।")
    page.locator("#place").select_option("at:station/jaunpur/kerakat")
    page.locator("form#report button.main").click()
    page.locator("#receipt").wait_for()
    page.screenshot(path=PICTURES / "receipt-phone.png")
    return re.sub(r"\D", "", page.locator("#receipt").inner_text())


def police(browser: Browser, url: str) -> None:
    page = browser.new_context(viewport=DESK, locale="en-IN").new_page()
    page.goto(f"{url}/panel/sign-in?lang=en")
    page.locator("#login").fill("sp")
    page.locator("#password").fill("demo-sp-1")
    page.locator("main button").click()
    page.locator("button[value=en]").click()
    page.screenshot(path=PICTURES / "inbox-desk.png")
    page.locator(".tips li", has_text="Kerakat").filter(has_not=page.locator(".demo")).locator("a").click()
    page.screenshot(path=PICTURES / "tip-desk.png")
    page.set_viewport_size(PHONE)
    page.goto(f"{url}/panel/tips")
    page.screenshot(path=PICTURES / "inbox-phone.png")


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        env = {
            **os.environ,
            "SATARK_DATA_DIR": folder,
            "SATARK_PORT": str(port),
            "SATARK_CHANNELS": "webform,simulator",
            "SATARK_SECOND_FACTOR": "optional",
            "SATARK_DEMO": "1",
        }
        satark = subprocess.Popen([Path(sys.executable).parent / "satark", "run"], env=env, stdout=subprocess.DEVNULL)
        try:
            wait(url)
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
            tell(browser.new_context(viewport=PHONE, locale="hi-IN").new_page(), url)
            police(browser, url)
            browser.close()
        finally:
            satark.send_signal(signal.SIGINT)
            satark.wait(20)


if __name__ == "__main__":
    main()
