"""The courier: part by part, with patience, and never twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from conftest import House, house_at
from satark.app import build_bench
from satark.channels.messages import Capabilities, Envelope, Inbound, Kind, Never, Prompt, Secret, Sent, TryAgain, Wire
from satark.channels.spec import Channel, hookimpl
from satark.delivery.backoff import LONGEST, MOST_ATTEMPTS, wait
from satark.delivery.courier import deliver_due
from satark.delivery.lane import Lane
from satark.delivery.outbox import LEASE
from satark.delivery.tools import Courier
from satark.store.clock import now, steady


class Scripted(Channel):
    """Answers as it is told, then takes everything. Its texts are short, so that a prompt has many parts."""

    name = "scripted"
    capabilities = Capabilities(max_text=40, max_text_with_choices=40)

    def __init__(self) -> None:
        self.script: list[Sent | TryAgain | Never | Exception] = []
        self.said: list[tuple[str, str, str]] = []

    def render(self, prompt: Prompt) -> list[Wire]:
        return [Wire({"text": prompt.text})]

    async def send(self, wire: Wire, address: Secret) -> Sent | TryAgain | Never:
        answer = self.script.pop(0) if self.script else Sent()
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Sent):
            self.said.append((address.reveal(), wire.key, wire.body["text"]))
        return answer


channel = Scripted()


class Plugin:
    @hookimpl
    def satark_channels(self, environ: Mapping[str, str]) -> Sequence[Channel]:
        return [channel]


@pytest.fixture
async def scripted(tmp_path: Path, database: str) -> AsyncIterator[House]:
    channel.__init__()  # type: ignore[misc]
    async with house_at(tmp_path, database, scripted=Plugin()) as house:
        said = [Inbound(Kind.CHOICE, choice="language:en"), Inbound(Kind.CHOICE, choice="category:gambling")]
        await house.core.door.receive(
            channel, [Envelope(Secret("917"), Secret(f"{at}"), one) for at, one in enumerate(said)]
        )
        yield house


async def outbox(house: House) -> list[Any]:
    async with house.core.store.read() as db:
        return list(await db.execute(text("SELECT part, attempts, due, claimed_until FROM outbox")))


async def make_due(house: House) -> None:
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE outbox SET due = 0, claimed_until = 0"))


async def test_a_prompt_in_parts_goes_on_where_it_failed(scripted: House) -> None:
    channel.script = [Sent(), Sent(), TryAgain(after=60, why="500")]
    await deliver_due(scripted.bench.courier)
    (row,) = await outbox(scripted)
    assert (row.part, row.attempts, row.claimed_until) == (2, 1, 0)
    await make_due(scripted)
    await deliver_due(scripted.bench.courier)
    assert await outbox(scripted) == []
    keys = [key for _, key, _ in channel.said]
    assert len(keys) == len(set(keys)) > 3
    assert [int(key.split(":")[1]) for key in keys] == list(range(len(keys)))


async def test_a_channel_that_raises_is_tried_again_later(scripted: House) -> None:
    channel.script = [RuntimeError("917")]
    await deliver_due(scripted.bench.courier)
    (row,) = await outbox(scripted)
    assert (row.part, row.attempts) == (0, 1)


async def test_never_is_never(scripted: House) -> None:
    channel.script = [Never("blocked")]
    await deliver_due(scripted.bench.courier)
    assert await outbox(scripted) == []
    assert channel.said == []


async def test_it_is_given_up_in_the_end(scripted: House) -> None:
    channel.script = [TryAgain() for _ in range(MOST_ATTEMPTS)]
    for _ in range(MOST_ATTEMPTS):
        await make_due(scripted)
        await deliver_due(scripted.bench.courier)
    assert await outbox(scripted) == []


async def test_two_workers_never_take_the_same_errand(scripted: House) -> None:
    await asyncio.gather(*(deliver_due(scripted.bench.courier) for _ in range(4)))
    keys = [key for _, key, _ in channel.said]
    assert len(keys) == len(set(keys)) > 0


class Leap:
    """The clocks of the courier and the database's leases, which leap when they are told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 0
        monkeypatch.setattr("satark.delivery.courier.now", lambda: now() + self.seconds)
        for room in ("courier", "delivering"):
            monkeypatch.setattr(f"satark.delivery.{room}.steady", lambda: steady() + self.seconds)


def another_worker(house: House) -> Courier:
    return build_bench(house.core).courier


@pytest.fixture
async def six(scripted: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Six people wait for an answer of one part."""
    monkeypatch.setattr(channel, "capabilities", Capabilities(max_text=4000, max_text_with_choices=4000))
    said = [Envelope(Secret(f"91{at}"), Secret(f"x{at}"), Inbound(Kind.TEXT, "hello there")) for at in range(5)]
    await scripted.core.door.receive(channel, said)
    return scripted


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


async def test_errands_whose_lease_ran_out_are_left_to_who_took_them(
    six: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    leap, ours, theirs = Leap(monkeypatch), six.bench.courier, another_worker(six)
    took: list[int] = []

    async def meanwhile() -> None:
        for leap.seconds in (LEASE - 2, LEASE + 2):
            took.append(await deliver_due(theirs))

    hold_back(ours.lane(channel), monkeypatch, meanwhile)
    await deliver_due(ours)
    assert took == [0, 6]
    assert len({key for _, key, _ in channel.said}) == len(channel.said) == 6
    assert await outbox(six) == []


async def test_what_waits_for_long_renews_its_lease_before_it_is_sent(
    six: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    leap, ours, theirs = Leap(monkeypatch), six.bench.courier, another_worker(six)
    monkeypatch.setattr("satark.delivery.outbox.now", lambda: now() + leap.seconds)
    original, all_of_them, took = channel.send, asyncio.Barrier(6), []

    async def meanwhile() -> None:
        leap.seconds = LEASE - 10

    async def send(wire: Wire, address: Secret) -> Sent | TryAgain | Never:
        if await all_of_them.wait() == 0:
            leap.seconds = LEASE + 20
            took.append(await deliver_due(theirs))
        return await original(wire, address)

    hold_back(ours.lane(channel), monkeypatch, meanwhile)
    monkeypatch.setattr(channel, "send", send)
    await deliver_due(ours)
    assert took == [0]
    assert len({key for _, key, _ in channel.said}) == len(channel.said) == 6


@given(attempts=st.integers(0, 30), asked=st.floats(0, 7200), drawn=st.floats(0, 1, exclude_max=True))
def test_the_wait_grows_is_bounded_and_keeps_what_was_asked(attempts: int, asked: float, drawn: float) -> None:
    seconds = wait(attempts, asked, drawn)
    assert seconds >= 1
    assert seconds >= round(asked)
    assert seconds <= round(max(asked, LONGEST) * 1.5) + 1
