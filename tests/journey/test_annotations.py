"""Links, origins and quotations of a Telegram message reach the officer, and what leads to its sender does not."""

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from satark.panel.people import add_officer
from tests.journey.messengers import ENVIRON, Messenger, messengers, photo

PERSON = {"id": 7000000001, "first_name": "Asha", "last_name": "Devi", "username": "asha_devi"}


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[Messenger]:
    async with messengers(tmp_path) as both:
        yield both["telegram"]


async def say(telegram: Messenger, **message: Any) -> None:
    number = next(telegram.numbers)
    told = {
        "message_id": number,
        "date": 1767225600,
        "chat": {"id": PERSON["id"], "type": "private"},
        "from": PERSON,
        **message,
    }
    headers = {"x-telegram-bot-api-secret-token": ENVIRON["SATARK_TELEGRAM_SECRET_TOKEN"]}
    update = {"update_id": 900_000 + number, "message": told}
    assert (await telegram.client.post("/channels/telegram/webhook", json=update, headers=headers)).status_code == 200


async def page_of(telegram: Messenger, words: str) -> str:
    """The tip that is found by `words`, as the DIG reads it."""
    client = telegram.client
    found = re.search(r'name="csrf" value="([^"]+)"', (await client.get("/panel/tips")).text)
    assert found
    listed = await client.post("/panel/tips/search", data={"csrf": found[1], "words": words}, follow_redirects=True)
    path = re.search(r'"(/panel/tips/[0-9A-Z-]{11})"', listed.text)
    assert path, words
    return html.unescape((await client.get(path[1])).text)


async def test_what_came_beside_the_words_is_read_and_found(telegram: Messenger) -> None:
    link = {"type": "text_link", "offset": 9, "length": 4, "url": "https://seller.example.org/shop77"}
    await telegram.say("7000000001", "/start", "=language:en", "=category:gambling")
    await say(
        telegram,
        text="see them here",
        entities=[link],
        forward_origin={"type": "hidden_user", "sender_user_name": "Munna Seth"},
    )
    await say(telegram, text="I wrote this", forward_origin={"type": "user", "sender_user": PERSON})
    await say(
        telegram, text="as she said", reply_to_message={"from": PERSON, "text": "Asha Devi saw Pappu, tg 7000000001"}
    )
    telegram.files["p"] = photo()
    await say(telegram, photo=[{"file_id": "p", "file_unique_id": "p", "width": 9, "height": 9}], caption="his page", caption_entities=[{**link, "offset": 0, "length": 8}])  # fmt: skip
    await telegram.say("7000000001", "=done", "=at:station/jaunpur/kotwali", "=check:send")
    await telegram.later()
    await add_officer(telegram.house.core.store, "dig", "A", "a long password", ["range/varanasi"], "en")
    await telegram.client.post("/panel/sign-in", data={"login": "dig", "password": "a long password"})
    page = await page_of(telegram, "Munna")
    for told in (
        "see them here",
        "here: https://seller.example.org/shop77",
        "Munna Seth",
        "his page: https://seller",
        "saw Pappu",
    ):
        assert told in page, told
    assert all(label in page for label in ("Link address", "Forwarded", "In reply to"))
    assert not any(own in page for own in ("Asha", "Devi", "asha_devi", "7000000001"))
    assert await page_of(telegram, "Pappu") == page
