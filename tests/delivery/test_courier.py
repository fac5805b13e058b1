"""The courier: part by part, with patience, and never twice."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from conftest import House, house_at
from satark.channels.messages import Capabilities, Envelope, Inbound, Kind, Never, Prompt, Secret, Sent, TryAgain, Wire
from satark.channels.spec import Channel, hookimpl
from satark.delivery.backoff import LONGEST, MOST_ATTEMPTS, wait
from satark.delivery.courier import deliver_due
from satark.store.clock import now


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
    import asyncio

    await asyncio.gather(*(deliver_due(scripted.bench.courier) for _ in range(4)))
    keys = [key for _, key, _ in channel.said]
    assert len(keys) == len(set(keys)) > 0


async def test_an_errand_whose_lease_ran_out_is_left_to_who_took_it(
    scripted: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first errand takes longer than the lease of those behind it, and another worker takes them meanwhile."""
    said = [Envelope(Secret(f"91{at}"), Secret(f"x{at}"), Inbound(Kind.TEXT, "hello there")) for at in range(5)]
    await scripted.core.door.receive(channel, said)
    clock = [now()]
    monkeypatch.setattr("satark.delivery.courier.now", lambda: clock[0])
    original, slow = channel.send, [True]

    async def send(wire: Wire, address: Secret) -> Sent | TryAgain | Never:
        if slow:
            slow.clear()
            clock[0] += 55
            await deliver_due(scripted.bench.courier)
            clock[0] += 10
            await deliver_due(scripted.bench.courier)
        return await original(wire, address)

    monkeypatch.setattr(channel, "send", send)
    await deliver_due(scripted.bench.courier)
    keys = [key for _, key, _ in channel.said]
    assert len({phone for phone, _, _ in channel.said}) == 6
    assert len(keys) == len(set(keys))
    assert await outbox(scripted) == []


@given(attempts=st.integers(0, 30), asked=st.floats(0, 7200), drawn=st.floats(0, 1, exclude_max=True))
def test_the_wait_grows_is_bounded_and_keeps_what_was_asked(attempts: int, asked: float, drawn: float) -> None:
    seconds = wait(attempts, asked, drawn)
    assert seconds >= 1
    assert seconds >= round(asked)
    assert seconds <= round(max(asked, LONGEST) * 1.5) + 1
