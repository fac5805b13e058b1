"""The one webhook endpoint for all channels: limit, verify, parse, make durable, answer."""

import asyncio
import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from satark import metrics
from satark.channels.messages import DeliveryStatus, Envelope, WebhookRequest
from satark.channels.spec import Channel, Host, NotAccepted
from satark.web.limits import body_within

log = logging.getLogger(__name__)

PARSE_LIMIT = 5.0
RETRY_AFTER = {"Retry-After": "5"}


class Webhook:
    """Takes the POSTs of one channel."""

    def __init__(self, channel: Channel, host: Host, public_url: str) -> None:
        self._channel = channel
        self._host = host
        self._public_url = public_url

    def route(self, path: str) -> Route:
        return Route(path, self.take, methods=["POST"])

    async def take(self, request: Request) -> Response:
        with metrics.answering(self._channel.name) as answered:
            try:
                answer = await self._take(request)
            except HTTPException as error:
                answered.append(error.status_code)
                raise
            answered.append(answer.status_code)
            return answer

    async def _take(self, request: Request) -> Response:
        try:
            body = await body_within(request, self._channel.body_limit)
        except ValueError:
            raise HTTPException(400) from None
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = f"?{request.url.query}" if request.url.query else ""
        asked = WebhookRequest(self._public_url + request.url.path + query, headers, body)
        if not self._is_genuine(asked):
            raise HTTPException(401)
        items = await self._read(asked)
        try:
            prompts = await self._host.receive(items)
        except NotAccepted:
            raise HTTPException(503, headers=RETRY_AFTER) from None
        return self._channel.respond(prompts, asked) if self._channel.capabilities.answers_in_request else Response()

    def _is_genuine(self, asked: WebhookRequest) -> bool:
        try:
            return self._channel.verify(asked) is True
        except Exception as error:  # noqa: BLE001 - what cannot be verified is not genuine
            log.warning("channel %s could not verify a request (%s)", self._channel.name, type(error).__name__)
            return False

    async def _read(self, asked: WebhookRequest) -> list[Envelope | DeliveryStatus]:
        try:
            async with asyncio.timeout(PARSE_LIMIT):
                return await asyncio.to_thread(self._channel.read, asked)
        except Exception as error:  # noqa: BLE001 - a plugin's fault is not the sender's: 400 and a log line
            log.error("channel %s could not parse a request (%s)", self._channel.name, type(error).__name__)
            raise HTTPException(400) from None
