"""The charts and the map of insight in a real browser, under the panel's own headers, on a page that only this test has."""

import socket
import threading
from collections.abc import Iterator
from math import cos, pi, radians, sin
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from babel.dates import get_day_names
from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from satark.language import environment, page_loader
from satark.panel.atlas import Cell, District, Station, atlas
from satark.resources import data_dir, static_dir
from satark.routing.folder import load_pack
from satark.routing.pack import Pack
from satark.web.headers import SecurityHeaders
from satark.web.sparks import spark_of
from tests.journey.test_whole_way import DESK, PHONE, has_no_violation

HERE = Path(__file__).parent
LEVELS = ("hot99", "hot95", "hot90", "plain", "plain", "plain")
KM = 1 / 111.2


def hexagon(lat: float, lon: float, radius: float) -> list[tuple[float, float]]:
    wide = radius / cos(radians(lat))
    return [(lat + radius * sin(at * pi / 3), lon + wide * cos(at * pi / 3)) for at in range(6)]


def some_cells(pack: Pack, locale: str) -> list[Cell]:
    """A flower of cells around each of some stations that are on the map."""
    spots = [spot for spot in pack.spots if spot.station and spot.lat is not None and spot.lon is not None][::12][:6]
    found = []
    for at, spot in enumerate(spots):
        assert spot.lat is not None
        assert spot.lon is not None
        for step in range(3):
            lat, lon = spot.lat + 3 * KM * sin(step * 2), spot.lon + 3 * KM * cos(step * 2)
            name = f"{spot.name.get(locale, spot.name['hi'])} {step + 1}"
            level = LEVELS[(at + step) % len(LEVELS)]
            found.append(Cell(f"cell-{at}-{step}", hexagon(lat, lon, 3 * KM), level, name, new=at % 4 == 1))
    return found


def context_of(pack: Pack, locale: str) -> dict[str, Any]:
    say = lambda names: names.get(locale, names["hi"])  # noqa: E731
    own = [one for one in pack.offices.values() if one.kind == "district"]
    districts = [District(say(one.name), pack.outlines[one.id]) for one in own]
    districts += [District(one, shape, own=False) for one, shape in pack.outlines.items() if one not in pack.offices]
    spots = [spot for spot in pack.spots if spot.station]
    stations = [
        Station(say(one.name), one.lat, one.lon) for one in spots if one.lat is not None and one.lon is not None
    ]
    cells = some_cells(pack, locale)
    rates = [((at * 37) % 160 + 4, (at * 53) % 60 + 20) for at in range(30)]
    limit = lambda z, sign: [[n, max(0, min(100, 48 + sign * z * 50 / n**0.5))] for n in range(4, 170, 4)]  # noqa: E731
    return {
        "atlas": atlas(districts, stations, cells),
        "cells": cells,
        "kinds": [say(one.name) for one in pack.categories],
        "limits": {
            "target": 48,
            "lines": [
                {"name": f"{name} %", "low": limit(z, -1), "high": limit(z, 1)}
                for name, z in ((95, 1.96), (99.8, 3.09))
            ],
        },
        "stations": [
            (say(spots[at].name), count, rate, _outside(count, rate)) for at, (count, rate) in enumerate(rates)
        ],
        "days": list(get_day_names("abbreviated", locale={"ur": "ur_IN", "hi": "hi_IN"}.get(locale, "en_IN")).values()),
        "heat": [
            [None if (hour + day) % 17 == 0 else (hour * 13 + day * 29) % 90 for day in range(7)] for hour in range(24)
        ],
    }


def _outside(count: int, rate: int) -> str:
    off = (rate - 48) / (50 / count**0.5)
    return "high" if off > 1.96 else "low" if off < -1.96 else ""


class Speaking(dict[str, Environment]):
    """The environment of a page in a language."""

    def __missing__(self, locale: str) -> Environment:
        self[locale] = environment(ChoiceLoader([page_loader({}), FileSystemLoader(HERE)]), locale)
        self[locale].filters["spark"] = spark_of
        return self[locale]


def create_app() -> Starlette:
    pack, speaking = load_pack(data_dir("jurisdictions") / "varanasi"), Speaking()

    async def show(request: Request) -> HTMLResponse:
        locale = request.path_params["locale"]
        return HTMLResponse(speaking[locale].get_template("charts.html").render(context_of(pack, locale)))

    static = Mount("/panel/static", StaticFiles(directory=static_dir()))
    return Starlette(routes=[static, Route("/{locale}", show)], middleware=[Middleware(SecurityHeaders)])


@pytest.fixture(scope="module")
def pieces() -> Iterator[str]:
    """The address of the page, to which a language is added."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(create_app(), log_config=None, ws="none", lifespan="off"))
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        serving.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        serving.join()


# Of the drawing of a chart, the share of points that are not of its ground.
INKED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let inked = 0;
  for (let at = 0; at < data.length; at += 4) inked += [0, 1, 2].some(part => data[at + part] !== data[part]);
  return inked / (data.length / 4);
}"""
# What a chart has been given, and the numbers of the columns that its table has for it.
DRAWN = "figure => Chart.getChart(figure.querySelector('canvas')).data.datasets.map(set => [...set.data])"
WRITTEN = """figure => {
  const table = figure.querySelector("table");
  const heads = [...table.tHead.rows[0].cells].filter(head => head.dataset.series !== undefined);
  return heads.map(head => [...table.tBodies[0].rows].map(row => {
    const digits = row.cells[head.cellIndex].innerText.trim();
    return digits.startsWith("<") ? 0 : Number(digits.replaceAll(",", ""));
  }));
}"""


def faults_of(page: Page, url: str) -> list[str]:
    """Gathers what the console complains of (a breach of the policy is one such), and requests to other hosts."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith((url, "blob:")) else found.append(request.url))
    return found


def test_charts_draw_what_their_tables_say(pieces: str, browser: Browser) -> None:
    page = browser.new_context(viewport=PHONE, color_scheme="light", accept_downloads=True).new_page()
    faults = faults_of(page, pieces)
    page.goto(f"{pieces}/en")
    figures = page.locator("[data-chart]")
    expect(page.locator(".plot canvas")).to_have_count(figures.count())
    for at in range(figures.count()):
        figure = figures.nth(at)
        assert figure.locator("canvas").evaluate(INKED) > 0.01
        expect(figure.locator("table")).to_be_hidden()
        figure.locator("summary").click()
        if figure.get_attribute("data-chart") != "funnel":
            assert figure.evaluate(DRAWN) == figure.evaluate(WRITTEN)
    points = page.locator("#stations").evaluate(DRAWN)[:3]
    assert sorted((point["x"], point["y"]) for group in points for point in group) == sorted(
        (count, rate)
        for _, count, rate, _ in context_of(load_pack(data_dir("jurisdictions") / "varanasi"), "en")["stations"]
    )
    has_no_violation(page, True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#kinds canvas").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#kinds output")).to_contain_text("Cow smuggling. New: 43, Closed: <3")
    page.locator("#stations canvas").focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    assert page.url.endswith("#funnel-30")
    with page.expect_download() as download:
        page.locator("#months [data-take]").click()
    assert download.value.suggested_filename == "months.png"
    with Image.open(download.value.path()) as picture:
        assert picture.width > 2 * 250
        assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 10
    assert faults == []
    page.context.close()


def test_the_map_is_walked_by_keys_and_each_cell_says_its_row(pieces: str, browser: Browser) -> None:
    page = browser.new_context(viewport=DESK, color_scheme="dark").new_page()
    faults = faults_of(page, pieces)
    page.goto(f"{pieces}/ur")
    has_no_violation(page, True)
    chart_map = page.locator("#hotspots")
    whole = chart_map.locator("svg.atlas").get_attribute("viewBox")
    chart_map.locator(".cell").first.focus()
    before = chart_map.locator("output").inner_text()
    page.keyboard.press("ArrowRight")
    chosen = chart_map.locator(".cell.chosen")
    expect(chosen).to_be_focused()
    expect(chart_map.locator("output")).not_to_have_text(before)
    row = page.locator(f"{chosen.get_attribute('href')} th")
    expect(chart_map.locator("output")).to_contain_text(row.inner_text())
    page.keyboard.press("+")
    assert chart_map.locator("svg.atlas").get_attribute("viewBox") != whole
    page.keyboard.press("0")
    expect(chart_map.locator("svg.atlas")).to_have_attribute("viewBox", whole or "")
    page.keyboard.press("Enter")
    assert page.url.endswith(chosen.get_attribute("href") or "-")
    page.emulate_media(color_scheme="light")
    page.locator("#kinds summary").click()
    assert page.locator("#kinds canvas").evaluate(INKED) > 0.01
    has_no_violation(page, True)
    assert faults == []
    page.context.close()


def test_without_scripts_there_are_the_tables_and_the_map(pieces: str, browser: Browser) -> None:
    page = browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(f"{pieces}/hi")
    for table in page.locator("table").all():
        expect(table).to_be_visible()
    expect(page.locator("#hotspots .cell")).to_have_count(18)
    expect(page.locator("#hotspots .cell").first).to_be_visible()
    expect(page.locator("#hotspots .names text").first).to_be_visible()
    for hidden in (".plot", ".zooms", "[data-take]"):
        expect(page.locator(hidden).first).to_be_hidden()
    page.locator("#hotspots .cell").nth(1).click()
    assert page.url.endswith("#cell-0-1")
    page.context.close()
