"""Telegram against telemelya, an emulator that nobody here wrote: webhook, keyboard, taps, a photo up and down again.

It sends no secret header, which is put there on the way, and knows neither locations nor documents.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from conftest import House, house_at, served
from satark.jobs.redis import PrivateRedis
from satark_telegram.client import ALLOWED
from satark_telegram.plugin import SECRET_HEADER, Telegram, webhook_of
from tests.journey.conftest import free_port
from tests.journey.messengers import ENVIRON, photo

PERSON = 7000000001
TOKEN = ENVIRON["SATARK_TELEGRAM_TOKEN"]


@asynccontextmanager
async def process(url: str, *command: str, **environ: str) -> AsyncIterator[None]:
    """A server in a process of its own, for as long as the block runs."""
    running = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **environ}, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with httpx.AsyncClient() as client, asyncio.timeout(60):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    await client.get(url)
                    break
                assert running.returncode is None, f"{command[0]} ended"
                await asyncio.sleep(0.05)
        yield
    finally:
        running.terminate()
        await running.wait()


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Telemelya with its Redis and its S3, and a client of its control API."""
    redis, s3, own = PrivateRedis(tmp_path), free_port(), free_port()
    await redis.start()
    url, python = f"http://127.0.0.1:{own}", sys.executable
    environ = {
        "MOCK_SERVER_HOST": "127.0.0.1",
        "MOCK_SERVER_PORT": str(own),
        "MOCK_SERVER_URL": url,
        "REDIS_URL": redis.url,
        "MINIO_ENDPOINT": f"127.0.0.1:{s3}",
    }
    headers = {"Authorization": "Bearer any"}
    async with (
        process(f"http://127.0.0.1:{s3}/", python, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(s3)),
        process(f"{url}/", python, "-m", "telemelya.server.app", **environ),
        httpx.AsyncClient(base_url=f"{url}/api/v1/test", headers=headers, timeout=30) as client,
    ):
        yield client
    await redis.stop()


class Person:
    """Somebody in front of the emulator."""

    def __init__(self, control: httpx.AsyncClient, house: House) -> None:
        self._control = control
        self._house = house

    async def send(self, **update: Any) -> None:
        asked = {"chat_id": PERSON, "from_user": {"id": PERSON, "first_name": "Asha"}, **update}
        answer = await self._control.post("/send_update", params={"bot_token": TOKEN}, json=asked)
        assert answer.json()["delivery"]["status_code"] == 200, answer.text
        async with self._house.core.store.write() as db:
            await db.execute(text("UPDATE outbox SET due = 0"))
            await db.execute(text("DELETE FROM pace"))
        self._house.bench.courier.paces._ready.clear()
        await self._house.work()

    async def heard(self, method: str = "sendMessage") -> list[dict[str, Any]]:
        said = (await self._control.get("/responses")).json()["responses"]
        return [one for one in said if one["method"] == method]


def with_secret(app: Any) -> Any:
    """What the emulator forgets."""

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        secret = (SECRET_HEADER.encode(), ENVIRON["SATARK_TELEGRAM_SECRET_TOKEN"].encode())
        await app({**scope, "headers": [*scope.get("headers", ()), secret]}, receive, send)

    return asked


async def test_a_report_with_a_photo_from_start_to_receipt(emulator: httpx.AsyncClient, tmp_path: Path) -> None:
    api_url = str(emulator.base_url).split("/api/")[0]
    telegram = {key: value for key, value in ENVIRON.items() if "TELEGRAM" in key}
    environ = {**telegram, "SATARK_TELEGRAM_API_URL": api_url}
    async with house_at(tmp_path, environ=environ) as house, served(with_secret(house.web)) as address:
        channel = house.core.registry.channels["telegram"]
        assert isinstance(channel, Telegram)
        await channel._client.bot.set_webhook(webhook_of(address), secret_token="s", allowed_updates=ALLOWED)
        person = Person(emulator, house)
        await person.send(command="/start jnp-kotwali")
        offered = (await person.heard())[-1]["reply_markup"]
        assert "language:en" in str(offered)
        await person.send(callback_data="language:en")
        assert len(await person.heard("answerCallbackQuery")) == 1
        await person.send(callback_data="category:gambling")
        uploaded = await emulator.post("/upload_media", files={"file": ("asha.jpg", photo(), "image/jpeg")})
        await person.send(photo_file_id=uploaded.json()["file_id"], photo_caption="by the well")
        await person.send(callback_data="done")
        assert "at:station/jaunpur/kotwali" in str((await person.heard())[-1]["reply_markup"])
        await person.send(callback_data="at:station/jaunpur/kotwali")
        await person.send(callback_data="check:send")
        assert "Keep this number" in (await person.heard())[-1]["text"]
        assert len(await person.heard()) == 7
        async with house.core.store.read() as db:
            assert (await db.execute(text("SELECT state FROM evidence"))).scalar_one() == "ready"
            assert (await db.execute(text("SELECT station FROM tip"))).scalar_one() == "station/jaunpur/kotwali"
