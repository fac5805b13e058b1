"""Who may send an errand: one worker at a time, whatever becomes of the others."""

import asyncio
from collections import Counter

import pytest

from conftest import House
from satark.channels.messages import Never, Secret, Sent, TryAgain, Wire
from satark.delivery.courier import deliver_due
from satark.delivery.leases import LEASE
from satark.delivery.outbox import AllSent, Entry
from satark.store.clock import now
from tests.delivery.scripted import Leap, another_worker, channel, hold_back, outbox


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


async def test_a_worker_that_dies_between_the_send_and_its_record_is_followed_by_one_that_says_it_again(
    six: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the same keys, so that a provider that knows them says it once. A record that comes late does no harm."""
    leap, ours, theirs = Leap(monkeypatch), six.bench.courier, another_worker(six)
    write, dead, late = ours.ledger.write, asyncio.Barrier(7), asyncio.Event()

    async def hang(entry: Entry) -> int:
        if isinstance(entry, AllSent):
            await dead.wait()
            await late.wait()
        return await write(entry)

    monkeypatch.setattr(ours.ledger, "write", hang)
    delivering = asyncio.create_task(deliver_due(ours))
    await dead.wait()
    leap.seconds = LEASE - 2
    assert await deliver_due(theirs) == 0
    leap.seconds = LEASE + 2
    assert await deliver_due(theirs) == 6
    assert sorted(Counter(channel.keys).values()) == [2] * 6
    assert await outbox(six) == []
    late.set()
    await delivering
    assert await outbox(six) == []
    assert len(channel.said) == 12


async def test_two_workers_share_what_is_due(six: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = six.bench.courier, another_worker(six)
    for worker in (ours, theirs):
        monkeypatch.setattr(worker.lane(channel), "_most", 2)
    both = asyncio.Barrier(2)
    original = channel.send

    async def send(wire: Wire, address: Secret) -> Sent | TryAgain | Never:
        """The first two wait for each other, so both workers have some."""
        if len(channel.said) + both.n_waiting < 2:
            await both.wait()
        return await original(wire, address)

    monkeypatch.setattr(channel, "send", send)
    tried = await asyncio.gather(deliver_due(ours), deliver_due(theirs))
    assert sum(tried) == 6
    assert len(set(channel.keys)) == len(channel.said) == 6
    assert await outbox(six) == []


async def test_a_worker_that_stops_leaves_what_it_has_not_sent_to_others_at_once(
    six: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = six.bench.courier, another_worker(six)
    sending, answer = asyncio.Event(), asyncio.Event()
    original, turn, turns = channel.send, asyncio.Event(), iter(range(6))

    async def send(wire: Wire, address: Secret) -> Sent | TryAgain | Never:
        if not channel.said:
            sending.set()
            await answer.wait()
        return await original(wire, address)

    async def wait() -> None:
        if next(turns):
            await turn.wait()

    monkeypatch.setattr(channel, "send", send)
    monkeypatch.setattr(ours.lane(channel), "turn", wait)
    delivering = asyncio.create_task(deliver_due(ours))
    await sending.wait()
    stopping = asyncio.create_task(ours.stop())
    while ours.lane(channel).is_open:
        await asyncio.sleep(0)
    turn.set()
    answer.set()
    await asyncio.gather(stopping, delivering)
    assert len(channel.said) == 1
    assert [row.claimed_until for row in await outbox(six)] == [0] * 5
    assert await deliver_due(theirs) == 5
    assert len(set(channel.keys)) == len(channel.said) == 6
