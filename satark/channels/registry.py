"""Finds the channel plugins by entry point, starts and stops them, and stands between them and the core.

A plugin that cannot be imported, raises, hangs or is misconfigured ends up in `Registry.troubles` with a reason, and
takes nothing else down.
"""

import asyncio
import inspect
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy
from msgspec.structs import replace

from satark.channels.messages import Capabilities, Finding, Media, Never, Prompt, Secret, Sent, TryAgain, Wire
from satark.channels.redaction import handling, redact
from satark.channels.spec import CONTRACT, PROJECT, Channel, Hooks, Host, Misconfigured
from satark.channels.threads import PluginExitError, threads_of
from satark.channels.validation import InvalidResultError, Outcome, check_findings, check_outcome, check_wires

log = logging.getLogger(__name__)

GROUP = "satark.channels"
START_LIMIT = 10.0
SEND_LIMIT = 30.0
RENDER_LIMIT = 5.0
SEEN_LIMIT = 3.0
LINK_LIMIT = 1.0
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


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
        elif field := _malformed_field(channel):
            self.troubles[name] = f"declares `{field}` wrongly"
        else:
            self.channels[name] = channel

    def switch_off(self, name: str, why: str) -> None:
        """Take a channel out, for a reason that the operator is told."""
        self.channels.pop(name, None)
        self.troubles[name] = why

    async def start(self, host_for: Callable[[Channel], Host]) -> None:
        """Start all channels at once. One that raises or takes longer than its limit is switched off."""
        await asyncio.gather(*(self._start(channel, host_for(channel)) for channel in list(self.channels.values())))
        self.started = True

    async def _start(self, channel: Channel, host: Host) -> None:
        try:
            await _within(START_LIMIT, lambda: channel.start(host))
        except Exception as error:  # noqa: BLE001
            self.switch_off(channel.name, f"did not start ({type(error).__name__})")
            log.warning("channel %s did not start: %s; see `satark doctor`", channel.name, type(error).__name__)

    async def stop(self) -> None:
        await asyncio.gather(*(self._stop(channel) for channel in self.channels.values()))

    async def _stop(self, channel: Channel) -> None:
        try:
            await _within(START_LIMIT, channel.stop)
        except Exception as error:  # noqa: BLE001
            log.warning("channel %s did not stop: %s", channel.name, type(error).__name__)

    async def links(self, poster: str) -> dict[str, str]:
        """Where a conversation can be opened, by the title of the channel. `poster` is the code of a poster, or empty."""
        linked = [channel for channel in self.channels.values() if type(channel).link is not Channel.link]
        found = await asyncio.gather(*(_link(channel, poster) for channel in linked))
        return {channel.title: link for channel, link in zip(linked, found, strict=True) if link}

    async def check(self) -> dict[str, list[Finding]]:
        """The findings of every channel; a trouble or a failing check is a finding too."""
        found = {name: [Finding(False, f"{name} {why}")] for name, why in self.troubles.items()}
        for name, channel in self.channels.items():
            try:
                found[name] = check_findings(await _within(START_LIMIT, channel.check))
            except Exception as error:  # noqa: BLE001
                found[name] = [Finding(False, f"the check of {name} failed ({type(error).__name__})")]
        return found


async def _link(channel: Channel, poster: str) -> str:
    """The channel's link; "" where it has none, or none in time."""
    try:
        link = await threads_of(channel).run(lambda: channel.link(poster), LINK_LIMIT)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        log.warning("channel %s has no link (%s)", channel.name, type(error).__name__)
        return ""
    return link if isinstance(link, str) else ""


def _malformed_field(channel: Channel) -> str:
    """The name of the first declaration that is not what the contract says; "" where all are."""
    paths = {name: getattr(channel, name) for name in ("webhook", "uploads")}
    right = {
        "name": isinstance(channel.name, str) and _NAME.fullmatch(channel.name) is not None,
        "title": isinstance(channel.title, str),
        "capabilities": isinstance(channel.capabilities, Capabilities),
        "body_limit": isinstance(channel.body_limit, int),
        **{name: path is None or (isinstance(path, str) and path[:1] == "/") for name, path in paths.items()},
    }
    return next((name for name, is_right in right.items() if not is_right), "")


async def _within(limit_s: float, begin: Callable[[], Any]) -> Any:
    """Return what a method of a plugin returns, awaited where it must be. Whatever would end this task or the process is an
    error of the plugin."""
    try:
        async with asyncio.timeout(limit_s):
            found = begin()
            return await found if inspect.isawaitable(found) else found
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise PluginExitError(type(error).__name__) from None
    except (KeyboardInterrupt, SystemExit, GeneratorExit) as error:
        raise PluginExitError(type(error).__name__) from None


async def render(channel: Channel, prompt: Prompt, *, knocking: bool = False) -> Sequence[Wire] | Never:
    """The prompt in the channel's terms, or as a knock; `Never` where the plugin cannot render it."""
    try:
        made = await threads_of(channel).run(
            lambda: channel.knock(prompt) if knocking else channel.render(prompt), RENDER_LIMIT
        )
        return check_wires(made)
    except Exception as error:  # noqa: BLE001
        return Never(f"render:{type(error).__name__}")


async def render_each(channel: Channel, prompts: Sequence[Sequence[Prompt]]) -> list[Sequence[Wire] | Never]:
    """Each several prompts in the channel's terms, all in one go, for a thread a prompt costs more than the rendering. Where
    one of many takes too long, each is rendered for itself: the others need not wait for it."""
    try:
        return await threads_of(channel).run(lambda: [_render(channel, some) for some in prompts], RENDER_LIMIT)
    except (TimeoutError, PluginExitError) as error:
        if len(prompts) == 1:
            return [Never(f"render:{type(error).__name__}")]
        each = await asyncio.gather(*(render_each(channel, [some]) for some in prompts))
        return [one for (one,) in each]


def _render(channel: Channel, prompts: Sequence[Prompt]) -> Sequence[Wire] | Never:
    try:
        return [wire for prompt in prompts for wire in check_wires(channel.render(prompt))]
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one prompt, the others are rendered
        return Never(f"render:{type(error).__name__}")


async def seen(channel: Channel, external_id: Secret, address: Secret) -> None:
    """A courtesy, worth a short wait and no error."""
    try:
        with handling(address.reveal(), external_id.reveal()):
            await _within(SEEN_LIMIT, lambda: channel.seen(external_id, address))
    except Exception as error:  # noqa: BLE001
        log.debug("channel %s could not show that a message was read (%s)", channel.name, type(error).__name__)


async def send(channel: Channel, wire: Wire, address: Secret) -> Outcome:
    """Send one message part. Whatever a plugin raises or returns that is no outcome, or however long it takes, is
    `TryAgain`."""
    with handling(address.reveal()):
        try:
            outcome = check_outcome(await _within(SEND_LIMIT, lambda: channel.send(wire, address)))
        except InvalidResultError:
            return TryAgain(why="send:no outcome")
        except Exception as error:  # noqa: BLE001
            return TryAgain(why=f"send:{type(error).__name__}")
    return outcome if isinstance(outcome, Sent) else replace(outcome, why=redact(outcome.why, [address.reveal()]))


async def discard(channel: Channel, media: Media) -> None:
    """Delete a file at its provider, within the time of a send. Raises whatever the plugin does."""
    await _within(SEND_LIMIT, lambda: channel.discard(media))


async def fetch(channel: Channel, media: Media) -> AsyncIterator[bytes]:
    """The bytes of a media, with the time limit of a send between any two chunks. Raises whatever the plugin does, and
    InvalidResultError for what is no bytes."""
    chunks = await _within(SEND_LIMIT, lambda: channel.fetch(media))
    if not isinstance(chunks, AsyncIterator):
        raise InvalidResultError(f"{type(chunks).__name__} is no async iterator")
    while True:
        try:
            chunk = await _within(SEND_LIMIT, lambda: anext(chunks))
        except StopAsyncIteration:
            return
        if not isinstance(chunk, bytes):
            raise InvalidResultError(f"{type(chunk).__name__} is no bytes")
        yield chunk
