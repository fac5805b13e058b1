"""The client against a stand-in that refuses what Meta refuses."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from conftest import served
from satark.channels.messages import Never, Prompt, Secret, Sent, TryAgain, WindowClosed, Wire
from satark.channels.spec import Unreadable
from satark.channels.testing import FakeHost
from satark_whatsapp.account import Account
from satark_whatsapp.checkup import examine
from satark_whatsapp.client import LOST_ANSWER, Client, Refused
from satark_whatsapp.errors import AGAIN, EVERYTHING, NEVER, WINDOW_CLOSED, refusal_of
from satark_whatsapp.plugin import WhatsApp
from satark_whatsapp.standin import PAIR_BURST, StandIn
from satark_whatsapp.writing import message_of

PHOTO = b"a photo" * 50_000
PERSON = Secret("919000000001")
HELLO = message_of(Prompt("x", "hi", "नमस्ते"), 3)
WEBHOOK = "https://satark.example/channels/whatsapp/webhook"


@pytest.fixture
async def stand_in(account: Account) -> AsyncIterator[StandIn]:
    made = StandIn(account, {"2000000000000001": PHOTO})
    async with served(made.app) as address:
        made.account = replace(account, api_url=address)
        yield made


@pytest.fixture
async def client(stand_in: StandIn) -> AsyncIterator[Client]:
    made = Client(stand_in.account)
    yield made
    await made.close()


async def test_it_sends_and_says_under_which_key(client: Client, stand_in: StandIn) -> None:
    assert await client.send(Wire(HELLO.body, "errand:0"), PERSON) == Sent()
    (sent,) = stand_in.sent
    assert (sent["to"], sent["biz_opaque_callback_data"]) == ("919000000001", "errand:0")
    assert await client.send(Wire(HELLO.body, "errand:1"), Secret("IN.16483")) == Sent()
    assert "to" not in stand_in.sent[1]
    assert stand_in.sent[1]["recipient"] == "IN.16483"


async def test_the_window_of_a_person_closes(client: Client, stand_in: StandIn) -> None:
    stand_in.closed.add(PERSON.reveal())
    assert await client.send(Wire(HELLO.body, "e:0"), PERSON) == WindowClosed("131047")


async def test_more_than_the_burst_must_wait(client: Client) -> None:
    said = [await client.send(Wire(HELLO.body, f"e:{at}"), PERSON) for at in range(PAIR_BURST + 1)]
    assert said == [Sent()] * PAIR_BURST + [TryAgain(6.0, "131056")]


async def test_a_token_that_is_not_taken_stops_everything(stand_in: StandIn) -> None:
    client = Client(replace(stand_in.account, token="an-old-token"))
    assert await client.send(HELLO, PERSON) == TryAgain(300.0, "190", everything=True)
    await client.close()


async def test_an_api_that_is_down_stops_everything_and_gives_up_nothing(account: Account) -> None:
    client = Client(replace(account, api_url="http://127.0.0.1:9"))
    assert await client.send(HELLO, PERSON) == TryAgain(10.0, "ClientConnectorError", everything=True)
    await client.close()


async def test_an_answer_that_is_lost_stops_only_its_message(account: Account) -> None:
    """It may have been sent: the connection broke after the request was taken."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"}")
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        client = Client(replace(account, api_url=f"http://127.0.0.1:{port}"))
        assert await client.send(HELLO, PERSON) == TryAgain(LOST_ANSWER, "ServerDisconnectedError")
        await client.close()


CODES = [*NEVER, *AGAIN, *EVERYTHING, *WINDOW_CLOSED, 299, 999999]


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_its_consequence(code: int) -> None:
    outcome = refusal_of(code)
    assert isinstance(outcome, Never) is (code in NEVER)
    assert isinstance(outcome, WindowClosed) is (code in WINDOW_CLOSED)
    assert getattr(outcome, "everything", False) is (code in EVERYTHING or code == 299)
    assert isinstance(outcome, TryAgain) or code in NEVER | WINDOW_CLOSED


async def test_a_refusal_is_known_by_its_code(client: Client, stand_in: StandIn) -> None:
    """0 is what the stand-in says of no refusal."""
    codes = [code for code in CODES if code]
    stand_in.refusals.extend(codes)
    refused = [await client.send(HELLO, PERSON) for _ in codes]
    assert refused == [refusal_of(code, {190: 401, 33: 404, 130429: 429}.get(code, 400)) for code in codes]


def test_what_meta_asks_for_is_waited_for() -> None:
    assert refusal_of(130429, 429, 90.0) == TryAgain(90.0, "130429", everything=True)
    assert refusal_of(-1, 503) == TryAgain(60.0, "-1/503", everything=True)


async def test_it_shows_that_a_message_was_read(client: Client, stand_in: StandIn) -> None:
    await client.show_read(Secret("wamid.1"))
    assert [one["message_id"] for one in stand_in.shown] == ["wamid.1"]


async def fetched(client: Client, media_id: str) -> bytes:
    return b"".join([chunk async for chunk in client.download(Secret(media_id))])


async def test_a_file_is_fetched_by_its_id(client: Client) -> None:
    assert hashlib.sha256(await fetched(client, "2000000000000001")).digest() == hashlib.sha256(PHOTO).digest()


async def test_an_address_that_ran_out_is_asked_for_anew(client: Client, stand_in: StandIn) -> None:
    stand_in.lost = 1
    with pytest.raises(Refused):
        await fetched(client, "2000000000000001")
    assert await fetched(client, "2000000000000001") == PHOTO


async def test_a_file_that_is_gone_says_so(client: Client) -> None:
    with pytest.raises(Refused, match="error 33"):
        await fetched(client, "2000000000000009")


async def findings(account: Account) -> list[tuple[bool, str]]:
    client = Client(account)
    found = await examine(client.ask, account.phone_number_id, WEBHOOK)
    await client.close()
    assert all(one.well or one.fix for one in found)
    return [(one.well, one.what) for one in found]


async def test_doctor_says_what_is_missing(stand_in: StandIn) -> None:
    stand_in.approved.discard(("news", "ur"))
    assert await findings(stand_in.account) == [
        (True, "WhatsApp: the token and the number are valid"),
        (False, "WhatsApp's webhook leads to nowhere."),
        (False, "WhatsApp: the template news is not approved in ur."),
        (False, "WhatsApp: no app is subscribed to the account."),
    ]


async def test_doctor_is_content_when_all_is_well(stand_in: StandIn) -> None:
    stand_in.webhook = WEBHOOK
    assert [well for well, _ in await findings(stand_in.account)] == [True, True, True]


async def test_doctor_names_a_bad_token_and_a_bad_number(stand_in: StandIn) -> None:
    assert await findings(replace(stand_in.account, token="an-old-token")) == [
        (False, "WhatsApp does not take the token (error 190).")
    ]
    assert await findings(replace(stand_in.account, phone_number_id="1")) == [
        (False, "WhatsApp does not know the number (error 33).")
    ]
    assert await findings(replace(stand_in.account, api_url="http://127.0.0.1:9")) == [
        (False, "WhatsApp's API is out of reach (ClientConnectorError).")
    ]


async def test_nothing_is_logged_of_whom_or_what(stand_in: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    """Satark's own lines, at their most talkative; those of libraries are switched off by satark.web.logs."""
    channel = WhatsApp(stand_in.account)
    with caplog.at_level(logging.DEBUG, logger="satark_whatsapp"):
        await channel.start(FakeHost())
        stand_in.refusals.extend([131026, 190])
        for _ in range(3):
            await channel.send(HELLO, PERSON)
        await channel.stop()
        with pytest.raises(Unreadable):
            channel.parse(
                b'{"entry": [{"changes": [{"field": "messages", "value": {"messages": [{"id": "wamid.1"}]}}]}]}'
            )
    said = [line.getMessage() for line in caplog.records if line.name.startswith("satark")]
    assert any("cannot be read" in line for line in said)
    assert not any(secret in line for line in said for secret in (PERSON.reveal(), "a-token", "नमस्ते", "wamid"))
