"""How the channels do: when something last came and went, to the hour, and what went wrong. Nobody is in it."""

import logging
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.exc import DBAPIError

from satark.store.clock import hour_of, now
from satark.store.engine import Store
from satark.store.informants import Outbox
from satark.store.tables import ChannelHealth

log = logging.getLogger(__name__)

OFF = "off"
_health: Any = ChannelHealth
_outbox: Any = Outbox


class Health:
    """Notes how channels do: one write an hour, or where something goes wrong. It never raises for the database."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._noted: dict[tuple[str, str], int] = {}

    async def came(self, channels: Iterable[str]) -> None:
        """Messages came in on these channels."""
        for channel in set(channels):
            await self._note(channel, "in_hour")

    async def went(self, channel: str) -> None:
        """A message went out, so the channel is in no trouble."""
        await self._note(channel, "out_hour", trouble="")

    async def failed(self, channel: str) -> None:
        """A message could not be sent, for now or for ever."""
        hour = hour_of(now())
        count = case((_health.failed_hour == hour, _health.failed + 1), else_=1)
        await self._write(channel, {"failed": 1, "failed_hour": hour}, {"failed": count, "failed_hour": hour})

    async def stopped(self, channel: str, why: str) -> None:
        """The provider takes nothing, until something goes out again. `why` is its code."""
        self._noted.pop((channel, "out_hour"), None)
        await self._write(channel, {"trouble": why}, {"trouble": why})

    async def note_troubles(self, channels: Collection[str], troubles: Mapping[str, str]) -> None:
        """What a process that starts its channels finds: those that are on, those that are not, and why."""
        for channel in channels:
            await self._write(channel, {"trouble": ""}, {"trouble": ""})
        for channel, why in troubles.items():
            await self._write(channel, {"trouble": why}, {"trouble": why})
        others = _health.channel.not_in([*channels, *troubles])
        await self._run(update(ChannelHealth).where(others).values(trouble=OFF))

    async def _note(self, channel: str, column: str, **more: str) -> None:
        hour = hour_of(now())
        if self._noted.get((channel, column)) != hour:
            # At once, or all that go out while it is being written would write it too.
            self._noted[channel, column] = hour
            values = {column: hour, **more}
            if not await self._write(channel, values, values):
                self._noted.pop((channel, column), None)

    async def _write(self, channel: str, new: Mapping[str, Any], changed: Mapping[str, Any]) -> bool:
        insert = self._store.insert(ChannelHealth).values(**{**ChannelHealth(channel=channel).model_dump(), **new})
        return await self._run(insert.on_conflict_do_update(index_elements=["channel"], set_=dict(changed)))

    async def _run(self, statement: Any) -> bool:
        """Whether it was written: what is noted here is worth no message."""
        try:
            async with self._store.write() as db:
                await db.execute(statement)
        except (DBAPIError, OSError) as error:
            log.warning("the health of the channels was not noted (%s)", type(error).__name__)
            return False
        return True


async def rows(store: Store) -> dict[str, Any]:
    """What was noted, by channel."""
    async with store.read() as db:
        return {row.channel: row for row in await db.execute(select(ChannelHealth))}


async def waiting(store: Store) -> dict[str, int]:
    """How many messages wait to be sent, by channel."""
    due = select(_outbox.channel, func.count().label("number")).where(_outbox.state == "due")
    async with store.read() as db:
        return {row.channel: row.number for row in await db.execute(due.group_by(_outbox.channel))}
