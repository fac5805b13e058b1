"""Whoever is woken for one thing is woken at once; for many, once for all that comes in a short while; and for the last."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from arq.connections import ArqRedis, create_pool

from satark.jobs.redis import PrivateRedis, redis_settings
from satark.jobs.wake import Waker


class Noted:
    """A Redis, and what was asked of it."""

    def __init__(self, server: PrivateRedis, pool: ArqRedis) -> None:
        self.server = server
        self.pool = pool
        self.asked: list[tuple[str, int]] = []
        self.came = asyncio.Event()

    async def enqueue_job(self, job: str, _defer_by: int | None = None) -> Any:
        made = await self.pool.enqueue_job(job, _defer_by=_defer_by)
        self.asked.append((job, _defer_by or 0))
        self.came.set()
        return made


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[Noted]:
    private = PrivateRedis(tmp_path)
    await private.start()
    pool = await create_pool(redis_settings(private.url))
    yield Noted(private, pool)
    await pool.aclose()
    await private.stop()


async def test_the_first_is_woken_at_once_and_the_rest_together(redis: Noted) -> None:
    rested = asyncio.Event()
    waker = Waker(redis, lambda _seconds: rested.wait())  # type: ignore[arg-type]
    await waker.wake("deliver")
    await redis.came.wait()
    assert redis.asked == [("deliver", 0)]
    for _ in range(100):
        await waker.wake("deliver")
    await waker.wake("deliver", 2)
    assert redis.asked == [("deliver", 0)]
    rested.set()
    await waker.stop()
    assert sorted(redis.asked) == [("deliver", 0), ("deliver", 0), ("deliver", 2)]
    assert len(await redis.pool.queued_jobs()) == 3
    await waker.wake("deliver")
    await waker.stop()
    assert len(redis.asked) == 4


async def test_whatever_goes_wrong_once_it_is_tried_again(redis: Noted, monkeypatch: pytest.MonkeyPatch) -> None:
    waker = Waker(redis, lambda _seconds: asyncio.sleep(0))  # type: ignore[arg-type]
    with monkeypatch.context() as broken:
        broken.setattr(redis, "enqueue_job", None)
        await waker.wake("deliver")
        with pytest.raises(TypeError):
            await waker.stop()
    await waker.wake("deliver")
    await waker.stop()
    assert redis.asked == [("deliver", 0)]


async def test_without_redis_nobody_waits(caplog: pytest.LogCaptureFixture, redis: Noted) -> None:
    await redis.server.stop()
    for waker in (Waker(None), Waker(redis)):  # type: ignore[arg-type]
        await waker.wake("deliver")
        await waker.stop()
    assert redis.asked == []
    assert [line.getMessage() for line in caplog.records if "waits for the sweep" in line.getMessage()]
