"""A plugin that raises, hangs or is misconfigured takes nothing else down."""

import asyncio
import contextlib
import pickle
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec
import pytest

from satark.channels import registry
from satark.channels.messages import (
    Capabilities,
    Finding,
    Media,
    MediaKind,
    Never,
    Prompt,
    Secret,
    Sent,
    TryAgain,
    Wire,
)
from satark.channels.registry import Registry
from satark.channels.spec import Channel, Host, hookimpl
from satark.channels.testing import FakeHost

ABLE = Capabilities(max_text=100, max_text_with_choices=100)


class Good(Channel):
    name = "good"
    capabilities = ABLE


class Raising(Good):
    name = "raising"

    async def start(self, host: Host) -> None:
        raise RuntimeError("my number is 9876543210")

    def render(self, prompt: Prompt) -> list[Wire]:
        raise RuntimeError

    async def send(self, wire: Wire, address: Secret) -> Sent:
        raise RuntimeError(address.reveal())

    async def check(self) -> list[Finding]:
        raise RuntimeError


class Hanging(Good):
    name = "hanging"

    async def start(self, host: Host) -> None:
        await asyncio.Event().wait()

    async def stop(self) -> None:
        await asyncio.Event().wait()

    async def send(self, wire: Wire, address: Secret) -> Sent:
        await asyncio.Event().wait()
        raise AssertionError

    async def fetch(self, media: Media) -> AsyncIterator[bytes]:  # type: ignore[override]
        yield b"first"
        await asyncio.Event().wait()


class Older(Good):
    name = "older"
    contract = 0


def plugin(*channels: type[Channel]) -> Any:
    class Plugin:
        @hookimpl
        def satark_channels(self, environ: Mapping[str, str]) -> Sequence[Channel]:
            return [channel() for channel in channels]

    return Plugin()


class Misspelt:
    @hookimpl
    def satark_chanels(self, environ: Mapping[str, str]) -> Sequence[Channel]:
        return []


class Failing:
    @hookimpl
    def satark_channels(self, environ: Mapping[str, str]) -> Sequence[Channel]:
        raise RuntimeError


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "START_LIMIT", 0.05)
    monkeypatch.setattr(registry, "SEND_LIMIT", 0.05)


async def test_the_good_go_on_whatever_the_others_do(short: None, caplog: pytest.LogCaptureFixture) -> None:
    house = Registry({})
    for name, one in {"b": plugin(Raising), "m": Misspelt(), "f": Failing(), "h": plugin(Hanging), "o": plugin(Older),
                      "g": plugin(Good), "again": plugin(Good)}.items():  # fmt: skip
        house.add(one, name)
    house.load(["not-installed"])
    await house.start(lambda _channel: FakeHost())
    assert set(house.channels) == {"good"}
    assert set(house.troubles) == {"m", "f", "older", "good", "raising", "hanging", "not-installed"}
    assert "9876543210" not in caplog.text + str(house.troubles)
    findings = await house.check()
    assert not any(finding.well for name in ("raising", "hanging") for finding in findings[name])
    await house.stop()


class Point:
    """An entry point whose plugin does what the test wants when it is imported."""

    def __init__(self, load: Any) -> None:
        self.load = load


def ending() -> Any:
    raise SystemExit(3)


@pytest.mark.parametrize("load", [ending, threading.Event().wait])
def test_a_plugin_that_ends_or_hangs_its_import_stops_no_other(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "START_LIMIT", 0.1)
    house = Registry({})
    points: Any = {"bad": Point(load), "good": Point(lambda: plugin(Good))}
    house.load(["bad", "good"], points)
    assert (set(house.channels), set(house.troubles)) == ({"good"}, {"bad"})


def test_what_is_no_channel_takes_none_of_its_plugin_with_it() -> None:
    class Property(Good):
        @property
        def title(self) -> str:  # type: ignore[override]
            raise SystemExit(3)

    house = Registry({})
    house.add(plugin(Property, int, Good), "some")  # type: ignore[arg-type]
    assert (set(house.channels), set(house.troubles)) == ({"good"}, {"some"})


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("templates", 7),
        ("static", "/there/is/none"),
        ("webhook", "/a b{c"),
        ("body_limit", -1),
        ("capabilities", Capabilities(max_text="x", max_text_with_choices=1)),  # type: ignore[arg-type]
        ("capabilities", Capabilities(max_text=0, max_text_with_choices=1)),
    ],
)
def test_what_a_channel_declares_is_looked_at(name: str, declared: object) -> None:
    house = Registry({})
    house.add(plugin(type("Odd", (Good,), {"name": "odd", name: declared}), Good), "some")
    assert (set(house.channels), house.troubles) == ({"good"}, {"odd": f"declares `{name}` wrongly"})


async def test_what_does_not_end_when_it_is_cancelled_is_left_alone(short: None) -> None:
    freed = asyncio.Event()

    async def stubborn(*_args: object) -> None:
        while not freed.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await freed.wait()

    channel = type("Stubborn", (Good,), {"name": "stubborn", "send": stubborn, "start": stubborn})()
    house = Registry({})
    house.channels["stubborn"] = channel
    await house.start(lambda _channel: FakeHost())
    assert set(house.troubles) == {"stubborn"}
    assert isinstance(await registry.send(channel, Wire({}), Secret("919876543210")), TryAgain)
    freed.set()


async def test_a_send_that_raises_or_hangs_is_tried_again(short: None) -> None:
    for channel in (Raising(), Hanging()):
        outcome = await registry.send(channel, Wire({}), Secret("919876543210"))
        assert isinstance(outcome, TryAgain)
        assert "9198" not in repr(outcome)


async def test_a_render_that_raises_is_never(short: None) -> None:
    assert isinstance(await registry.render(Raising(), Prompt("x", "en", "x")), Never)


async def test_a_fetch_that_hangs_ends(short: None) -> None:
    got = []
    with pytest.raises(TimeoutError):
        async for chunk in registry.fetch(Hanging(), Media(MediaKind.PHOTO, ref=Secret("x"))):
            got.append(chunk)
    assert got == [b"first"]


def test_a_secret_shows_nowhere() -> None:
    secret = Secret("919876543210")
    assert "9198" not in f"{secret!r} {secret} {secret:>20} {[secret]} {Media(MediaKind.PHOTO, ref=secret)}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        msgspec.json.encode(secret)
