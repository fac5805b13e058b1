"""The courier: part by part, with patience, and never twice."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from conftest import House
from satark.channels.messages import Never, Sent, TryAgain
from satark.delivery.backoff import LONGEST, MOST_ATTEMPTS, wait
from satark.delivery.courier import deliver_due
from satark.delivery.outbox import wire_key
from tests.delivery.scripted import channel, make_due, outbox


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
    assert keys == [wire_key(row, part) for part in range(len(keys))]


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


@given(attempts=st.integers(0, 30), asked=st.floats(0, 7200), drawn=st.floats(0, 1, exclude_max=True))
def test_the_wait_grows_is_bounded_and_keeps_what_was_asked(attempts: int, asked: float, drawn: float) -> None:
    seconds = wait(attempts, asked, drawn)
    assert seconds >= 1
    assert seconds >= round(asked)
    assert seconds <= round(max(asked, LONGEST) * 1.5) + 1
