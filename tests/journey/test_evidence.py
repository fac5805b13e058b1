"""A photo, a video and a recording in a real browser: looked at closely, taken along, and certified."""

import io
import random
import wave
from collections.abc import Iterator
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import av
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journey.test_pages import is_sound, sign_in
from tests.journey.test_whole_way import DESK, PHONE, photo

SECONDS = 4


def video() -> bytes:
    """Noise, so that it has some size; 25 pictures a second."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as made:
        stream = made.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"  # type: ignore[attr-defined]
        noise = random.Random(7)
        for number in range(25 * SECONDS):
            frame = av.VideoFrame.from_image(Image.frombytes("RGB", (320, 240), noise.randbytes(320 * 240 * 3)))
            frame.pts, frame.time_base = number, Fraction(1, 25)
            made.mux(stream.encode(frame))  # type: ignore[attr-defined]
        made.mux(stream.encode(None))  # type: ignore[attr-defined]
    return file.getvalue()


def recording() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setparams((1, 2, 8000, 0, "NONE", ""))
        made.writeframes(random.Random(7).randbytes(2 * 8000 * SECONDS))
    return file.getvalue()


@pytest.fixture(scope="module")
def files(satark: str, browser: Browser) -> Iterator[dict[str, str]]:
    """The pages of a file of each kind, entered with an action report and cleaned by the worker."""
    context = browser.new_context(viewport=DESK, locale="en-IN")
    page = context.new_page()
    sign_in(page, satark)
    page.locator("header button[value=en]").click()
    page.goto(f"{satark}/panel/tips?status=assigned")
    page.locator(".tips a").first.click()
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    page.locator("#report").fill("went there")
    sent = [("a.jpg", "image/jpeg", photo()), ("b.mp4", "video/mp4", video()), ("c.wav", "audio/wav", recording())]
    page.locator("#report-files").set_input_files([{"name": n, "mimeType": m, "buffer": b} for n, m, b in sent])
    page.locator("form[action$=report] button").click()
    page.locator("button[value=send]").click()
    found = {}
    for kind, shown in {"photo": "img", "video": "video", "audio": "audio"}.items():
        expect(page.locator(f"figure.{kind} {shown}")).to_be_attached(timeout=240_000)
        found[kind] = page.locator(f"figure.{kind} figcaption a").evaluate("link => link.href")
    is_sound(page)
    found["tip"] = page.url
    yield found
    context.close()


@pytest.fixture
def officer(satark: str, browser: Browser) -> Iterator[Page]:
    page = browser.new_context(viewport=PHONE, locale="en-IN").new_page()
    sign_in(page, satark)
    page.locator("header button[value=en]").click()
    yield page
    page.context.close()


def test_a_photo_is_made_larger_by_keys_wheel_and_buttons(officer: Page, files: dict[str, str]) -> None:
    officer.goto(files["photo"])
    frame, told = officer.locator("[data-zoom]"), officer.locator("output")
    left = "document.querySelector('[data-zoom] img').getBoundingClientRect().x"
    frame.focus()
    officer.keyboard.press("+")
    expect(told).to_have_text("150 %")
    for _ in range(4):
        officer.keyboard.press("+")
    expect(told).to_have_text("759 %")
    before = officer.evaluate(left)
    officer.keyboard.press("ArrowRight")
    assert officer.evaluate(left) == before - 60
    officer.keyboard.press("0")
    expect(told).to_have_text("100 %")
    frame.hover()
    officer.mouse.wheel(0, -400)
    expect(told).to_have_text("182 %")
    officer.locator("button[data-do=whole]").click()
    expect(told).to_have_text("100 %")
    for scheme in ("light", "dark"):
        officer.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        is_sound(officer)


def test_a_photo_is_spread_by_two_fingers(officer: Page, files: dict[str, str]) -> None:
    officer.goto(files["photo"])
    box = officer.locator("[data-zoom]").bounding_box()
    assert box
    session = officer.context.new_cdp_session(officer)
    y = box["y"] + box["height"] / 2

    def touch(kind: str, *xs: float) -> None:
        points = [{"x": x, "y": y, "id": number} for number, x in enumerate(xs)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 160, 200)
    touch("touchMove", 140, 220)
    touch("touchMove", 120, 240)
    touch("touchEnd")
    expect(officer.locator("output")).to_have_text("300 %")


def test_a_video_is_sought_through_and_stepped_by_pictures(officer: Page, files: dict[str, str]) -> None:
    answers: list[int] = []
    at = files["video"].removesuffix("/view")
    officer.on("response", lambda answer: answers.append(answer.status) if answer.url == at else None)
    officer.goto(files["video"])
    player = officer.locator("video")
    player.evaluate("player => player.readyState > 1 || new Promise(done => { player.onloadeddata = () => done() })")
    sought = (
        "player => new Promise(done => { player.onseeked = () => done(player.currentTime); player.currentTime = 2 })"
    )
    assert player.evaluate(sought) == 2
    assert set(answers) == {206}
    officer.keyboard.press(".")
    assert 2 < player.evaluate("player => player.currentTime") < 2.1
    officer.keyboard.press(",")
    assert player.evaluate("player => player.currentTime") == pytest.approx(2, abs=0.001)
    officer.locator("#speed").select_option("0.5")
    assert player.evaluate("player => player.playbackRate") == 0.5
    played = "player => new Promise(done => { player.ontimeupdate = () => player.currentTime > 2.2 && done(true) })"
    player.evaluate("player => { player.muted = true; return player.play() }")
    assert player.evaluate(played)
    is_sound(officer)


def test_a_recording_is_shown_as_a_wave_that_leads_into_it(officer: Page, files: dict[str, str]) -> None:
    officer.route("**/peaks", lambda route: route.fulfill(json={"peaks": [10, 255, 40, 120] * 20}))
    officer.goto(files["audio"])
    canvas = officer.locator("canvas.wave")
    expect(canvas).to_be_visible()
    loaded = "one => one.readyState > 0 || new Promise(done => { one.onloadedmetadata = () => done() })"
    officer.locator("audio").evaluate(loaded)
    drawn = "one => new Set(one.getContext('2d').getImageData(0, 0, one.width, one.height).data).size"
    assert canvas.evaluate(drawn) > 1
    width = (canvas.bounding_box() or {"width": 0})["width"]
    canvas.click(position={"x": width / 2, "y": 10})
    assert officer.locator("audio").evaluate("one => one.currentTime") == pytest.approx(SECONDS / 2, abs=0.2)
    is_sound(officer)


def test_without_peaks_a_recording_has_its_player_alone(officer: Page, files: dict[str, str]) -> None:
    officer.route("**/peaks", lambda route: route.fulfill(status=404))
    officer.goto(files["audio"])
    expect(officer.locator("audio")).to_be_visible()
    expect(officer.locator("canvas.wave")).to_be_hidden()


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "plain"])
def test_a_file_is_taken_along_and_certified(
    satark: str, browser: Browser, files: dict[str, str], scripted: bool
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=scripted, locale="en-IN")
    page = context.new_page()
    sign_in(page, satark)
    page.locator("header button[value=en]").click()
    page.goto(files["photo"])
    expect(page.locator("main img")).to_be_visible()
    expect(page.locator("button[data-do=in]")).to_be_visible(visible=scripted)
    clean = page.locator(".hashes code").first.inner_text()
    assert sha256(_taken(page, "form[action$=download] button.main").read_bytes()).hexdigest() == clean
    assert _taken(page, "button[formaction$=note]").read_text().splitlines()[-1].startswith(f"{clean}  ")
    page.locator("select[name=locale]").select_option("en")
    assert _taken(page, "form[action$=certificate] button").read_bytes().startswith(b"%PDF-")
    page.reload()
    had = page.locator("section", has=page.locator("ol.steps")).last
    for done in ("took a file along", "took a custody note along", "had a certificate made"):
        expect(had).to_contain_text(done)
    context.close()


def _taken(page: Page, button: str) -> Path:
    with page.expect_download() as download:
        page.locator(button).click()
    return Path(download.value.path())


def test_one_leads_from_file_to_file(officer: Page, files: dict[str, str]) -> None:
    officer.goto(files["tip"])
    officer.locator("figure.photo a").first.click()
    expect(officer).to_have_url(files["photo"])
    officer.locator("a[rel=next]").click()
    expect(officer).to_have_url(files["video"])
    officer.locator("a[rel=next]").click()
    expect(officer).to_have_url(files["audio"])
    expect(officer.locator("a[rel=next]")).to_have_count(0)
