"""Processes start without Redis and go on once it is there; a worker with other keys ends and says why."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from conftest import house_at
from satark.store.keys import make_keys
from tests.deploy.test_scale_out import Redis
from tests.journey.conftest import free_port


@asynccontextmanager
async def started(folder: Path, database: str, *command: str, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environ = {
        **os.environ, "SATARK_DATA_DIR": str(folder), "SATARK_DATABASE_URL": database, "SATARK_CHANNELS": "webform",
        **more,
    }  # fmt: skip
    log = (folder / f"{command[0]}.log").open("wb")
    program = str(Path(sys.executable).parent / "satark")
    process = await asyncio.create_subprocess_exec(program, *command, env=environ, stdout=log, stderr=log)
    try:
        yield process
    finally:
        log.close()
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def answer(port: int, path: str, wanted: str = "") -> httpx.Response:
    """The answer, once there is one; with what is `wanted` in it."""
    async with asyncio.timeout(60), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        while True:
            try:
                found = await client.get(path)
                if wanted in found.text:
                    return found
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("command", [("run",), ("web",)])
async def test_the_web_starts_without_redis_and_finds_it_later(
    tmp_path: Path, database: str, command: tuple[str, ...]
) -> None:
    redis, port = Redis(), free_port()
    async with house_at(tmp_path, database):
        pass
    async with started(tmp_path, database, *command, SATARK_REDIS_URL=redis.url, SATARK_PORT=str(port)):
        said = await answer(port, "/readyz", "ok")
        assert said.status_code == 200
        assert "redis: it does not answer" in said.text
        assert (await answer(port, "/panel/sign-in")).status_code == 200
        assert (await answer(port, "/channels/webform/")).status_code == 200
        await redis.start()
        assert (await answer(port, "/readyz", "ok\n")).status_code == 200
        async with asyncio.timeout(60):
            while (await answer(port, "/readyz")).text != "ok\n":
                await asyncio.sleep(0.1)
    await redis.kill()


async def test_a_worker_waits_for_redis_and_works_then(tmp_path: Path, database: str) -> None:
    redis, log = Redis(), tmp_path / "worker.log"

    async def says(words: bytes) -> None:
        async with asyncio.timeout(60):
            while words not in log.read_bytes():
                await asyncio.sleep(0.1)

    async with house_at(tmp_path, database):
        pass
    async with started(tmp_path, database, "worker", SATARK_REDIS_URL=redis.url) as worker:
        await says(b"Redis does not answer")
        assert worker.returncode is None
        await redis.start()
        await says(b"the worker works")
    await redis.kill()


@pytest.mark.parametrize("command", ["worker", "run"])
async def test_with_other_keys_it_ends_and_says_why(tmp_path: Path, database: str, command: str) -> None:
    async with house_at(tmp_path, database):
        pass
    shutil.rmtree(tmp_path / "keys")
    make_keys(tmp_path / "keys")
    async with started(tmp_path, database, command) as process, asyncio.timeout(60):
        assert await process.wait() == 1
    said = (tmp_path / f"{command}.log").read_text()
    assert "other keys than those this database was written with" in said
    assert "Traceback" not in said


async def test_run_makes_no_new_key_for_one_that_is_lost(tmp_path: Path, database: str) -> None:
    async with house_at(tmp_path, database):
        pass
    (tmp_path / "keys" / "lookup.key").unlink()
    async with started(tmp_path, database, "run") as process, asyncio.timeout(60):
        assert await process.wait() == 1
    assert "lookup.key missing" in (tmp_path / "run.log").read_text()
    assert not (tmp_path / "keys" / "lookup.key").exists()
