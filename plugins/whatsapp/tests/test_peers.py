"""Against pywa, which nobody here wrote: it says the same things in the same words, and understands our stand-in."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pywa
from pywa.types import Button, Section, SectionList, SectionRow
from pywa.types.templates import QuickReplyButton, TemplateLanguage

from conftest import served
from satark.channels.messages import Asks, Choice, Prompt, Secret, Sent, Wire
from satark_whatsapp.account import Account
from satark_whatsapp.client import Client
from satark_whatsapp.standin import StandIn
from satark_whatsapp.writing import knock_of, message_of

PHONE = "919000000001"
FEW = tuple(Choice(f"same:{at}", f"ना {at}") for at in range(3))
MANY = tuple(Choice(f"category:{at}", f"जुआ {at}", "सट्टा") for at in range(10))


class ToTheStandIn(httpx.HTTPTransport):
    """Leads what is meant for Meta to another address, without the version in its path."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = httpx.URL(address)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = "/" + request.url.path.split("/", 2)[2]
        request.url = self._address.copy_with(path=path, query=request.url.query or None)
        return super().handle_request(request)


class Pair:
    """pywa and our client, both speaking to one stand-in."""

    def __init__(self, stand_in: StandIn, account: Account, address: str) -> None:
        self.stand_in = stand_in
        self.ours = Client(account)
        self.session = httpx.Client(transport=ToTheStandIn(address))
        self.theirs = pywa.WhatsApp(account.phone_number_id, account.token, session=self.session, server=None)

    async def said(self, wire: Wire, method: str, **words: Any) -> tuple[Any, Any]:
        """What the stand-in got from each, without what only one of them says."""
        assert isinstance(await self.ours.send(Wire(wire.body, "e:0"), Secret(PHONE)), Sent)
        sent = await asyncio.to_thread(getattr(self.theirs, method), PHONE, **words)
        assert sent.id.startswith("wamid.")
        return tuple({k: v for k, v in one.items() if k != "biz_opaque_callback_data"} for one in self.stand_in.sent)


@pytest.fixture
async def pair(account: Account) -> AsyncIterator[Pair]:
    stand_in = StandIn(account, {})
    async with served(stand_in.app) as address:
        made = Pair(stand_in, Account(**{**vars(account), "api_url": address}), address)
        yield made
        await made.ours.close()
        made.session.close()


async def test_a_text(pair: Pair) -> None:
    ours, theirs = await pair.said(message_of(Prompt("x", "hi", "नमस्ते"), 3), "send_message", text="नमस्ते")
    assert ours == theirs


async def test_buttons(pair: Pair) -> None:
    wire = message_of(Prompt("x", "hi", "?", choices=FEW, asks=Asks.CHOICE), 3)
    buttons = [Button(title=one.label, callback_data=one.id) for one in FEW]
    ours, theirs = await pair.said(wire, "send_message", text="?", buttons=buttons)
    assert ours == theirs


async def test_a_list(pair: Pair) -> None:
    wire = message_of(Prompt("x", "hi", "?", choices=MANY, asks=Asks.CHOICE, control="चुनिए"), 3)
    rows = [SectionRow(title=one.label, callback_data=one.id, description=one.detail) for one in MANY]
    listed = SectionList(button_title="चुनिए", sections=[Section(title="-", rows=rows)])
    ours, theirs = await pair.said(wire, "send_message", text="?", buttons=listed)
    del theirs["interactive"]["action"]["sections"][0]["title"]
    assert ours == theirs


async def test_the_request_for_a_location(pair: Pair) -> None:
    wire = message_of(Prompt("x", "hi", "?", asks=Asks.LOCATION, control="चुनिए"), 3)
    ours, theirs = await pair.said(wire, "request_location", text="?")
    assert ours == theirs


async def test_a_template(pair: Pair) -> None:
    wire = knock_of(Prompt("news", "hi", "?", choices=(Choice("news", "पढ़ें"),)))
    button = QuickReplyButton(text="पढ़ें").params(callback_data="news", index=0)
    ours, theirs = await pair.said(wire, "send_template", name="news", language=TemplateLanguage.HINDI, params=[button])
    theirs["template"]["components"][0]["index"] = str(theirs["template"]["components"][0]["index"])
    assert {name.lower(): value for name, value in _lowered(theirs).items()} == _lowered(ours)


def _lowered(message: Any) -> Any:
    """pywa writes the types of components in capitals; Meta takes both."""
    if isinstance(message, dict):
        return {
            key: value.lower() if key in ("type", "sub_type") and isinstance(value, str) else _lowered(value)
            for key, value in message.items()
        }
    return [_lowered(one) for one in message] if isinstance(message, list) else message
