"""A channel that answers as it is told, and what happens around it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import text

from conftest import House
from satark.app import build_bench
from satark.channels.messages import Capabilities, Never, Prompt, Secret, Sent, TryAgain, Wire
from satark.channels.spec import Channel, hookimpl
from satark.delivery.lane import Lane
from satark.delivery.tools import Courier
from satark.store.clock import now, steady


class Scripted(Channel):
    """Answers as it is told, then takes everything. Its texts are short, so that a prompt has many parts."""

    name = "scripted"
    capabilities = Capabilities(max_text=40, max_text_with_choices=40)

    def __init__(self) -> None:
        self.script: list[Sent | TryAgain | Never | Exception] = []
        self.said: list[tuple[str, str, str]] = []
        self.shown: list[str] = []

    def render(self, prompt: Prompt) -> list[Wire]:
        return [Wire({"text": prompt.text})]

    async def send(self, wire: Wire, address: Secret) -> Sent | TryAgain | Never:
        answer = self.script.pop(0) if self.script else Sent()
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Sent):
            self.said.append((address.reveal(), wire.key, wire.body["text"]))
        return answer

    async def seen(self, external_id: Secret, address: Secret) -> None:
        self.shown.append(address.reveal())

    @property
    def keys(self) -> list[str]:
        return [key for _, key, _ in self.said]


channel = Scripted()


class Plugin:
    @hookimpl
    def satark_channels(self, environ: Mapping[str, str]) -> Sequence[Channel]:
        return [channel]


async def outbox(house: House) -> list[Any]:
    async with house.core.store.read() as db:
        return list(await db.execute(text("SELECT part, attempts, due, claimed_until, provider_ref FROM outbox")))


async def make_due(house: House) -> None:
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE outbox SET due = 0, claimed_until = 0"))


class Leap:
    """The clocks of the courier and the database's leases, which leap when they are told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 0
        monkeypatch.setattr("satark.delivery.courier.now", lambda: now() + self.seconds)
        for room in ("courier", "delivering"):
            monkeypatch.setattr(f"satark.delivery.{room}.steady", lambda: steady() + self.seconds)


def another_worker(house: House) -> Courier:
    return build_bench(house.core).courier


def hold_back(lane: Lane, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], Awaitable[None]]) -> None:
    """Whoever is in the lane waits until something else is over."""
    first, over = [True], asyncio.Event()

    async def turn() -> None:
        if first:
            first.clear()
            await meanwhile()
            over.set()
        await over.wait()

    monkeypatch.setattr(lane, "turn", turn)
