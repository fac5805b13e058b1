"""Somebody sets the clock: back by an hour, forward by a day. Nothing is lost, said twice, or stuck."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from arq.connections import ArqRedis
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from conftest import House, Watch, house_at
from satark.app import build_bench
from satark.channels.messages import Envelope, Inbound, Kind, Never, Secret, Sent, TryAgain, Wire
from satark.delivery.courier import deliver_due
from satark.delivery.leases import LEASE, LONGEST_LEASE, renewed
from satark.delivery.rates import after_one, wait_for
from satark.intake.batch import BURST_PAUSE
from satark.jobs.jumps import after_jump
from satark.jobs.worker import make_worker
from satark.store.clock import DAY, HOUR, Jumps
from tests.delivery.scripted import Plugin, channel

JUMPS = [-DAY, -HOUR, 100, DAY]


@pytest.fixture
async def scripted(tmp_path: Path, database: str, watch: Watch) -> AsyncIterator[House]:
    channel.__init__()  # type: ignore[misc]
    async with house_at(tmp_path, database, scripted=Plugin()) as house:
        yield house


async def say(house: House, *phones: str) -> None:
    said = [Envelope(Secret(phone), Secret(phone), Inbound(Kind.TEXT, "a den by the temple")) for phone in phones]
    await house.core.door.receive(channel, said)


async def left(house: House) -> int:
    async with house.core.store.read() as db:
        return int((await db.execute(text("SELECT count(*) FROM outbox"))).scalar_one())


def said_once(people: int) -> bool:
    keys = [key for _, key, _ in channel.said]
    return len(keys) == len(set(keys)) and len({phone for phone, _, _ in channel.said}) == people


@pytest.mark.parametrize("by", JUMPS)
async def test_in_the_middle_of_a_send(scripted: House, watch: Watch, monkeypatch: pytest.MonkeyPatch, by: int) -> None:
    """Two workers look for errands while one of them waits for an answer."""
    couriers = [scripted.bench.courier, build_bench(scripted.core).courier]
    await say(scripted, "1", "2", "3")
    original, jumps = channel.send, [by]

    async def send(wire: Wire, address: Secret) -> Sent | TryAgain | Never:
        if jumps:
            watch.seconds += jumps.pop()
            for courier in couriers:
                await deliver_due(courier)
        return await original(wire, address)

    monkeypatch.setattr(channel, "send", send)
    await deliver_due(couriers[0])
    watch.wait(LEASE + LONGEST_LEASE)
    await deliver_due(couriers[1])
    assert said_once(3)
    assert await left(scripted) == 0


@pytest.mark.parametrize("by", JUMPS)
async def test_a_worker_died_before(scripted: House, watch: Watch, by: int) -> None:
    await say(scripted, "1", "2", "3")
    async with scripted.core.store.write() as db:
        await db.execute(text("UPDATE outbox SET claimed_until = :lease"), {"lease": watch.seconds + LEASE})
    watch.seconds += by
    if by < 0:
        await after_jump(scripted.core.store, make_worker(scripted.bench, ArqRedis()), by)
    for _ in range(2):
        await deliver_due(scripted.bench.courier)
        watch.wait(LEASE)
    await deliver_due(scripted.bench.courier)
    assert said_once(3)
    assert await left(scripted) == 0


@pytest.mark.parametrize("by", JUMPS)
@pytest.mark.parametrize("everything", [False, True])
async def test_what_must_wait_for_a_minute_waits_for_a_minute(
    scripted: House, watch: Watch, by: int, everything: bool
) -> None:
    """One message, or all that there are."""
    await say(scripted, "1")
    watch.wait(BURST_PAUSE)
    channel.script = [TryAgain(after=60, everything=everything)]
    await deliver_due(scripted.bench.courier)
    watch.seconds += by
    await after_jump(scripted.core.store, make_worker(scripted.bench, ArqRedis()), by)
    if by < 0:
        await deliver_due(scripted.bench.courier)
        assert channel.said == []
    watch.wait(100)
    await deliver_due(scripted.bench.courier)
    assert said_once(1)
    assert await left(scripted) == 0


@pytest.mark.parametrize("by", JUMPS)
async def test_a_conversation_that_rests_is_submitted_once(scripted: House, watch: Watch, by: int) -> None:
    """Forward, it is taken as it is, for it may be that the machine slept; never twice, and never lost."""
    house = scripted
    await say(house, "1")
    for _ in range(2):
        watch.seconds += by
        await house.core.door.close_idle(house.core.registry.channels)
    for _ in ("submitted", "over"):
        watch.wait(DAY * 2 + abs(by) * 2)
        await house.core.door.close_idle(house.core.registry.channels)
    async with house.core.store.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM tip"))).scalar_one() == 1
        assert (await db.execute(text("SELECT count(*) FROM conversation"))).scalar_one() == 0


@pytest.mark.parametrize("by", JUMPS)
async def test_the_rounds_of_the_worker_go_on(scripted: House, watch: Watch, by: int) -> None:
    """arq has worked out when each comes next, by the clock as it was."""
    worker: Any = make_worker(scripted.bench, ArqRedis())
    moment = datetime.now(tz=worker.timezone)
    for job in worker.cron_jobs:
        job.next_run = moment - timedelta(seconds=by)
    await after_jump(scripted.core.store, worker, by)
    for job in worker.cron_jobs:
        assert job.next_run is None or moment <= job.next_run < moment + timedelta(minutes=1)


def test_a_jump_is_noticed_once_and_time_that_passes_is_none(watch: Watch) -> None:
    jumps = Jumps()
    for seconds in (1, 3600, 10**6):
        watch.wait(seconds)
        assert jumps.look() == 0
    for by in JUMPS:
        watch.seconds += by
        watch.wait(3)
        assert [jumps.look(), jumps.look()] == [by, 0]


@given(parts=st.integers(1, 100), moment=st.integers(0, 2**31))
def test_no_lease_is_longer_than_a_lease_may_be(parts: int, moment: int) -> None:
    lease = moment + LEASE
    for _ in range(parts):
        before, lease = lease, renewed(lease, moment)
        assert lease > before
    assert lease <= moment + LONGEST_LEASE


@given(ready=st.floats(0, 2**32), now=st.floats(1, 2**32), interval=st.floats(0.1, 600), burst=st.integers(1, 50))
def test_nobody_waits_for_longer_than_their_pace(ready: float, now: float, interval: float, burst: int) -> None:
    assert 0 <= wait_for(ready, now, interval, burst) <= interval * 1.001
    assert now < after_one(ready, now, interval, burst) <= now + interval * burst * 1.001
