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
from pathlib import Path
from typing import Any

import msgspec
import pluggy
from msgspec.structs import replace

from satark.channels.messages import Capabilities, Finding, Media, Never, Prompt, Secret, Sent, TryAgain, Wire
from satark.channels.redaction import handling, redact
from satark.channels.spec import CONTRACT, PROJECT, Channel, Hooks, Host, Misconfigured
from satark.channels.threads import PluginExitError, run_alone, threads_of
from satark.channels.validation import InvalidResultError, Outcome, check_findings, check_outcome, check_wires

log = logging.getLogger(__name__)

GROUP = "satark.channels"
START_LIMIT = 10.0
SEND_LIMIT = 30.0
RENDER_LIMIT = 5.0
SEEN_LIMIT = 3.0
LINK_LIMIT = 1.0
# What a page leads to: no script, and no file.
LINKS = ("https://", "http://")
_END = object()
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


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
        self._unconfigured: set[str] = set()
        self.started = False

    def load(self, wanted: Iterable[str], points: Mapping[str, EntryPoint] | None = None) -> None:
        """Load the named plugins, in their order. One that is not installed is a trouble, not an error."""
        points = installed() if points is None else points
        for name in wanted:
            if name not in points:
                self.troubles[name] = "is not installed"
                continue
            try:
                plugin = run_alone(points[name].load, START_LIMIT)
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything at import
                self.troubles[name] = f"cannot be loaded ({type(error).__name__})"
                continue
            self.add(plugin, name)

    def add(self, plugin: object, name: str) -> None:
        """Take in the channels of one plugin. A hook it misspelt, or a name that is taken, is a trouble."""
        try:
            offered = run_alone(lambda: self._offered(plugin, name), START_LIMIT)
        except Misconfigured as error:
            self._manager.unregister(name=name)
            self._unconfigured.add(name)
            self.troubles[name] = f"is not configured: {error}"
        except Exception as error:  # noqa: BLE001 - whatever a plugin does, the others go on
            self._manager.unregister(name=name)
            self.troubles[name] = f"offers no channel ({type(error).__name__})"
        else:
            for channel in offered:
                self._try_to_admit(channel, name)

    def _offered(self, plugin: object, name: str) -> list[Channel]:
        self._manager.register(plugin, name)
        self._manager.check_pending()
        hook = self._manager.subset_hook_caller(
            "satark_channels", [other for other in self._manager.get_plugins() if other is not plugin]
        )
        return [channel for channels in hook(environ=self.environ) for channel in channels]

    def _try_to_admit(self, channel: Channel, plugin: str) -> None:
        """One channel that is none takes no other of its plugin with it."""
        try:
            run_alone(lambda: self._admit(channel), START_LIMIT)
        except Exception as error:  # noqa: BLE001 - what it declares may be a property that raises anything
            self.troubles[plugin] = f"offers what is no channel ({type(error).__name__})"

    def _admit(self, channel: Channel) -> None:
        name = channel.name
        if not isinstance(channel, Channel):
            raise InvalidResultError(f"{type(channel).__name__} is no Channel")
        if channel.contract != CONTRACT:
            self.troubles[name] = f"speaks contract {channel.contract}, the core speaks {CONTRACT}"
        elif name in self.channels:
            self.troubles[name] = "is offered twice"
        elif field := _malformed_field(channel):
            self.troubles[name] = f"declares `{field}` wrongly"
        else:
            self.channels[name] = channel

    async def check_failed(self) -> str:
        """Return which channels are off though they were asked for and have their settings; "" where none is."""
        return "; ".join(f"{name} {why}" for name, why in self.troubles.items() if name not in self._unconfigured)

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
    return link if isinstance(link, str) and link.startswith(LINKS) else ""


def _malformed_field(channel: Channel) -> str:
    """The name of the first declaration that is not what the contract says; "" where all are."""
    right = {
        "name": isinstance(channel.name, str) and _NAME.fullmatch(channel.name) is not None,
        "title": isinstance(channel.title, str),
        "capabilities": _is_able(channel.capabilities),
        "body_limit": isinstance(channel.body_limit, int) and channel.body_limit > 0,
        **{name: _is_path(getattr(channel, name)) for name in ("webhook", "uploads")},
        **{name: _is_folder(getattr(channel, name)) for name in ("templates", "static")},
    }
    return next((name for name, is_right in right.items() if not is_right), "")


def _is_able(declared: object) -> bool:
    """Whether capabilities are of the types that the contract names: msgspec does not look when they are made."""
    if not isinstance(declared, Capabilities):
        return False
    try:
        msgspec.convert(msgspec.to_builtins(declared), Capabilities)
    except (msgspec.ValidationError, TypeError):
        return False
    return min(declared.max_text, declared.max_text_with_choices) > 0


def _is_path(declared: object) -> bool:
    return declared is None or (isinstance(declared, str) and _PATH.fullmatch(declared) is not None)


def _is_folder(declared: object) -> bool:
    return declared is None or (isinstance(declared, str | Path) and Path(declared).is_dir())


async def _within(limit_s: float, begin: Callable[[], Any]) -> Any:
    """Return what a method of a plugin returns, awaited where it must be. It has a task of its own, which is left alone
    where it does not end when it is cancelled. Whatever would end this task or the process is an error of the plugin."""
    task = asyncio.create_task(_carried_out(begin))
    task.add_done_callback(_note_end)
    try:
        done, _ = await asyncio.wait((task,), timeout=limit_s)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if not done:
        task.cancel()
        raise TimeoutError
    return task.result()


async def _carried_out(begin: Callable[[], Any]) -> Any:
    try:
        found = begin()
        return await found if inspect.isawaitable(found) else found
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise PluginExitError(type(error).__name__) from None
    except Exception:
        raise
    except BaseException as error:  # noqa: BLE001 - what is no Exception would pass all that waits for one
        raise PluginExitError(type(error).__name__) from None


def _note_end(task: "asyncio.Task[Any]") -> None:
    """Or asyncio writes to the log what was raised after nobody waited any more, addresses and all."""
    if not task.cancelled():
        task.exception()


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
    chunks: asyncio.Queue[object] = asyncio.Queue(1)
    task = asyncio.create_task(_pass_on(channel, media, chunks))
    try:
        while True:
            async with asyncio.timeout(SEND_LIMIT):
                chunk = await chunks.get()
            if chunk is _END:
                return
            if isinstance(chunk, Exception):
                raise chunk
            if not isinstance(chunk, bytes):
                raise InvalidResultError(f"{type(chunk).__name__} is no bytes")
            yield chunk
    finally:
        task.cancel()


async def _pass_on(channel: Channel, media: Media, chunks: "asyncio.Queue[object]") -> None:
    """All chunks, then how it ended: in one task, for what a plugin opens in one it may not close in another."""
    try:
        found = await _carried_out(lambda: channel.fetch(media))
        if not isinstance(found, AsyncIterator):
            raise InvalidResultError(f"{type(found).__name__} is no async iterator")
        while True:
            await chunks.put(await _carried_out(found.__anext__))
    except StopAsyncIteration:
        await chunks.put(_END)
    except Exception as error:  # noqa: BLE001 - whoever reads the chunks raises it
        await chunks.put(error)
