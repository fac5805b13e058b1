"""The one webhook endpoint for all channels: limit, verify, parse, make durable, answer."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from satark import metrics
from satark.channels.messages import WebhookRequest
from satark.channels.spec import Channel, Host, NotAccepted
from satark.gateway.reading import Reader
from satark.web.limits import body_within

log = logging.getLogger(__name__)

RETRY_AFTER = {"Retry-After": "5"}
# So many requests of a channel may be inside at once, each with its body: more would fill the memory.
MOST_INSIDE = 1_000


class Webhook:
    """Takes the POSTs of one channel."""

    def __init__(self, channel: Channel, host: Host, public_url: str) -> None:
        self._channel = channel
        self._host = host
        self._public_url = public_url
        self._reader = Reader(channel)
        self._inside = 0

    def route(self, path: str) -> Route:
        return Route(path, self, methods=["POST"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An application of its own: what Starlette puts around a function costs a third of what is done here."""
        answer = await self.take(Request(scope, receive))
        await answer(scope, receive, send)

    async def take(self, request: Request) -> Response:
        """Whatever is not durable is no success: the provider is told to try again."""
        with metrics.answering(self._channel.name) as answered:
            try:
                answer = await self._counted(request)
            except HTTPException as error:
                answered.append(error.status_code)
                raise
            answered.append(answer.status_code)
            return answer

    async def _counted(self, request: Request) -> Response:
        """One of those that are inside, if there is room for it."""
        if self._inside >= MOST_INSIDE:
            return Response(status_code=503, headers=RETRY_AFTER)
        self._inside += 1
        try:
            return await self._take(request)
        except NotAccepted:
            return Response(status_code=503, headers=RETRY_AFTER)
        finally:
            self._inside -= 1

    async def _take(self, request: Request) -> Response:
        try:
            body = await body_within(request, self._channel.body_limit)
        except ValueError:
            raise HTTPException(400) from None
        query = request.scope["query_string"].decode("latin-1")
        path = request.scope["path"] + (f"?{query}" if query else "")
        asked = WebhookRequest(self._public_url + path, _headers_of(request), body)
        if not self._is_genuine(asked):
            raise HTTPException(401)
        items = await self._reader.read(asked)
        if items is None:
            raise HTTPException(400)
        prompts = await self._host.receive(items)
        return self._channel.respond(prompts, asked) if self._channel.capabilities.answers_in_request else Response()

    def _is_genuine(self, asked: WebhookRequest) -> bool:
        try:
            return self._channel.verify(asked) is True
        except Exception as error:  # noqa: BLE001 - what cannot be verified is not genuine
            log.warning("channel %s could not verify a request (%s)", self._channel.name, type(error).__name__)
            return False


def _headers_of(request: Request) -> dict[str, str]:
    """With their names in lower case, as ASGI has them."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}
