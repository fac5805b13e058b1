"""Finds the channel plugins by entry point, starts and stops them, and stands between them and the core.

A plugin that cannot be imported, raises, hangs or is misconfigured ends up in `Registry.troubles` with a reason, and
takes nothing else down.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy
from msgspec.structs import replace

from satark.channels.messages import Finding, Media, Never, Prompt, Secret, Sent, TryAgain, WindowClosed, Wire
from satark.channels.redaction import handling, redact
from satark.channels.spec import CONTRACT, PROJECT, Channel, Hooks, Host, Misconfigured

log = logging.getLogger(__name__)

GROUP = "satark.channels"
START_LIMIT = 10.0
SEND_LIMIT = 30.0
RENDER_LIMIT = 5.0
SEEN_LIMIT = 3.0


def installed() -> dict[str, EntryPoint]:
    """The channel plugins that are installed, loaded or not."""
    return {point.name: point for point in entry_points(group=GROUP)}


class Registry:
    """The channels that are on, and the settings that they were given. `troubles` tells by plugin or channel name why one is
    not; `started` is whether they run in this process."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(Hooks)
        self.channels: dict[str, Channel] = {}
        self.troubles: dict[str, str] = {}
        self.started = False

    def load(self, wanted: Iterable[str], points: Mapping[str, EntryPoint] | None = None) -> None:
        """Load the named plugins, in their order. One that is not installed is a trouble, not an error."""
        points = installed() if points is None else points
        for name in wanted:
            if name not in points:
                self.troubles[name] = "is not installed"
                continue
            try:
                self.add(points[name].load(), name)
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything at import
                self.troubles[name] = f"cannot be loaded ({type(error).__name__})"

    def add(self, plugin: object, name: str) -> None:
        """Take in the channels of one plugin. A hook it misspelt, or a name that is taken, is a trouble."""
        self._manager.register(plugin, name)
        try:
            self._manager.check_pending()
            offered = self._manager.subset_hook_caller(
                "satark_channels", [other for other in self._manager.get_plugins() if other is not plugin]
            )(environ=self.environ)
            for channel in [channel for channels in offered for channel in channels]:
                self._admit(channel)
        except Misconfigured as error:
            self._manager.unregister(plugin)
            self.troubles[name] = f"is not configured: {error}"
        except Exception as error:  # noqa: BLE001 - whatever a plugin does, the others go on
            self._manager.unregister(plugin)
            self.troubles[name] = f"offers no channel ({type(error).__name__})"

    def _admit(self, channel: Channel) -> None:
        name = channel.name
        if channel.contract != CONTRACT:
            self.troubles[name] = f"speaks contract {channel.contract}, the core speaks {CONTRACT}"
        elif name in self.channels:
            self.troubles[name] = "is offered twice"
        else:
            self.channels[name] = channel

    async def start(self, host_for: Callable[[Channel], Host]) -> None:
        """Start all channels at once. One that raises or takes longer than its limit is switched off."""
        await asyncio.gather(*(self._start(channel, host_for(channel)) for channel in list(self.channels.values())))
        self.started = True

    async def _start(self, channel: Channel, host: Host) -> None:
        try:
            async with asyncio.timeout(START_LIMIT):
                await channel.start(host)
        except Exception as error:  # noqa: BLE001
            del self.channels[channel.name]
            self.troubles[channel.name] = f"did not start ({type(error).__name__})"
            log.warning("channel %s did not start: %s; see `satark doctor`", channel.name, type(error).__name__)

    async def stop(self) -> None:
        await asyncio.gather(*(self._stop(channel) for channel in self.channels.values()))

    async def _stop(self, channel: Channel) -> None:
        try:
            async with asyncio.timeout(START_LIMIT):
                await channel.stop()
        except Exception as error:  # noqa: BLE001
            log.warning("channel %s did not stop: %s", channel.name, type(error).__name__)

    def links(self, poster: str) -> dict[str, str]:
        """Where a conversation can be opened, by the title of the channel. `poster` is the code of a poster, or empty."""
        found = {}
        for name, channel in self.channels.items():
            try:
                found[channel.title] = channel.link(poster)
            except Exception as error:  # noqa: BLE001
                log.warning("channel %s has no link (%s)", name, type(error).__name__)
        return {title: link for title, link in found.items() if link}

    async def check(self) -> dict[str, list[Finding]]:
        """The findings of every channel; a trouble or a failing check is a finding too."""
        found = {name: [Finding(False, f"{name} {why}")] for name, why in self.troubles.items()}
        for name, channel in self.channels.items():
            try:
                async with asyncio.timeout(START_LIMIT):
                    found[name] = await channel.check()
            except Exception as error:  # noqa: BLE001
                found[name] = [Finding(False, f"the check of {name} failed ({type(error).__name__})")]
        return found


async def render(channel: Channel, prompt: Prompt, *, knocking: bool = False) -> Sequence[Wire] | Never:
    """The prompt in the channel's terms, or as a knock; `Never` where the plugin cannot render it."""
    try:
        async with asyncio.timeout(RENDER_LIMIT):
            return await asyncio.to_thread(channel.knock if knocking else channel.render, prompt)
    except Exception as error:  # noqa: BLE001
        return Never(f"render:{type(error).__name__}")


async def render_each(channel: Channel, prompts: Sequence[Sequence[Prompt]]) -> list[Sequence[Wire] | Never]:
    """Each several prompts in the channel's terms, all in one go, for a thread a prompt costs more than the rendering. Where
    one of many takes too long, each is rendered for itself: the others need not wait for it."""
    try:
        async with asyncio.timeout(RENDER_LIMIT):
            return await asyncio.to_thread(lambda: [_render(channel, some) for some in prompts])
    except TimeoutError:
        if len(prompts) == 1:
            return [Never("render:TimeoutError")]
        each = await asyncio.gather(*(render_each(channel, [some]) for some in prompts))
        return [one for (one,) in each]


def _render(channel: Channel, prompts: Sequence[Prompt]) -> Sequence[Wire] | Never:
    try:
        return [wire for prompt in prompts for wire in channel.render(prompt)]
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one prompt, the others are rendered
        return Never(f"render:{type(error).__name__}")


async def seen(channel: Channel, external_id: Secret, address: Secret) -> None:
    """A courtesy, worth a short wait and no error."""
    try:
        with handling(address.reveal(), external_id.reveal()):
            async with asyncio.timeout(SEEN_LIMIT):
                await channel.seen(external_id, address)
    except Exception as error:  # noqa: BLE001
        log.debug("channel %s could not show that a message was read (%s)", channel.name, type(error).__name__)


async def send(channel: Channel, wire: Wire, address: Secret) -> Sent | TryAgain | Never | WindowClosed:
    """Send one message part. Whatever a plugin raises, or however long it takes, is `TryAgain`."""
    with handling(address.reveal()):
        try:
            async with asyncio.timeout(SEND_LIMIT):
                outcome: Any = await channel.send(wire, address)
        except Exception as error:  # noqa: BLE001
            return TryAgain(why=f"send:{type(error).__name__}")
    if isinstance(outcome, (TryAgain, Never, WindowClosed)):
        return replace(outcome, why=redact(outcome.why, [address.reveal()]))
    return outcome if isinstance(outcome, Sent) else TryAgain(why="send:no outcome")


async def discard(channel: Channel, media: Media) -> None:
    """Delete a file at its provider, within the time of a send. Raises whatever the plugin does."""
    async with asyncio.timeout(SEND_LIMIT):
        await channel.discard(media)


async def fetch(channel: Channel, media: Media) -> AsyncIterator[bytes]:
    """The bytes of a media, with the time limit of a send between any two chunks."""
    chunks = channel.fetch(media)
    while True:
        async with asyncio.timeout(SEND_LIMIT):
            try:
                chunk = await anext(chunks)
            except StopAsyncIteration:
                return
        yield chunk
