"""The one webhook endpoint for all channels: limit, verify, parse, make durable, answer."""

import logging
from time import perf_counter

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from satark import metrics
from satark.channels.messages import WebhookRequest
from satark.channels.spec import Channel, Host, NotAccepted
from satark.gateway.reading import Reader
from satark.web.headers import secured
from satark.web.limits import body_within

log = logging.getLogger(__name__)

# So many requests of a channel may be inside at once, each with its body: more would fill the memory.
MOST_INSIDE = 1_000
TAKEN = secured(Response())
COME_AGAIN = secured(Response(status_code=503, headers={"Retry-After": "5"}))
# Where an error waits for who tells it.
FAILED = "satark.failed"


class Webhook:
    """Takes the POSTs of one channel."""

    def __init__(self, channel: Channel, host: Host, public_url: str) -> None:
        self._channel = channel
        self._host = host
        self._public_url = public_url
        self._reader = Reader(channel)
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An application of its own: what Starlette puts around a function costs a third of what is done here."""
        begun, status = perf_counter(), "broken"
        try:
            answer = await self._counted(scope, receive)
            status = str(answer.status_code)
        except HTTPException as error:
            status = str(error.status_code)
            raise
        finally:
            metrics.answered(self._channel.name, status, begun)
        await answer(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive) -> Response:
        """One of those that are inside, if there is room for it. Whatever is not durable is no success: the provider is
        told to try again."""
        if self._inside >= MOST_INSIDE:
            return COME_AGAIN
        self._inside += 1
        try:
            return await self._take(scope, receive)
        except NotAccepted:
            return COME_AGAIN
        finally:
            self._inside -= 1

    async def _take(self, scope: Scope, receive: Receive) -> Response:
        headers = _headers_of(scope)
        try:
            body = await body_within(receive, headers.get("content-length", ""), self._channel.body_limit)
        except ValueError:
            raise HTTPException(400) from None
        query = scope["query_string"].decode("latin-1")
        path = scope["path"] + (f"?{query}" if query else "")
        asked = WebhookRequest(self._public_url + path, headers, body)
        if not self._is_genuine(asked):
            raise HTTPException(401)
        items = await self._reader.read(asked)
        if items is None:
            raise HTTPException(400)
        prompts = await self._host.receive(items)
        return (
            secured(self._channel.respond(prompts, asked)) if self._channel.capabilities.answers_in_request else TAKEN
        )

    def _is_genuine(self, asked: WebhookRequest) -> bool:
        try:
            return self._channel.verify(asked) is True
        except Exception as error:  # noqa: BLE001 - what cannot be verified is not genuine
            log.warning("channel %s could not verify a request (%s)", self._channel.name, type(error).__name__)
            return False


def _headers_of(scope: Scope) -> dict[str, str]:
    """With their names in lower case, as ASGI has them."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def fail(request: Request) -> Response:
    """What went wrong with a webhook is told by the application, as of any other request."""
    raise request.scope[FAILED]
