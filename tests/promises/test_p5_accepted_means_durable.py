"""P5: what was acknowledged survives kill -9 and the loss of Redis; nothing is processed or said twice."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.journey.conftest import free_port

PEOPLE = 40
RECEIPT = re.compile(r"\d{4} \d{4} \d{4} \d{4}")


class Provider:
    """Takes what the pager sends; one that knows idempotency keys, as the delivery promises them."""

    def __init__(self) -> None:
        self.got: dict[str, dict[str, str]] = defaultdict(dict)
        self.new = asyncio.Event()

    async def take(self, request: Request) -> Response:
        said = await request.json()
        self.got[said["to"]].setdefault(said["key"], said["text"])
        self.new.set()
        return Response()

    def receipts(self, phone: str) -> list[str]:
        return [code for words in self.got[phone].values() for code in RECEIPT.findall(words)]

    async def until(self, complete: int) -> None:
        """Wait for so many phones to have a receipt."""
        while sum(1 for phone in list(self.got) if self.receipts(phone)) < complete:
            self.new.clear()
            await asyncio.wait_for(self.new.wait(), 60)


@asynccontextmanager
async def serving(provider: Provider) -> AsyncIterator[str]:
    port = free_port()
    app = Starlette(routes=[Route("/", provider.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False))
    task = asyncio.create_task(server.serve())
    yield f"http://127.0.0.1:{port}/"
    server.should_exit = True
    await task


class Killable:
    """A Satark process on one folder, which can be killed and started again."""

    def __init__(self, folder: Path, provider: str) -> None:
        self.url = ""
        self._env = {**os.environ, "SATARK_DATA_DIR": str(folder), "SATARK_CHANNELS": "webform", "PAGER_URL": provider}
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "tests.promises.crash_house"]
        self._process = subprocess.Popen(
            command, env={**self._env, "SATARK_PORT": str(port)}, stdout=subprocess.DEVNULL
        )
        async with httpx.AsyncClient() as client:
            for _ in range(600):
                try:
                    if (await client.get(f"{self.url}/readyz")).status_code == 200:
                        return
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
        raise AssertionError("it did not start")

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        assert self._process
        self._process.send_signal(how)
        self._process.wait(30)


def report(phone: str) -> bytes:
    said = [
        {"kind": "choice", "choice": "language:en"},
        {"kind": "choice", "choice": "category:gambling"},
        {"text": f"what {phone} knows"},
        {"kind": "choice", "choice": "done"},
        {"kind": "choice", "choice": "at:unknown"},
        {"kind": "choice", "choice": "check:send"},
    ]
    return json.dumps([{"phone": phone, "id": f"{phone}-{at}", **one} for at, one in enumerate(said)]).encode()


async def deliver(client: httpx.AsyncClient, url: str, phone: str) -> bool:
    """Whether the message was acknowledged: as a provider, who tries again with the same ids where it was not."""
    try:
        answer = await client.post(f"{url}/channels/pager/say", content=report(phone), headers={"X-Simulator": "1"})
    except httpx.HTTPError:
        return False
    return answer.status_code == 200


async def test_nothing_is_lost_or_said_twice_when_it_is_killed(tmp_path: Path) -> None:
    provider = Provider()
    phones = [f"9100000{number:05}" for number in range(PEOPLE)]
    async with serving(provider) as url, httpx.AsyncClient(timeout=20) as client:
        house = Killable(tmp_path, url)
        acknowledged: set[str] = set()
        for third in (phones[: PEOPLE // 3], phones[PEOPLE // 3 : 2 * PEOPLE // 3], phones[2 * PEOPLE // 3 :]):
            await house.start()
            sending = [asyncio.create_task(deliver(client, house.url, phone)) for phone in third]
            done, _ = await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
            assert done
            house.kill()
            results = await asyncio.gather(*sending)
            acknowledged |= {phone for phone, good in zip(third, results, strict=True) if good}
        assert acknowledged
        await house.start()
        assert all(await asyncio.gather(*(deliver(client, house.url, phone) for phone in phones)))
        await provider.until(PEOPLE)
        house.kill(signal.SIGINT)
    with sqlite3.connect(tmp_path / "satark.db") as db:
        (tips,) = db.execute("SELECT count(*) FROM tip WHERE synthetic = 0").fetchone()
        (waiting,) = db.execute("SELECT count(*) FROM outbox").fetchone()
    db.close()
    left_behind = subprocess.run(["pgrep", "-f", f"redis-server.*{tmp_path}"], capture_output=True, check=False).stdout
    assert left_behind == b""
    assert tips == PEOPLE
    assert waiting == 0
    assert {phone: len(provider.receipts(phone)) for phone in phones} == dict.fromkeys(phones, 1)
    assert len({code for phone in phones for code in provider.receipts(phone)}) == PEOPLE
