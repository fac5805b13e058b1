"""P5 where something is full, locked or gone: 503 with Retry-After, never 200, and once it is back, all of it is kept once."""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from sqlalchemy import text

from conftest import House, served
from satark.commands.bench_intake import reconcile, reports
from satark.commands.installations import Place, free_port, gateway, installed
from satark.commands.load import drive
from satark.gateway import webhook

ROOM = 300_000


@asynccontextmanager
async def locked(file: Path) -> AsyncIterator[None]:
    """Somebody else writes, and does not come to an end."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("ROLLBACK")


def hello(number: int) -> dict[str, object]:
    return {"phone": f"9100000{number:05}", "id": str(number), "text": "hi"}


async def say(client: httpx.AsyncClient, number: int) -> httpx.Response:
    return await client.post("/channels/simulator/say", json=[hello(number)], headers={"X-Simulator": "1"})


async def test_more_than_fit_are_told_to_come_again(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "MOST_INSIDE", 2)
    async with served(house.web) as url, httpx.AsyncClient(base_url=url, timeout=60) as client:
        async with locked(tmp_path / "satark.db"):
            posts = [asyncio.create_task(say(client, number)) for number in range(6)]
            while sum(post.done() for post in posts) < 4:
                await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED, timeout=0.1)
            refused = [post.result() for post in posts if post.done()]
            assert {(one.status_code, one.headers["Retry-After"]) for one in refused} == {(503, "5")}
        answers = await asyncio.gather(*posts)
    assert sorted(one.status_code for one in answers) == [200, 200, 503, 503, 503, 503]
    async with house.core.store.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM seen_event"))).scalar_one() == 2


def a_message(place: Place) -> tuple[dict[str, str], bytes]:
    ((post, *_), *_) = reports(place.channel, 18)
    head, _, body = post.request.partition(b"\r\n\r\n")
    return dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:]), body


async def test_a_database_that_is_locked_too_long(tmp_path: Path) -> None:
    async with installed(tmp_path, "") as place, gateway(place) as process:
        headers, body = a_message(place)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{process.port}", timeout=60) as client:
            async with locked(tmp_path / "satark.db"):
                refused = await client.post("/channels/whatsapp/webhook", content=body, headers=headers)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
            for _ in range(2):
                assert (await client.post("/channels/whatsapp/webhook", content=body, headers=headers)).is_success
        assert await kept(place) == 1


async def test_who_waits_when_the_process_ends_is_told_to_come_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sent = asyncio.Event()

    async def trace(what: str, _info: object) -> None:
        if what == "http11.send_request_body.complete":
            sent.set()

    async with installed(tmp_path, "") as place, gateway(place) as process, httpx.AsyncClient(timeout=60) as client:
        headers, body = a_message(place)
        url = f"http://127.0.0.1:{process.port}/channels/whatsapp/webhook"
        async with locked(tmp_path / "satark.db"):
            post = client.post(url, content=body, headers=headers, extensions={"trace": trace})
            said = asyncio.create_task(post)
            await sent.wait()
            os.kill(process.pid, signal.SIGTERM)
            answer = await said
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Exception in ASGI application" not in capfd.readouterr().err


async def kept(place: Place) -> int:
    async with place.core.store.read() as db:
        return int((await db.execute(text("SELECT count(*) FROM seen_event"))).scalar_one())


async def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """No file of the process may grow beyond what is there and a little, until somebody makes room."""
    async with installed(tmp_path, "") as place, gateway(place) as process:
        scripts = reports(place.channel, 900)
        full = (tmp_path / "satark.db").stat().st_size + ROOM
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
        before = await drive([process.port], scripts, 60, refusals=20)
        assert set(before.others) == {503}
        assert len(before.ids) < 900
        await reconcile(place.core, before)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        after = await drive([process.port], scripts, 120)
        assert len(after.ids) == 900
        await reconcile(place.core, after)
        assert await kept(place) == 900


class Cluster:
    """A PostgreSQL of its own, that can be killed."""

    def __init__(self, folder: Path, port: int) -> None:
        (self._bin, *_) = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        self._folder = folder
        self._options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"

    def make(self) -> None:
        if os.getuid() == 0:
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8")

    def start(self) -> None:
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", self._options, "start")

    def kill(self) -> None:
        self._run("pg_ctl", "-m", "immediate", "stop")

    def _run(self, command: str, *more: str) -> None:
        user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        said = [*user, str(self._bin / command), "-D", str(self._folder / "data"), *more]
        subprocess.run(said, check=True, stdout=subprocess.DEVNULL, cwd="/")


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Not among the folders of the tests, which belong to whoever runs them: PostgreSQL does not run as root."""
    with TemporaryDirectory(prefix="satark-pg-") as folder:
        made = Cluster(Path(folder), free_port())
        made.make()
        made.start()
        yield made
        made.kill()


async def test_a_postgresql_that_is_killed_and_started_again(tmp_path: Path, cluster: Cluster) -> None:
    async with installed(tmp_path / "house", cluster.url) as place, gateway(place) as process:
        scripts = reports(place.channel, 900)
        posting = asyncio.create_task(drive([process.port], scripts, 240))
        while not await kept(place):
            await asyncio.sleep(0)
        await place.core.store.dispose()
        await asyncio.to_thread(cluster.kill)
        await asyncio.to_thread(cluster.start)
        load = await posting
        assert set(load.others) <= {503}
        assert len(load.ids) == 900
        await reconcile(place.core, load)
        assert await kept(place) == 900
