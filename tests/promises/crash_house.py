"""A Satark with one more channel, a pager whose provider is a stand-in of the test: to be killed."""

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence

import httpx

from satark.channels.messages import Secret, Sent, TryAgain, Wire
from satark.channels.spec import Channel, hookimpl
from satark.commands.everything import everything
from satark.settings import Settings
from satark.web.logs import configure_logging
from satark_simulator.plugin import Chat


class Pager(Chat):
    """Speaks like the simulated chat, and writes to a provider by HTTP, as real channels do."""

    name = "pager"

    async def send(self, wire: Wire, address: Secret) -> Sent | TryAgain:
        async with httpx.AsyncClient() as client:
            said = {"to": address.reveal(), "key": wire.key, "text": wire.body["text"]}
            answer = await client.post(os.environ["PAGER_URL"], json=said)
        return Sent((Secret(wire.key),)) if answer.status_code == 200 else TryAgain()


class Plugin:
    @hookimpl
    def satark_channels(self, environ: Mapping[str, str]) -> Sequence[Channel]:
        return [Pager()]


PLUGIN = Plugin()


if __name__ == "__main__":
    configure_logging(logging.WARNING)
    asyncio.run(everything(Settings(), {"pager": PLUGIN}))
