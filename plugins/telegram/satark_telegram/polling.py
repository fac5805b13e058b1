"""Asks Telegram for updates, for a developer whose machine has no public address."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from satark.channels.messages import DeliveryStatus, Envelope, Prompt
from satark.channels.spec import Unreadable
from satark_telegram.client import Client
from satark_telegram.reading import read_update

log = logging.getLogger(__name__)

PAUSE = 3.0
Receive = Callable[[Sequence[Envelope | DeliveryStatus]], Awaitable[list[Prompt]]]


async def poll(client: Client, receive: Receive) -> None:
    """Never returns. Telegram forgets an update when a later offset is asked for: only when ours is durable."""
    offset, hooked = 0, True
    while True:
        try:
            if hooked:
                await client.bot.delete_webhook()
                hooked = False
            updates = await client.updates(offset)
            await receive([item for update in updates for item in _read(update)])
            offset = _after(updates, offset)
        except Exception as error:  # noqa: BLE001 - whatever it was, the next message is wanted too
            log.warning("Telegram's updates must wait (%s)", type(error).__name__)
            await asyncio.sleep(PAUSE)


def _read(update: Mapping[str, Any]) -> list[Envelope]:
    """What cannot be read is logged, and not asked for again: it would keep all others waiting."""
    try:
        return read_update(json.dumps(update).encode())
    except Unreadable:
        log.warning("Telegram sent an update that cannot be read")
        return []


def _after(updates: Sequence[Mapping[str, Any]], offset: int) -> int:
    """The number after all that came. What has none, or none that can be read, comes again with no other."""
    numbers = (number for update in updates if isinstance(number := update.get("update_id"), int))
    return max((number + 1 for number in numbers), default=offset)
