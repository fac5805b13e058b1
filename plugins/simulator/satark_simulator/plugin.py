"""Two simulated channels: a chat that is written to later, and a keypad that is answered at once."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from satark.channels.loose import Losses, read
from satark.channels.messages import (
    Capabilities,
    DeliveryStatus,
    Envelope,
    Inbound,
    Kind,
    Media,
    MediaKind,
    Point,
    Prompt,
    Secret,
    Sent,
    WebhookRequest,
    Wire,
)
from satark.channels.spec import Channel, Host, NotAccepted, TooLarge, Unreadable, hookimpl

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
FILE_LIMIT = 16 * 2**20
# A page of another site cannot set it without the browser asking first.
OWN_HEADER = "x-simulator"


class Said(Struct):
    """What the page sends: one thing the person did. `phone` stands for a number, `id` for a provider's message id."""

    phone: str = ""
    id: str = ""
    kind: Kind = Kind.TEXT
    text: str = ""
    choice: str = ""
    kept: str = ""
    media: MediaKind = MediaKind.PHOTO
    lat: float | None = None
    lon: float | None = None
    name: str = ""


class Simulated(Channel):
    """What both have: the page, the webhook, files."""

    webhook: ClassVar[str | None] = "/say"
    templates: ClassVar[Path | None] = HERE / "templates"
    static: ClassVar[Path | None] = HERE / "static"

    def routes(self) -> Sequence[BaseRoute]:
        return (Route("/", self.show), Route("/file", self.take_file, methods=["POST"]))

    def verify(self, request: WebhookRequest) -> bool:
        return request.headers.get(OWN_HEADER) == "1"

    def parse(self, body: bytes) -> list[Envelope | DeliveryStatus]:
        """All that can be read; an item that has no sender or no id is left out."""
        items = read(body, list[msgspec.Raw])
        if items is None:
            raise Unreadable
        lost = Losses(log)
        found: list[Envelope | DeliveryStatus] = [
            _envelope(said) for said in lost.readable(items, Said) if (said.phone and said.id) or lost.note()
        ]
        lost.settle(found)
        return found

    def render(self, prompt: Prompt) -> list[Wire]:
        choices = [{"id": one.id, "label": one.label, "detail": one.detail} for one in prompt.choices]
        return [Wire({"text": prompt.text, "speech": prompt.speech, "choices": choices, "locale": prompt.locale})]

    async def show(self, request: Request) -> Response:
        locale = request.query_params.get("lang", "")
        return self.host.page("phone.html", locale if locale in self.host.locales else "hi", name=self.name,
                              keypad=self.capabilities.keypad)  # fmt: skip

    async def take_file(self, request: Request) -> Response:
        """The bytes of one file, as a phone would upload them to its provider."""
        if request.headers.get(OWN_HEADER) != "1":
            raise HTTPException(401)
        try:
            media = await self.host.keep(request.stream(), request.headers.get("content-type", ""), FILE_LIMIT)
        except TooLarge:
            raise HTTPException(413) from None
        except NotAccepted:
            raise HTTPException(503) from None
        return JSONResponse({"kept": media.kept, "media": media.kind})


def _envelope(said: Said) -> Envelope:
    names = (Secret(said.name),) if said.name else ()
    return Envelope(Secret(said.phone), Secret(said.id), _inbound(said), names)


def _inbound(said: Said) -> Inbound:
    match said:
        case Said(kind=Kind.MEDIA) if said.kept:
            return Inbound(Kind.MEDIA, said.text, media=Media(said.media, kept=said.kept))
        case Said(kind=Kind.MEDIA):
            return Inbound(Kind.UNSUPPORTED, said.text)
        case Said(kind=Kind.LOCATION, lat=float(lat), lon=float(lon)) if abs(lat) <= 90 and abs(lon) <= 180:
            return Inbound(Kind.LOCATION, said.text, point=Point(lat, lon))
        case _:
            return Inbound(said.kind, said.text, said.choice)


class Chat(Simulated):
    """Limits as WhatsApp has them (messaging.md). What is sent waits in memory until the page fetches it: it is the
    phone's memory, not the service's."""

    name = "simulator"
    capabilities = Capabilities(
        max_text=4096,
        max_text_with_choices=1024,
        buttons=3,
        button_label=20,
        rows=10,
        row_label=24,
        row_detail=72,
        media=dict.fromkeys(MediaKind, FILE_LIMIT),
        location=True,
    )

    async def start(self, host: Host) -> None:
        await super().start(host)
        self._inboxes: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)

    def routes(self) -> Sequence[BaseRoute]:
        return (*super().routes(), Route("/inbox", self.inbox))

    async def send(self, wire: Wire, address: Secret) -> Sent:
        """A part that was sent before, by its key, is shown once."""
        self._inboxes[address.reveal()].setdefault(wire.key, wire.body)
        return Sent((Secret(wire.key),))

    async def inbox(self, request: Request) -> Response:
        """What a phone has got after the first `after` messages. The phone is in a header: an address may be logged."""
        after = request.query_params.get("after", "0")
        got = list(self._inboxes.get(request.headers.get("x-phone", ""), {}).values())
        return JSONResponse(got[int(after) if after.isdecimal() and len(after) < 9 else 0 :])


class Keypad(Simulated):
    """A call: at most a few choices, spoken, answered at once."""

    name = "simulator-keypad"
    capabilities = Capabilities(
        max_text=2000, max_text_with_choices=2000, keypad=True, speech=True, answers_in_request=True, pushes_for=0
    )

    def routes(self) -> Sequence[BaseRoute]:
        return (*super().routes(), Route("/clip/{clip}.wav", self.play))

    async def play(self, request: Request) -> Response:
        """What a telephone would hear: the same clips."""
        clip = await self.host.clip(request.path_params["clip"])
        if clip is None:
            raise HTTPException(404)
        return Response(clip, media_type="audio/wav")

    def respond(self, prompts: list[Prompt], request: WebhookRequest) -> Response:  # noqa: ARG002
        return JSONResponse(
            [{**wire.body, "said": self._said(prompt)} for prompt in prompts for wire in self.render(prompt)]
        )

    def _said(self, prompt: Prompt) -> list[dict[str, str]]:
        """The pieces of what is said; one without a clip is spoken by the browser."""
        spoken = self.host.spoken(prompt.speech or prompt.text, prompt.locale)
        return [{"text": one.text, "clip": one.clip} for one in spoken]


@hookimpl
def satark_channels(environ: Mapping[str, str]) -> Sequence[Channel]:  # noqa: ARG001 - the hook's signature
    return [Chat(), Keypad()]
