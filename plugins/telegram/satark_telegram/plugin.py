"""The channel: Telegram's webhook in, or its updates polled; its Bot API out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import ClassVar

from starlette.types import ASGIApp

from satark.channels.messages import (
    DeliveryStatus,
    Envelope,
    Finding,
    Media,
    Never,
    Prompt,
    Secret,
    Sent,
    TryAgain,
    WebhookRequest,
    Wire,
)
from satark.channels.spec import Channel, Host, Told, hookimpl
from satark_telegram.account import Account, account_of
from satark_telegram.checkup import examine
from satark_telegram.client import Client
from satark_telegram.imitation import update_of
from satark_telegram.polling import poll
from satark_telegram.reading import read_update
from satark_telegram.standin import StandIn
from satark_telegram.writing import CAPABILITIES, message_of

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name
WEBHOOK = "/webhook"


def webhook_of(public_url: str) -> str:
    return f"{public_url}/channels/{Telegram.name}{WEBHOOK}"


class Telegram(Channel):
    """One bot."""

    name = "telegram"
    title = "Telegram"
    capabilities = CAPABILITIES
    webhook: ClassVar[str | None] = WEBHOOK

    def __init__(self, account: Account) -> None:
        self.account = account
        self.api_url = account.api_url
        self._polling: asyncio.Task[None] | None = None

    async def start(self, host: Host) -> None:
        await super().start(host)
        self._client = Client(self.account)
        if self.account.polls and host.listens:
            self._polling = asyncio.create_task(poll(self._client, host.receive))

    async def stop(self) -> None:
        if self._polling is not None:
            self._polling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._polling
        await self._client.close()

    async def check(self) -> list[Finding]:
        return await examine(self._client, self.account, webhook_of(self.host.public_url))

    def verify(self, request: WebhookRequest) -> bool:
        return self.account.knows(request.headers.get(SECRET_HEADER, ""))

    def parse(self, body: bytes) -> list[Envelope | DeliveryStatus]:
        return [*read_update(body)]

    def render(self, prompt: Prompt) -> list[Wire]:
        return [message_of(prompt)]

    async def send(self, wire: Wire, address: Secret) -> Sent | TryAgain | Never:
        return await self._client.send(wire, address)

    async def seen(self, external_id: Secret, address: Secret) -> None:
        await self._client.show_seen(external_id, address)

    def fetch(self, media: Media) -> AsyncIterator[bytes]:
        return self._client.download(media)

    def link(self, poster: str) -> str:
        """Opens the chat; its start button says which poster led there."""
        start = f"?start={poster}" if poster else ""
        return f"https://t.me/{self.account.name}{start}" if self.account.name else ""

    def imitate(self, items: Sequence[Envelope | DeliveryStatus]) -> list[WebhookRequest]:
        headers = {SECRET_HEADER: self.account.secret_token, "content-type": "application/json"}
        return [WebhookRequest(WEBHOOK, headers, update_of(one)) for one in items if isinstance(one, Envelope)]

    def stand_in(self, files: Mapping[str, bytes], told: Told) -> ASGIApp:
        return StandIn(self.account, files, told).app


@hookimpl
def satark_channels(environ: Mapping[str, str]) -> Sequence[Channel]:
    return [Telegram(account_of(environ))]
