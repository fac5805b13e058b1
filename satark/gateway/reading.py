"""Verifies and reads what a provider posted in a thread of its channel: a plugin that hangs stops no other.

All that waits is read in one go, for under load a thread a request costs more than the reading.
"""

import asyncio
import logging
from collections.abc import Sequence
from enum import Enum

from msgspec.structs import replace

from satark.channels.loose import unpacked
from satark.channels.messages import DeliveryStatus, Envelope, WebhookRequest
from satark.channels.redaction import handling
from satark.channels.spec import Channel
from satark.channels.threads import PluginExitError, threads_of

log = logging.getLogger(__name__)

PARSE_LIMIT = 5.0
MOST_AT_ONCE = 100


class Unread(Enum):
    """Why a request was not read: nobody known signed it, the plugin cannot read it, or did not come to an end in time."""

    FORGED = "forged"
    UNREADABLE = "unreadable"
    TIMED_OUT = "timed out"


Items = Sequence[Envelope | DeliveryStatus]
Outcome = Items | Unread
Waiting = tuple[WebhookRequest, "asyncio.Future[Outcome]"]


class Reader:
    """Reads the requests of one channel."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._waiting: list[Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def read(self, asked: WebhookRequest) -> Outcome:
        """What it says, as the plugin returned it, or why that is not known; what is no fault of the sender a log line
        tells."""
        found: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
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
        requests = [asked for asked, _ in some]
        try:
            read = await threads_of(self._channel).run(lambda: _read_each(self._channel, requests), PARSE_LIMIT)
        except (TimeoutError, PluginExitError) as error:
            if len(some) > 1:
                await asyncio.gather(*(self._read_some([one]) for one in some))
                return
            read = [error]
        for (_, found), outcome in zip(some, read, strict=True):
            if not found.done():
                found.set_result(self._told(outcome))

    def _told(self, outcome: Outcome | Exception) -> Outcome:
        if not isinstance(outcome, Exception):
            return outcome
        log.error("channel %s could not parse a request (%s)", self._channel.name, type(outcome).__name__)
        return Unread.TIMED_OUT if isinstance(outcome, TimeoutError) else Unread.UNREADABLE


def _read_each(channel: Channel, requests: Sequence[WebhookRequest]) -> list[Outcome | Exception]:
    return [_read(channel, one) for one in requests]


def _read(channel: Channel, asked: WebhookRequest) -> Outcome | Exception:
    """What is signed is the body as it came, what is read is it out of its gzip."""
    if not _is_genuine(channel, asked):
        return Unread.FORGED
    try:
        body = unpacked(asked.body, channel.body_limit)
        opened = asked if body is asked.body else replace(asked, body=body)
        with handling(opened.body):
            found = channel.read(opened)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one request, the others are read
        return error
    return TypeError() if isinstance(found, (Exception, Unread)) else found


def _is_genuine(channel: Channel, asked: WebhookRequest) -> bool:
    try:
        with handling(asked.body):
            return channel.verify(asked) is True
    except Exception as error:  # noqa: BLE001 - what cannot be verified is not genuine
        log.warning("channel %s could not verify a request (%s)", channel.name, type(error).__name__)
        return False
