"""The channel: the carrier's webhooks in, and what is said as the answer; recordings and calls back by its API."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
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
    Wire,
)
from satark.channels.spec import Channel, Host, Told, Unreadable, hookimpl
from satark_ivr import twiml
from satark_ivr.account import Account, account_of
from satark_ivr.checkup import examine
from satark_ivr.client import Client
from satark_ivr.imitation import requests_of
from satark_ivr.reading import call_of, envelopes_of
from satark_ivr.signature import is_signed
from satark_ivr.standin import StandIn
from satark_ivr.steps import Reject, Step
from satark_ivr.writing import CAPABILITIES, steps_of

WEBHOOK = "/voice"
CLIP_TYPE = "audio/wav"
# The carrier need not ask at every call; what an officer wrote it need not have for long.
FOR_AN_HOUR = {"Cache-Control": "max-age=3600"}


class Ivr(Channel):
    """One account, and the numbers that lead here."""

    name = "ivr"
    title = "IVR"
    capabilities = CAPABILITIES
    webhook: ClassVar[str | None] = WEBHOOK

    def __init__(self, account: Account) -> None:
        self.account = account
        self.api_url = account.api_url

    @property
    def _base(self) -> str:
        return f"{self.account.public_url}/channels/{self.name}"

    async def start(self, host: Host) -> None:
        await super().start(host)
        self._client = Client(self.account)

    async def stop(self) -> None:
        await self._client.close()

    async def check(self) -> list[Finding]:
        return await examine(self._client, self.account, self._base + WEBHOOK)

    def routes(self) -> Sequence[BaseRoute]:
        return (Route("/clip/{clip}.wav", self.play),)

    async def play(self, request: Request) -> Response:
        """A recording of what the service says: the same for everybody."""
        clip = await self.host.clip(request.path_params["clip"])
        if clip is None:
            raise HTTPException(404)
        return Response(clip, media_type=CLIP_TYPE, headers=FOR_AN_HOUR)

    def verify(self, request: WebhookRequest) -> bool:
        return is_signed(self.account.token, request)

    def read(self, request: WebhookRequest) -> list[Envelope | DeliveryStatus]:
        call = call_of(request)
        if call is None:
            raise Unreadable
        return [*envelopes_of(call, self.account)]

    def respond(self, prompts: list[Prompt], request: WebhookRequest) -> Response:
        return Response(twiml.document(self._steps(prompts, request)), media_type=twiml.MEDIA_TYPE)

    def _steps(self, prompts: list[Prompt], request: WebhookRequest) -> list[Step]:
        """What only reports is not answered; a ring is not taken."""
        call = call_of(request)
        if call is None or call.is_over or call.reports:
            return []
        if call.rings(self.account):
            return [Reject()]
        return steps_of(prompts, self._base, call.step or 0, self.host.spoken)

    def render(self, prompt: Prompt) -> list[Wire]:
        """Whatever is to be said to who gave a ring: they are called, and it is said in the call."""
        return [Wire({"call": prompt.id})]

    async def send(self, wire: Wire, address: Secret) -> Sent | TryAgain | Never:  # noqa: ARG002 - there is one wire
        return await self._client.call(address, self._base + WEBHOOK)

    def fetch(self, media: Media) -> AsyncIterator[bytes]:
        return self._client.download(media)

    async def discard(self, media: Media) -> None:
        await self._client.delete(media)

    def imitate(self, items: Sequence[Envelope | DeliveryStatus]) -> list[WebhookRequest]:
        return requests_of([one for one in items if isinstance(one, Envelope)], self.account, self._base + WEBHOOK)

    def stand_in(self, files: Mapping[str, bytes], told: Told) -> ASGIApp:
        return StandIn(self.account, files, told).app


@hookimpl
def satark_channels(environ: Mapping[str, str]) -> Sequence[Channel]:
    return [Ivr(account_of(environ))]
