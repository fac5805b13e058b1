"""Reads what a provider posted in a thread, away from all other requests: a plugin that hangs stops nothing else.

All that waits is read in one go, for under load a thread a request costs more than the reading.
"""

import asyncio
import logging
from collections.abc import Sequence

from satark.channels.messages import DeliveryStatus, Envelope, WebhookRequest
from satark.channels.redaction import handling
from satark.channels.spec import Channel

log = logging.getLogger(__name__)

PARSE_LIMIT = 5.0
MOST_AT_ONCE = 100

Items = Sequence[Envelope | DeliveryStatus]
Waiting = tuple[WebhookRequest, "asyncio.Future[Items | None]"]


class Reader:
    """Reads the requests of one channel."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._waiting: list[Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def read(self, asked: WebhookRequest) -> Items | None:
        """What it says; None where the plugin cannot read it: that is not the sender's fault, and a log line tells."""
        found: asyncio.Future[Items | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, found))
        if self._task is None:
            self._task = asyncio.create_task(self._read_all(), name=f"reading {self._channel.name}")
        return await found

    async def _read_all(self) -> None:
        try:
            while self._waiting:
                some, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                await self._read_some(some)
        finally:
            self._task = None

    async def _read_some(self, some: Sequence[Waiting]) -> None:
        """Where one of many takes too long, each is read for itself: the others need not wait for it."""
        try:
            async with asyncio.timeout(PARSE_LIMIT):
                read = await asyncio.to_thread(_read_each, self._channel, [asked for asked, _ in some])
        except TimeoutError:
            if len(some) > 1:
                await asyncio.gather(*(self._read_some([one]) for one in some))
                return
            read = [TimeoutError()]
        for (_, found), items in zip(some, read, strict=True):
            if isinstance(items, Exception):
                log.error("channel %s could not parse a request (%s)", self._channel.name, type(items).__name__)
            if not found.done():
                found.set_result(None if isinstance(items, Exception) else items)


def _read_each(channel: Channel, asked: Sequence[WebhookRequest]) -> list[Items | Exception]:
    return [_read(channel, one) for one in asked]


def _read(channel: Channel, asked: WebhookRequest) -> Items | Exception:
    try:
        with handling(asked.body):
            return channel.read(asked)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one request, the others are read
        return error
