"""The channel: Meta's webhook in, its Cloud API out."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import ClassVar
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
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
    WindowClosed,
    Wire,
)
from satark.channels.spec import Channel, Host, Told, hookimpl
from satark_whatsapp.account import Account, account_of
from satark_whatsapp.checkup import examine
from satark_whatsapp.client import Client
from satark_whatsapp.imitation import post_of
from satark_whatsapp.reading import read_post
from satark_whatsapp.standin import StandIn
from satark_whatsapp.writing import capabilities, knock_of, message_of

SIGNATURE_HEADER = "x-hub-signature-256"
WEBHOOK = "/webhook"


class WhatsApp(Channel):
    """One number of one account."""

    name = "whatsapp"
    title = "WhatsApp"
    webhook: ClassVar[str | None] = WEBHOOK
    # A POST has up to 1,000 updates, and up to 3 MB (Meta's page "Webhooks").
    body_limit: ClassVar[int] = 4 * 2**20

    def __init__(self, account: Account) -> None:
        self.account = account
        self.api_url = account.api_url
        self.capabilities = capabilities(account.sends_per_second)

    async def start(self, host: Host) -> None:
        await super().start(host)
        self._client = Client(self.account)

    async def stop(self) -> None:
        await self._client.close()

    async def check(self) -> list[Finding]:
        webhook = f"{self.host.public_url}/channels/{self.name}{WEBHOOK}"
        return await examine(self._client.ask, self.account.phone_number_id, webhook)

    def routes(self) -> Sequence[BaseRoute]:
        return (Route(WEBHOOK, self.shake_hands, methods=["GET"]),)

    async def shake_hands(self, request: Request) -> Response:
        """Meta asks once whether the address is ours: it gets its challenge back if it knows the verify token."""
        asked = request.query_params
        if asked.get("hub.mode") != "subscribe" or not self.account.knows(asked.get("hub.verify_token", "")):
            raise HTTPException(403)
        return PlainTextResponse(asked.get("hub.challenge", ""))

    def verify(self, request: WebhookRequest) -> bool:
        return self.account.signed(request.body, request.headers.get(SIGNATURE_HEADER, ""))

    def parse(self, body: bytes) -> list[Envelope | DeliveryStatus]:
        return read_post(body, self.account.phone_number_id)

    def render(self, prompt: Prompt) -> list[Wire]:
        return [message_of(prompt, self.capabilities.buttons)]

    def knock(self, prompt: Prompt) -> list[Wire]:
        return [knock_of(prompt)]

    async def send(self, wire: Wire, address: Secret) -> Sent | TryAgain | Never | WindowClosed:
        return await self._client.send(wire, address)

    async def seen(self, external_id: Secret, address: Secret) -> None:  # noqa: ARG002 - Meta knows whose it is
        await self._client.show_read(external_id)

    def fetch(self, media: Media) -> AsyncIterator[bytes]:
        assert media.ref is not None, "what was kept here is not fetched"
        return self._client.download(media.ref)

    def link(self, poster: str) -> str:
        """Opens a chat with a greeting that knows its poster, ready to send."""
        greeting = quote(f"HI {poster}".strip())
        return f"https://wa.me/{self.account.number}?text={greeting}" if self.account.number else ""

    def imitate(self, items: Sequence[Envelope | DeliveryStatus]) -> list[WebhookRequest]:
        body = post_of(items, self.account.phone_number_id)
        headers = {SIGNATURE_HEADER: self.account.signature_of(body), "content-type": "application/json"}
        return [WebhookRequest(WEBHOOK, headers, body)]

    def stand_in(self, files: Mapping[str, bytes], told: Told) -> ASGIApp:
        return StandIn(self.account, files, told).app


@hookimpl
def satark_channels(environ: Mapping[str, str]) -> Sequence[Channel]:
    return [WhatsApp(account_of(environ))]
