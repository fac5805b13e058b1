"""The contract between Satark and a channel plugin, version 1.

Each clause has a number; the contract kit (`satark.channels.testing`) tests each, and names the number when it fails.

- C-001  `name` is a slug, unique in the house; `contract` is 1; `capabilities` never change while the channel runs.
- C-002  `verify` comes before `parse`: a request that does not verify is answered 401, and touches nothing.
- C-003  `parse` is pure and returns all items of a batch, in their order; a bad neighbour spoils nothing. So is `read`.
- C-004  What `parse` does not know becomes `Kind.UNSUPPORTED` with its address; of bytes in which nothing can be read it
         raises `Unreadable`, and on no bytes anything else.
- C-005  The same body parsed twice gives the same external ids; two messages never share one.
- C-006  Addresses, external ids and names are `Secret`; no repr, str, log line or traceback shows them.
- C-007  `render` is pure, loses no choice, and stays within the limits that `capabilities` names.
- C-008  A choice that `render` offered comes back from `parse` with the same id; on a keypad, as its key.
- C-009  `send` answers `Sent`, `TryAgain` or `Never`; it does not raise for what a provider says, and never retries.
- C-010  `send` and `fetch` speak to the provider alone; no method keeps an address after it returns.
- C-011  `start`, `stop` and `check` return within their time limit; `check` says how to mend what is not well.
- C-012  A channel that answers in the request has `respond`; its answer is never written to the outbox.
- C-013  A channel with a window has a `knock` that a bystander may read; a channel without one has none.
- C-014  `parse` reads back what `imitate` writes, and `verify` takes it for genuine.
- C-015  After `discard` a file is gone at the provider, or it raises; what is gone already is no error.
- C-016  What is broken in one text is repaired: half of an emoji or a byte order mark loses no message. A request that was
         cut short, or is none, is not answered as if there were nothing in it.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import pluggy
from msgspec import Struct

from satark.channels.messages import (
    Capabilities,
    Choice,
    DeliveryStatus,
    Envelope,
    Finding,
    Media,
    Never,
    Prompt,
    Secret,
    Sent,
    Spoken,
    TryAgain,
    WebhookRequest,
    WindowClosed,
    Wire,
)

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

CONTRACT = 1
PROJECT = "satark"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


Told = Callable[[Secret, str], None]
"""What a stand-in calls with the recipient and the wire's key of every message that it took."""


class Misconfigured(Exception):
    """A setting of the channel is missing or wrong. The message is shown to the operator: it names the setting and how
    to mend it, and holds no secret."""


class NotAccepted(Exception):
    """The core could not make the messages durable. The channel must not answer with success."""


class Unreadable(Exception):
    """Nothing of what came can be read. It is refused, not answered with success: its sender may send it again."""


class TooLarge(Exception):
    """A file went over its limit while it was read. `limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__("the file is over the limit")
        self.limit = limit


class PlaceGroup(Struct, frozen=True):
    """A district and its stations, each as a choice that the flow understands."""

    district: Choice
    stations: tuple[Choice, ...]


class Questions(Struct, frozen=True):
    """All that the flow asks, at once, in one language: for a channel that shows it on one page.

    `accusing` are the ids of the categories that accuse the police; for them `accused` takes the place of `places`.
    `language` and `submit` are choice ids: the first to send before all else, the second after it. `place` is the choice
    id of the place that a poster stands at, if any.
    """

    categories: tuple[Choice, ...]
    accusing: frozenset[str]
    places: tuple[PlaceGroup, ...]
    accused: tuple[PlaceGroup, ...]
    language: str
    submit: str
    place: str = ""


class Host(Protocol):
    """What the core offers a channel, from `start` on."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The settings under the channel's own prefix, `SATARK_NAME_`, without it: `{"TOKEN": …}`."""
        ...

    @property
    def locales(self) -> Mapping[str, str]:
        """The languages of the service, by code, each named in itself."""
        ...

    @property
    def listens(self) -> bool:
        """Whether this process takes messages from outside: a channel that polls does it here, and nowhere else."""
        ...

    @property
    def public_url(self) -> str:
        """The address under which the service is reached, without a slash at its end."""
        ...

    def secret(self) -> bytes:
        """A key of this channel's own, the same in all processes that take messages, as long as the installation has its."""
        ...

    async def receive(self, items: Sequence[Envelope | DeliveryStatus]) -> list[Prompt]:
        """Make the items durable and advance their conversations. When it returns, they are safe.

        The prompts are those that a channel must answer in the request; for others the list is empty, and the answer
        comes through `send`. Raises `NotAccepted`.
        """
        ...

    async def keep(self, chunks: AsyncIterator[bytes], mime: str, limit: int) -> Media:
        """Encrypt and store a file that came with a request, before its message. Raises `TooLarge`, `NotAccepted`."""
        ...

    def questions(self, locale: str, poster: str = "") -> Questions:
        """The questions of the flow, for a form. `poster` is the code of the poster that led there."""
        ...

    def spoken(self, text: str, locale: str) -> list[Spoken]:
        """The pieces of a `Prompt.speech`, in the order they are said. A piece without a clip is for the channel to say."""
        ...

    async def clip(self, clip: str) -> bytes | None:
        """A WAV file, 8 kHz, one channel, 16 bits; None for what is no clip (any more)."""
        ...

    def page(self, template: str, locale: str, status: int = 200, **context: Any) -> "Response":
        """A page from the channel's `templates` folder, in the core's layout, with its security headers."""
        ...


class Channel:
    """A channel with every method at its most modest: a plugin overrides what its transport has.

    `webhook` is the path below `/channels/NAME/` at which the core takes POSTs for the channel: it limits the size,
    calls `verify`, `parse`, makes the result durable, and answers with `respond`. `body_limit` is in bytes. `title` is
    what people call it, `api_url` where its provider's API is. `uploads` is the path below `/channels/NAME/` at which the
    core takes files in parts, by the tus protocol; the last part of an upload's address is then its `Media.kept`.
    """

    name: str
    title: str = ""
    api_url: str = ""
    contract: int = CONTRACT
    capabilities: Capabilities
    webhook: ClassVar[str | None] = None
    body_limit: ClassVar[int] = 1_048_576
    uploads: ClassVar[str | None] = None
    templates: ClassVar[Path | None] = None
    static: ClassVar[Path | None] = None

    async def start(self, host: Host) -> None:
        self.host = host

    async def stop(self) -> None:
        """Let go of what `start` took."""

    async def check(self) -> list[Finding]:
        return []

    def routes(self) -> Sequence["BaseRoute"]:
        """Pages and handshakes besides the webhook, mounted at `/channels/NAME/`."""
        return ()

    def verify(self, request: WebhookRequest) -> bool:
        """Whether the request comes from the provider. Nothing of it is parsed before."""
        raise NotImplementedError

    def parse(self, body: bytes) -> list[Envelope | DeliveryStatus]:
        """All that people said, and what became of messages. The core has taken `body` out of its gzip. Raises
        Unreadable."""
        raise NotImplementedError

    def read(self, request: WebhookRequest) -> list[Envelope | DeliveryStatus]:
        """What a request says. Of most channels the body says it all; a call's URL says how far it has come."""
        return self.parse(request.body)

    def render(self, prompt: Prompt) -> list[Wire]:
        raise NotImplementedError

    async def send(self, wire: Wire, address: Secret) -> Sent | TryAgain | Never | WindowClosed:
        raise NotImplementedError

    def knock(self, prompt: Prompt) -> list[Wire]:
        """`prompt` in the one form that may be sent when the informant's window is closed; [] where there is none."""
        return []

    async def seen(self, external_id: Secret, address: Secret) -> None:
        """Show the sender of a message that it arrived and is being answered, where the transport can. What it raises
        has no consequence."""

    def link(self, poster: str) -> str:
        """A URL that opens a conversation, knowing the poster it hangs on; "" where there is none."""
        return ""

    def fetch(self, media: Media) -> AsyncIterator[bytes]:
        """The bytes of a media that has a `ref`. May raise anything; the core tries again."""
        raise NotImplementedError

    async def discard(self, media: Media) -> None:
        """Make the provider delete a file that it keeps for ever otherwise: the core has it, or does not want it. May raise
        anything; the core tries again. Most providers let go of a file by themselves."""

    def respond(self, prompts: list[Prompt], request: WebhookRequest) -> "Response":
        """The HTTP answer of a channel whose reply is the response to this request."""
        raise NotImplementedError

    def imitate(self, items: Sequence[Envelope | DeliveryStatus]) -> list[WebhookRequest]:
        """What the provider would POST for these items, in as few requests as it would, signed as it would: for
        `satark simulate` and the bench. Addresses and the ids of messages are of digits. A channel whose provider does
        not report leaves out the reports. Of the URL only the query counts: the core knows where the channel is."""
        raise NotImplementedError

    def stand_in(self, files: Mapping[str, bytes], told: Told) -> "ASGIApp":
        """A stand-in of the provider's API, to be served at `api_url`: strict about what the real one refuses. `files` are
        what people sent, by `Media.ref`."""
        raise NotImplementedError


class CommandHost(Protocol):
    """What the commands of a plugin (entry points of the group `satark.commands`, each a typer application) find in
    their context's `obj`."""

    @property
    def environ(self) -> Mapping[str, str]:
        """All `SATARK_…` settings, as the hook gets them."""
        ...

    @property
    def public_url(self) -> str:
        """The address under which the service is reached, without a slash at its end."""
        ...

    def knocks(self) -> Mapping[str, Prompt]:
        """What may be said where a window is closed, by locale."""
        ...


class Hooks:
    """What a plugin may implement. There is one hook."""

    @hookspec
    def satark_channels(self, environ: Mapping[str, str]) -> Sequence[Channel]:  # type: ignore[empty-body]
        """The channels of this plugin, not yet started. `environ` holds the `SATARK_…` settings."""
