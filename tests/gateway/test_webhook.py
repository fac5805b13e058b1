"""Whatever a provider signed is kept or refused, over the real webhook: nothing is answered 200 and dropped."""

import gzip
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from satark_whatsapp.account import account_of
from tests.journey.messengers import ENVIRON, Messenger, messengers

ACCOUNT = account_of(ENVIRON)
PEOPLE = ("919000000001", "919000000002", "919000000003")


@pytest.fixture
async def whatsapp(tmp_path: Path) -> AsyncIterator[Messenger]:
    async with messengers(tmp_path) as both:
        yield both["whatsapp"]


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[Messenger]:
    async with messengers(tmp_path) as both:
        yield both["telegram"]


def post_of(*messages: dict[str, Any], name: str = "Asha") -> str:
    contacts = [{"profile": {"name": name}, "wa_id": person} for person in PEOPLE]
    value = {"metadata": {"phone_number_id": ACCOUNT.phone_number_id}, "contacts": contacts, "messages": messages}
    return json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]})


def says(person: str, words: str = "hi") -> dict[str, Any]:
    return {"from": person, "id": f"wamid.{person}", "type": "text", "text": {"body": words}}


async def answers(whatsapp: Messenger, body: bytes) -> int:
    headers = {"x-hub-signature-256": ACCOUNT.signature_of(body)}
    return (await whatsapp.client.post("/channels/whatsapp/webhook", content=body, headers=headers)).status_code


async def heard(whatsapp: Messenger) -> list[int]:
    await whatsapp.later()
    return [len(whatsapp.heard(person)) for person in PEOPLE]


POST = post_of(*(says(person) for person in PEOPLE))


@pytest.mark.parametrize(
    "body",
    [
        post_of(says(PEOPLE[0]), says(PEOPLE[1], "hi \ud83d"), says(PEOPLE[2])).encode(),
        post_of(*(says(person) for person in PEOPLE), name="Ram \ud83d").encode(),
        POST.encode("utf-8-sig"),
        gzip.compress(POST.encode()),
        post_of(says(PEOPLE[0]), {**says(PEOPLE[1]), "context": None, "type": None}, says(PEOPLE[2])).encode(),
        post_of(says(PEOPLE[0]), {"id": "wamid.x"}, *(says(person) for person in PEOPLE[1:])).encode(),  # type: ignore[arg-type]
    ],
    ids=[
        "half an emoji in a text",
        "half an emoji in a name",
        "byte order mark",
        "gzip",
        "nulls",
        "a neighbour that is nobody's",
    ],
)
async def test_what_can_be_repaired_is_answered(whatsapp: Messenger, body: bytes) -> None:
    assert await answers(whatsapp, body) == 200
    assert await heard(whatsapp) == [1, 1, 1]


@pytest.mark.parametrize(
    "body",
    [
        POST.encode()[:-9],
        b"",
        b"null",
        b"{}",
        gzip.compress(b" " * 2**23),
        gzip.compress(POST.encode())[:-9],
        post_of({"id": "x"}).encode(),
    ],
    ids=["cut short", "empty", "null", "nothing", "bomb", "broken gzip", "of nobody"],
)
async def test_what_cannot_be_read_is_refused_and_logged(
    whatsapp: Messenger, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert await answers(whatsapp, body) == 400
    assert "channel whatsapp" in caplog.text
    assert not any(person in caplog.text for person in PEOPLE)
    assert await answers(whatsapp, POST.encode()) == 200


async def test_what_is_signed_is_what_came(whatsapp: Messenger) -> None:
    body = gzip.compress(POST.encode())
    headers = {"x-hub-signature-256": ACCOUNT.signature_of(POST.encode())}
    answer = await whatsapp.client.post("/channels/whatsapp/webhook", content=body, headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("packed", [False, True])
async def test_telegram_too(telegram: Messenger, packed: bool) -> None:
    chat = {"id": 7000000001, "type": "private"}
    update = {
        "update_id": 1,
        "message": {"chat": chat, "from": {"id": 7000000001, "first_name": "A"}, "text": "hi \ud83d"},
    }
    body = json.dumps(update).encode()
    headers = {"x-telegram-bot-api-secret-token": ENVIRON["SATARK_TELEGRAM_SECRET_TOKEN"]}
    sent = gzip.compress(body) if packed else body
    assert (await telegram.client.post("/channels/telegram/webhook", content=sent, headers=headers)).status_code == 200
    await telegram.later()
    assert len(telegram.heard("7000000001")) == 1
    cut = await telegram.client.post("/channels/telegram/webhook", content=body[:-5], headers=headers)
    assert cut.status_code == 400
