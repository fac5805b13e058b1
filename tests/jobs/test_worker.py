"""The worker ends: nothing that it began is at work any more, so the database can be closed behind it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from arq.connections import create_pool

from conftest import house_at
from satark.jobs import worker
from satark.jobs.redis import PrivateRedis, redis_settings


async def test_when_it_has_ended_no_job_is_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, left = asyncio.Event(), asyncio.Event()

    async def index(ctx: Mapping[str, Any]) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            async with ctx["bench"].core.store.read():
                left.set()

    index.__qualname__ = "index"
    monkeypatch.setattr(worker, "index", index)
    private = PrivateRedis(tmp_path)
    await private.start()
    pool = await create_pool(redis_settings(private.url))
    async with house_at(tmp_path / "house", pool=pool) as house:
        working = asyncio.create_task(worker.work(house.bench, pool))
        await pool.enqueue_job("index")
        async with asyncio.timeout(30):
            await begun.wait()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        assert left.is_set()
    await pool.aclose()
    await private.stop()
