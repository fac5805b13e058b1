"""Every answer has the headers, every error is a plain page, and no log line holds what came."""

import logging
import sys

import httpx
import pytest

from conftest import House
from satark.web.headers import HEADERS
from satark.web.logs import CoarseFormatter


def client(house: House) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=house.web, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://testserver")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nowhere",
        "/healthz",
        "/readyz",
        "/channels/webform/",
        "/panel/sign-in",
        "/panel/tips",
        "/static/public.css",
    ],
)
async def test_every_answer_has_the_headers(house: House, path: str) -> None:
    async with client(house) as browser:
        answer = await browser.get(path)
    # Forms on the way in name their origin, so that those of other sites are known.
    own = {"Referrer-Policy": "same-origin"} if "sign-in" in path else {}
    assert {name: answer.headers.get(name) for name in HEADERS} == {**HEADERS, **own}
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert (answer.headers.get("Cache-Control") == "no-store") == ("/static/" not in path)


async def test_a_failure_is_a_polite_page_and_one_line_without_what_came(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("call 9876543210")

    monkeypatch.setattr("satark.gateway.host.ChannelHost.questions", broken)
    async with client(house) as browser:
        answer = await browser.get("/channels/webform/?poster=9876543210&lang=en")
    assert answer.status_code == 500
    assert "We cannot take this right now" in answer.text
    assert "RuntimeError" in caplog.text
    assert "9876543210" not in answer.text + "".join(record.getMessage() for record in caplog.records)


async def test_every_answer_to_a_provider_has_the_headers(house: House) -> None:
    said = b'[{"phone": "1", "id": "1", "text": "hi"}]'
    async with client(house) as browser:
        taken = await browser.post("/channels/simulator/say", content=said, headers={"X-Simulator": "1"})
        refused = await browser.post("/channels/simulator/say", content=said)
    for answer, status in ((taken, 200), (refused, 401)):
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert answer.headers.get_list("Cache-Control") == ["no-store"]


async def test_webhooks_refuse_what_is_forged_too_large_or_not_now(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = house.core.registry.channels["simulator"]
    async with client(house) as browser:
        assert (await browser.post("/channels/simulator/say", content=b"[]")).status_code == 401
        large = await browser.post(
            "/channels/simulator/say", content=b"x" * (chat.body_limit + 1), headers={"X-Simulator": "1"}
        )
        assert large.status_code == 413

        async def broken(*_args: object) -> None:
            raise OSError

        monkeypatch.setattr("satark.intake.door.settle", broken)
        said = b'[{"phone": "1", "id": "1", "text": "hi"}]'
        refused = await browser.post("/channels/simulator/say", content=said, headers={"X-Simulator": "1"})
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]


def test_a_log_line_has_the_hour_and_no_value() -> None:
    try:
        raise ValueError("call 9876543210")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", (), sys.exc_info())
    line = CoarseFormatter().format(record)
    assert line[13:16] == ":00"
    assert "ValueError at" in line
    assert "9876543210" not in line
