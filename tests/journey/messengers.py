"""People with WhatsApp and Telegram, a house with both, and stand-ins of both providers that are as strict as they are."""

import contextlib
import io
import itertools
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from sqlalchemy import text

from conftest import House, house_at, served
from satark.channels.messages import DeliveryStatus, Envelope, Inbound, Kind, Media, MediaKind, Secret
from satark.channels.spec import Channel
from satark.panel.people import LoginTaken, add_officer
from satark_telegram import account as telegram
from satark_telegram.standin import StandIn as TelegramStandIn
from satark_whatsapp import account as whatsapp
from satark_whatsapp.standin import StandIn as WhatsAppStandIn

ENVIRON = {
    "SATARK_WHATSAPP_TOKEN": "whatsapp-token-of-nobody",
    "SATARK_WHATSAPP_PHONE_NUMBER_ID": "100000000000001",
    "SATARK_WHATSAPP_APP_SECRET": "whatsapp-app-secret",
    "SATARK_WHATSAPP_VERIFY_TOKEN": "whatsapp-verify-token",
    "SATARK_WHATSAPP_NUMBER": "15550000000",
    "SATARK_TELEGRAM_TOKEN": "123456:telegram-token-of-nobody",
    "SATARK_TELEGRAM_SECRET_TOKEN": "telegram-secret-token",
    "SATARK_TELEGRAM_NAME": "satark_bot",
}


def photo(colour: str = "green") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    return file.getvalue()


class Messenger:
    """One channel of a house, and the people who use it. `files` are what they can send, by id."""

    def __init__(self, name: str, house: House, stand_in: Any, client: httpx.AsyncClient) -> None:
        self.house = house
        self.stand_in = stand_in
        self.channel: Channel = house.core.registry.channels[name]
        self.files: dict[str, bytes] = stand_in.files
        self.client = client
        self.people = "Asha Devi"
        self.numbers = itertools.count(1)

    async def post(self, items: Sequence[Envelope | DeliveryStatus]) -> list[int]:
        """Post them as the provider would; returns the answers' codes."""
        asked = self.channel.imitate(items)
        url = f"/channels/{self.channel.name}/webhook"
        answers = [await self.client.post(url, content=one.body, headers=dict(one.headers)) for one in asked]
        return [answer.status_code for answer in answers]

    def envelope(self, person: str, inbound: Inbound) -> Envelope:
        return Envelope(Secret(person), Secret(str(next(self.numbers))), inbound, (Secret(self.people),))

    async def say(self, person: str, *said: Inbound | str) -> None:
        """One thing after the other. Words are a text, `=id` is a choice."""
        for one in said:
            assert await self.post([self.envelope(person, inbound_of(one))]) == [200]

    async def report(
        self, person: str, words: str = "a den by the well", place: str = "at:station/jaunpur/kotwali"
    ) -> None:
        await self.say(person, "hi", "=language:en", "=category:gambling", words, "=done", f"={place}", "=check:send")
        await self.later()

    async def later(self) -> None:
        """The worker works, and whatever it must wait for has come."""
        await self.house.work()
        while await self.count("outbox", "state = 'due'"):
            await self.change("DELETE FROM pace")
            self.house.bench.courier.paces._ready.clear()
            await self.change("UPDATE outbox SET due = 0 WHERE state = 'due'")
            await self.house.work()

    def heard(self, person: str) -> list[str]:
        """What a person was sent, as JSON-like text, the oldest first."""
        return [
            str(one)
            for one in self.stand_in.sent
            if person in (str(one.get("to") or one.get("recipient") or one.get("chat_id")),)
        ]

    async def act(self, words: str = "We went there.") -> None:
        """The DIG tells every informant what was done, in the panel."""
        login = {"login": "dig", "password": "a long password"}
        with contextlib.suppress(LoginTaken):
            await add_officer(self.house.core.store, "dig", "A", login["password"], ["range/varanasi"], "en")
        await self.client.post("/panel/sign-in", data=login)
        inbox = (await self.client.get("/panel/tips")).text
        for path in set(re.findall(r'"(/panel/tips/[0-9A-Z-]{11})"', inbox)):
            csrf = re.search(r'name="csrf" value="([^"]+)"', (await self.client.get(path)).text)
            assert csrf
            report = {"csrf": csrf[1], "text": "went there", "words": words, "step": "send"}
            assert (await self.client.post(f"{path}/report", data=report)).is_redirect

    async def count(self, table: str, where: str = "1 = 1") -> int:
        async with self.house.core.store.read() as db:
            return int((await db.execute(text(f"SELECT count(*) FROM {table} WHERE {where}"))).scalar_one())

    async def change(self, statement: str) -> None:
        async with self.house.core.store.write() as db:
            await db.execute(text(statement))


def inbound_of(said: Inbound | str) -> Inbound:
    if isinstance(said, Inbound):
        return said
    return Inbound(Kind.CHOICE, "label", said[1:]) if said.startswith("=") else Inbound(Kind.TEXT, said)


def sent_photo(ref: str, caption: str = "", sha256: str = "") -> Inbound:
    return Inbound(Kind.MEDIA, caption, media=Media(MediaKind.PHOTO, "image/jpeg", sha256=sha256, ref=Secret(ref)))


@asynccontextmanager
async def messengers(folder: Path, database: str = "", pool: Any = None) -> AsyncIterator[dict[str, Messenger]]:
    """Both, in one house."""
    async with AsyncExitStack() as stack:
        stand_ins: dict[str, Any] = {
            "whatsapp": WhatsAppStandIn(whatsapp.account_of(ENVIRON), {}),
            "telegram": TelegramStandIn(telegram.account_of(ENVIRON), {}),
        }
        environ = dict(ENVIRON)
        for name, stand_in in stand_ins.items():
            environ[f"SATARK_{name.upper()}_API_URL"] = await stack.enter_async_context(served(stand_in.app))
        house = await stack.enter_async_context(house_at(folder, database, pool, environ))
        transport = httpx.ASGITransport(app=house.web)
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://testserver"))
        yield {name: Messenger(name, house, stand_in, client) for name, stand_in in stand_ins.items()}
