"""A null character in any place of what a provider posts, on PostgreSQL: it is taken, and so is what comes beside it."""

import asyncio
import copy
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from sqlalchemy import text

from conftest import House, house_at, postgres_at
from satark_ivr.signature import HEADERS, fields_of, sign
from tests.fuzz.corpora import PLUGINS, kept
from tests.mutations import changed, places

NUMBER, TOKEN = "100000000000001", "ivr-token"
ENVIRON = {
    "SATARK_WHATSAPP_TOKEN": "x", "SATARK_WHATSAPP_PHONE_NUMBER_ID": NUMBER, "SATARK_WHATSAPP_APP_SECRET": "x",
    "SATARK_WHATSAPP_VERIFY_TOKEN": "x", "SATARK_TELEGRAM_TOKEN": "1:x", "SATARK_TELEGRAM_SECRET_TOKEN": "x",
    "SATARK_IVR_ACCOUNT_SID": "AC00000000000000000000000000000000", "SATARK_IVR_AUTH_TOKEN": TOKEN,
    "SATARK_IVR_CALLER_ID": "+15550000000", "SATARK_BASE_URL": "http://testserver",
}  # fmt: skip
SOUND = b'[{"phone": "%d", "id": "%d", "text": "hi"}]'


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.fixture(scope="module")
def house(runner: asyncio.Runner, postgres_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    stack = AsyncExitStack()
    database = runner.run(stack.enter_async_context(postgres_at(postgres_template)))
    folder = tmp_path_factory.mktemp("null")
    made = runner.run(stack.enter_async_context(house_at(folder, database, environ=ENVIRON)))
    assert {"whatsapp", "telegram", "ivr"} <= set(made.core.registry.channels)
    yield made
    runner.run(stack.aclose())


def spoilt(name: str, payload: Any) -> Iterator[bytes]:
    """The payload with a null character behind each of its texts, one at a time, and with ids that were not seen yet."""
    for number, place in enumerate(places(payload)):
        value: Any = payload
        for key in place:
            value = value[key]
        if isinstance(value, str):
            body = json.dumps(changed(copy.deepcopy(payload), place, f"{value}\0x"))
            yield body.replace("wamid.", f"wamid.{name}{number}").encode()


def of_messenger(channel: str) -> Iterator[bytes]:
    for path in sorted((PLUGINS / channel / "tests" / "payloads").glob("*.json")):
        yield from spoilt(path.stem, json.loads(path.read_bytes()))


def of_calls() -> Iterator[bytes]:
    for body in kept("ivr").values():
        fields = parse_qsl(body.decode("latin-1"), keep_blank_values=True)
        for at, (name, value) in enumerate(fields):
            yield urlencode([*fields[:at], (name, f"{value}\0x"), *fields[at + 1 :]]).encode()


def headers(house: House, channel: str, url: str, body: bytes) -> dict[str, str]:
    match channel:
        case "whatsapp":
            whatsapp: Any = house.core.registry.channels["whatsapp"]
            return {"x-hub-signature-256": whatsapp.account.signature_of(body)}
        case "telegram":
            return {"x-telegram-bot-api-secret-token": "x"}
    return {HEADERS[0]: sign(TOKEN, url, fields_of(body))}


async def posted(house: House, channel: str, path: str, bodies: Iterator[bytes]) -> list[tuple[int, bytes]]:
    """Each beside somebody else's on another channel, who is answered. Returns those that were no success."""
    url, refused = f"/channels/{channel}{path}", []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=house.web), base_url="http://testserver") as client:
        for number, body in enumerate(bodies):
            own = headers(house, channel, house.core.settings.public_url + url, body)
            sound = client.post(
                "/channels/simulator/say", content=SOUND % (number, number), headers={"X-Simulator": "1"}
            )
            answer, other = await asyncio.gather(client.post(url, content=body, headers=own), sound)
            assert other.status_code == 200
            if answer.status_code != 200:
                refused.append((answer.status_code, body))
    return refused


@pytest.mark.parametrize(("channel", "path"), [("whatsapp", "/webhook"), ("telegram", "/webhook"), ("ivr", "/voice")])
def test_a_null_character_in_any_place_is_taken(runner: asyncio.Runner, house: House, channel: str, path: str) -> None:
    bodies = of_calls() if channel == "ivr" else of_messenger(channel)
    assert runner.run(posted(house, channel, path, bodies)) == []


@pytest.mark.parametrize("mime", ["image/jpeg\0x", "\0", "image/" + "x" * 5000, "image/jp'\neg"])
def test_a_file_of_any_media_type_is_kept(runner: asyncio.Runner, house: House, mime: str) -> None:
    async def kept_files() -> list[str]:
        async with house.core.store.read() as db:
            return list((await db.execute(text("SELECT mime FROM evidence"))).scalars())

    payload = json.loads(kept("telegram")["document.json"])
    payload["message"]["document"]["mime_type"] = mime
    payload["update_id"] = payload["message"]["message_id"] = 10**6 + sum(map(ord, mime))
    before = runner.run(kept_files())
    assert runner.run(posted(house, "telegram", "/webhook", iter([json.dumps(payload).encode()]))) == []
    after = runner.run(kept_files())
    assert len(after) == len(before) + 1
    assert all("\0" not in one and len(one) < 200 for one in after)


def test_a_form_with_null_characters_is_taken(runner: asyncio.Runner, house: House) -> None:
    async def send(parts: bool) -> httpx.Response:
        said = {"lang": "en", "category": "category:gambling", "text": "a den\0 by the well", "place": "at:unknown\0"}
        more: Any = {"files": {"files": ("x", b"%PDF-1.4", "application/pdf\0")}} if parts else {}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=house.web), base_url="http://testserver") as one:
            return await one.post("/channels/webform/", data={**said, "poster": "\0", "kept": "\0"}, **more)

    for parts in (False, True):
        answer = runner.run(send(parts))
        assert answer.status_code == 200
        assert "receipt" in answer.text
