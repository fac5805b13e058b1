"""The one webhook endpoint for all channels: limit, verify, parse, make durable, answer."""

import asyncio
import logging
from time import perf_counter

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from satark import metrics
from satark.channels.messages import Prompt, WebhookRequest
from satark.channels.redaction import handling
from satark.channels.spec import Channel, Host, NotAccepted
from satark.channels.threads import threads_of
from satark.gateway.reading import Reader, Unread
from satark.web.limits import refuse_announced, whole
from satark.web.ready import Ready

log = logging.getLogger(__name__)

DONE = Ready(200)
BUSY = Ready(503, {"Retry-After": "5"})
# So many requests of a channel may be inside at once, each with its body: more would fill the memory.
MOST_INSIDE = 1_000
OUTCOME = "satark.outcome"
RESPOND_LIMIT = 5.0
STATUSES = {Unread.FORGED: 401, Unread.UNREADABLE: 400}

Answer = Ready | Response


class Webhook:
    """Takes the POSTs to one path of one channel.

    Some thousands a second come, and nearly all have an answer that is ready: it is given before Starlette does anything.
    What has another answer, a page that tells an error, is answered by Starlette, of which this is a route too.
    """

    def __init__(self, channel: Channel, host: Host, public_url: str) -> None:
        self.path = f"/channels/{channel.name}{channel.webhook}"
        self._channel = channel
        self._host = host
        self._public_url = public_url
        self._reader = Reader(channel)
        self._inside = 0

    def route(self) -> Route:
        return Route(self.path, self, methods=["POST"])

    async def settles(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Take what came; whether it is answered with that. Else its outcome is in the scope, for the route to tell."""
        try:
            answer = await self.take(scope, receive)
        except Exception as error:  # noqa: BLE001 - the route raises it
            scope[OUTCOME] = error
            return False
        if isinstance(answer, Ready):
            await answer(scope, receive, send)
            return True
        scope[OUTCOME] = answer
        return False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The route. An error is taken out of the scope, which its traceback leads to: they would keep each other alive."""
        if OUTCOME not in scope and await self.settles(scope, receive, send):
            return
        if isinstance(scope[OUTCOME], Exception):
            raise scope.pop(OUTCOME)
        await scope[OUTCOME](scope, receive, send)

    async def take(self, scope: Scope, receive: Receive) -> Answer:
        """If there is room for it. Whatever is not durable is no success: the provider is told to try again."""
        begun, status = perf_counter(), "broken"
        self._inside += 1
        try:
            answer = await self._take(scope, receive) if self._inside <= MOST_INSIDE else BUSY
            status = str(answer.status_code)
            return answer
        except (NotAccepted, asyncio.CancelledError):
            # Only the end of this process cancels a request, and uvicorn waits for nothing more of it than its answer.
            status = str(BUSY.status_code)
            return BUSY
        except HTTPException as error:
            status = str(error.status_code)
            raise
        finally:
            self._inside -= 1
            metrics.answered(self._channel.name, status, perf_counter() - begun)

    async def _take(self, scope: Scope, receive: Receive) -> Answer:
        asked = await self._asked(scope, receive)
        items = await self._reader.read(asked)
        if items is Unread.TIMED_OUT:
            return BUSY
        if isinstance(items, Unread):
            raise HTTPException(STATUSES[items])
        prompts = await self._host.receive(items)
        return await self._respond(prompts, asked) if self._channel.capabilities.answers_in_request else DONE

    async def _respond(self, prompts: list[Prompt], asked: WebhookRequest) -> Answer:
        """What the plugin answers. Where that is nothing, what came is durable all the same, and is answered when it comes
        again."""
        answer: object
        try:
            with handling(asked.body):
                answer = await threads_of(self._channel).run(
                    lambda: self._channel.respond(prompts, asked), RESPOND_LIMIT
                )
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            answer = error
        if isinstance(answer, Response):
            return answer
        log.error("channel %s has no answer to a request (%s)", self._channel.name, type(answer).__name__)
        return BUSY

    async def _asked(self, scope: Scope, receive: Receive) -> WebhookRequest:
        """Straight from ASGI, which has the names of headers in lower case: Starlette's Request costs more than this."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        limit, query = self._channel.body_limit, scope["query_string"].decode("latin-1")
        try:
            refuse_announced(headers, limit)
        except ValueError:
            raise HTTPException(400) from None
        path = scope["path"] + (f"?{query}" if query else "")
        return WebhookRequest(self._public_url + path, headers, await whole(receive, limit))
