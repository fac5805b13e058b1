"""The client, against a stand-in that refuses what Telegram refuses."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import served
from satark.channels.messages import (
    Asks,
    Choice,
    DeliveryStatus,
    Envelope,
    Media,
    MediaKind,
    Never,
    Prompt,
    Secret,
    Sent,
    TryAgain,
    Wire,
)
from satark.channels.spec import NotAccepted
from satark.channels.testing import FakeHost
from satark.cli import app as command
from satark_telegram.account import Account
from satark_telegram.checkup import examine
from satark_telegram.client import ALLOWED, Client, LocalFileError
from satark_telegram.plugin import Telegram
from satark_telegram.polling import _after, _read
from satark_telegram.standin import Refused, StandIn
from satark_telegram.writing import message_of

PERSON = Secret("7000000001")
HELLO = Wire({"text": "नमस्ते"})
PHOTO = b"a photo" * 50_000
WEBHOOK = "https://satark.example/channels/telegram/webhook"


@pytest.fixture
async def stand_in(account: Account) -> AsyncIterator[StandIn]:
    made = StandIn(account, {"AgADfile": PHOTO})
    async with served(made.app) as address:
        made.account = replace(account, api_url=address)
        yield made


@pytest.fixture
async def client(stand_in: StandIn) -> AsyncIterator[Client]:
    made = Client(stand_in.account)
    yield made
    await made.close()


def prompt(text: str, offered: int = 0, label: str = "हाँ", asks: Asks = Asks.CHOICE) -> Prompt:
    choices = tuple(Choice(f"category:{at}", label) for at in range(offered))
    return Prompt("ask", "hi", text, choices=choices, asks=asks, control="मेरी जगह भेजिए")


async def test_what_is_sent_cannot_be_forwarded_and_shows_no_preview(client: Client, stand_in: StandIn) -> None:
    assert await client.send(HELLO, PERSON) == Sent()
    (sent,) = stand_in.sent
    assert (sent["chat_id"], sent["text"], sent["protect_content"]) == (7000000001, "नमस्ते", "true")
    assert json.loads(sent["link_preview_options"]) == {"is_disabled": True}


async def test_choices_are_rows_and_a_location_is_a_button_that_sends_it(client: Client, stand_in: StandIn) -> None:
    assert await client.send(message_of(prompt("?", 2)), PERSON) == Sent()
    assert await client.send(message_of(prompt("?", asks=Asks.LOCATION)), PERSON) == Sent()
    choices, location = (sent["reply_markup"] for sent in stand_in.sent)
    data = [[button["callback_data"] for button in row] for row in choices["inline_keyboard"]]
    assert data == [["category:0"], ["category:1"]]
    assert location["keyboard"] == [[{"text": "मेरी जगह भेजिए", "request_location": True}]]


@pytest.mark.parametrize(
    ("said", "well"),
    [
        (prompt("x" * 4096), True),
        (prompt("x" * 4097), False),
        (prompt("🙂" * 2048), True),
        (prompt("🙂" * 2049), False),
        (prompt("क्षि" * 1024, 12), True),
        (prompt("क्षि" * 1024 + "x", 12), False),
        (prompt("?", 1, label=" "), False),
    ],
)
async def test_a_text_has_4096_utf16_units(client: Client, said: Prompt, well: bool) -> None:
    assert await client.send(message_of(said), PERSON) == (Sent() if well else Never("BadRequest"))


@pytest.mark.parametrize(("data", "well"), [("x" * 64, True), ("x" * 65, False), ("क" * 21, True), ("क" * 22, False)])
async def test_a_choice_has_64_bytes(client: Client, data: str, well: bool) -> None:
    said = Prompt("ask", "hi", "?", choices=(Choice(data, "हाँ"),), asks=Asks.CHOICE)
    assert isinstance(await client.send(message_of(said), PERSON), Sent) is well


async def test_who_blocked_us_is_never_written_to_and_a_flood_waits(client: Client, stand_in: StandIn) -> None:
    stand_in.refusals.append(Refused(429, "Too Many Requests: retry after 37", 37))
    assert await client.send(HELLO, PERSON) == TryAgain(37.0, "RetryAfter")
    stand_in.refusals.append(Refused(502, "Bad Gateway"))
    assert await client.send(HELLO, PERSON) == TryAgain(10.0, "NetworkError", everything=True)
    stand_in.blocked.add(7000000001)
    assert await client.send(HELLO, PERSON) == Never("Forbidden")


async def test_a_bad_token_and_an_api_that_is_down_stop_everything(stand_in: StandIn) -> None:
    for account, why, after in (
        (replace(stand_in.account, token="1:old"), "InvalidToken", 300.0),
        (replace(stand_in.account, api_url="http://127.0.0.1:9"), "NetworkError", 10.0),
    ):
        client = Client(account)
        assert await client.send(HELLO, PERSON) == TryAgain(after, why, everything=True)
        await client.close()


async def test_a_group_is_left_when_it_was_told_why(client: Client, stand_in: StandIn) -> None:
    assert await client.send(HELLO, Secret("-1001234567")) == Sent()
    assert stand_in.left == [-1001234567]


async def test_a_tapped_button_stops_turning(client: Client, stand_in: StandIn) -> None:
    await client.show_seen(Secret("904:4400000000000001"), PERSON)
    await client.show_seen(Secret("905"), PERSON)
    assert stand_in.answered == ["4400000000000001"]


async def test_a_file_is_fetched_by_its_id(client: Client) -> None:
    media = Media(MediaKind.PHOTO, ref=Secret("AgADfile"))
    assert b"".join([chunk async for chunk in client.download(media)]) == PHOTO


async def test_no_file_of_this_machine_is_taken_for_one_that_was_sent(
    client: Client, stand_in: StandIn, tmp_path: Path
) -> None:
    secret = tmp_path / "key"
    secret.write_bytes(b"a key of this machine")
    stand_in.paths["AgADfile"] = str(secret)
    with pytest.raises(LocalFileError):
        _ = [chunk async for chunk in client.download(Media(MediaKind.PHOTO, ref=Secret("AgADfile")))]


async def findings(account: Account) -> list[tuple[bool, str]]:
    client = Client(account)
    found = await examine(client, account, WEBHOOK)
    await client.close()
    assert all(one.well or one.fix for one in found)
    return [(one.well, one.what) for one in found]


async def test_doctor_says_what_is_missing_and_is_content_in_the_end(client: Client, stand_in: StandIn) -> None:
    valid = (True, "Telegram: the token is valid")
    assert await findings(stand_in.account) == [valid, (False, "Telegram's webhook leads to nowhere.")]
    await client.bot.set_webhook(WEBHOOK, secret_token="a-secret_token", allowed_updates=["message"])
    missing = (False, "Telegram does not send callback_query, edited_message, my_chat_member.")
    assert missing in await findings(stand_in.account)
    await client.bot.set_webhook(WEBHOOK, secret_token="a-secret_token", allowed_updates=ALLOWED)
    assert await findings(stand_in.account) == [valid, (True, "Telegram: the webhook leads here")]
    named = replace(stand_in.account, name="another_bot", polls=True)
    assert [well for well, _ in await findings(named)] == [True, False, False]
    assert await findings(replace(stand_in.account, token="1:old")) == [(False, "Telegram does not take the token.")]


class Fussy(FakeHost):
    """Refuses the first time."""

    def __init__(self, *, listens: bool = True) -> None:
        super().__init__()
        self.listens = listens
        self.refused = asyncio.Event()
        self.had = asyncio.Event()

    async def receive(self, items: Sequence[Envelope | DeliveryStatus]) -> list[Prompt]:
        if items and not self.refused.is_set():
            self.refused.set()
            raise NotAccepted
        answer = await super().receive(items)
        if items:
            self.had.set()
        return answer


def update(number: int, words: str) -> dict[str, Any]:
    chat = {"id": 7000000001, "type": "private"}
    return {"update_id": number, "message": {"message_id": number, "chat": chat, "text": words}}


async def test_polled_messages_are_forgotten_only_when_they_are_safe(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("satark_telegram.polling.PAUSE", 0.01)
    stand_in.hook = {"url": WEBHOOK}
    unread = {"update_id": 8, "message": {"text": "whose?"}}
    stand_in.bring(update(7, "one"), {"update_id": 8, "unheard_of": {}}, unread, update(9, "two"))
    channel, host = Telegram(replace(stand_in.account, polls=True)), Fussy()
    await channel.start(host)
    async with asyncio.timeout(10):
        await host.had.wait()
    assert host.refused.is_set()
    assert [one.inbound.text for one in host.received if isinstance(one, Envelope)] == ["one", "two"]
    host.had.clear()
    stand_in.bring(update(10, "three"))
    async with asyncio.timeout(10):
        await host.had.wait()
    await channel.stop()
    assert [one.inbound.text for one in host.received if isinstance(one, Envelope)] == ["one", "two", "three"]
    assert [one["update_id"] for one in stand_in.waiting] == [10]


def test_what_is_half_broken_keeps_no_other_waiting() -> None:
    (envelope,) = _read(update(7, "hi \ud83d"))
    assert envelope.inbound.text == "hi \ufffd"
    assert _read({"update_id": 8, "message": {"text": "whose?"}}) == []
    assert _after([update(7, "x"), {"update_id": None}, {}], 3) == 8


async def test_a_process_that_only_delivers_does_not_poll(stand_in: StandIn) -> None:
    channel = Telegram(replace(stand_in.account, polls=True))
    await channel.start(Fussy(listens=False))
    assert channel._polling is None
    await channel.stop()


async def test_the_command_leads_telegram_here(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("TOKEN", stand_in.account.token),
        ("SECRET_TOKEN", "s3cret"),
        ("API_URL", stand_in.account.api_url),
    ):
        monkeypatch.setenv(f"SATARK_TELEGRAM_{name}", value)
    monkeypatch.setenv("SATARK_BASE_URL", "https://satark.example")
    ran = await asyncio.to_thread(CliRunner().invoke, command, ["telegram", "webhook"])
    assert (ran.exit_code, ran.output) == (0, f"Telegram brings messages to {WEBHOOK}.\n")
    assert (stand_in.hook["url"], stand_in.hook["secret_token"]) == (WEBHOOK, "s3cret")
    assert set(stand_in.hook["allowed_updates"]) == set(ALLOWED)
    monkeypatch.setenv("SATARK_BASE_URL", "http://satark.example")
    assert (await asyncio.to_thread(CliRunner().invoke, command, ["telegram", "webhook"])).exit_code == 1


async def test_nothing_is_logged_of_whom_or_what(stand_in: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    channel = Telegram(stand_in.account)
    with caplog.at_level(logging.DEBUG, logger="satark_telegram"):
        await channel.start(FakeHost())
        stand_in.refusals.append(Refused(400, "Bad Request: chat 7000000001 not found"))
        outcomes = [await channel.send(HELLO, PERSON) for _ in range(2)]
        await channel.stop()
    said = [line.getMessage() for line in caplog.records if line.name.startswith("satark")]
    assert not any(
        secret in str((line, outcomes)) for line in said or [""] for secret in (PERSON.reveal(), "नमस्ते", "nobody")
    )
