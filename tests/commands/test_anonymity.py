"""`satark doctor --anonymity` on a running service: it finds nothing, asks no provider, leaves nothing; and finds a leak."""

import asyncio
import base64
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from conftest import served
from satark.commands import anonymity
from satark.identity.lookup import Lookup
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.keys import load_keys
from tests.journey.calls import ENVIRON as CALLS
from tests.journey.conftest import free_port
from tests.journey.messengers import ENVIRON

RUN = "from satark.cli import app; app()"


class Running:
    """A service in a process of its own, with the settings that it shares with the command. `asked` is what reached the
    providers."""

    def __init__(self, folder: Path, settings: Settings, asked: list[str]) -> None:
        self.folder = folder
        self.settings = settings
        self.asked = asked

    async def count(self, table: str, where: str = "1 = 1") -> int:
        store = Store(self.settings.database)
        async with store.read() as db:
            found = int((await db.execute(text(f"SELECT count(*) FROM {table} WHERE {where}"))).scalar_one())
        await store.dispose()
        return found

    @property
    def address(self) -> str:
        return Lookup(load_keys(self.settings.keys)["lookup.key"]).rehearsal("whatsapp")


@asynccontextmanager
async def provider() -> AsyncIterator[tuple[str, list[str]]]:
    """Whoever asks it for anything is noted."""
    asked: list[str] = []

    async def note(request: Request) -> JSONResponse:
        asked.append(request.url.path)
        return JSONResponse({}, 500)

    app = Starlette(routes=[Route("/{path:path}", note, methods=["GET", "POST", "PUT", "DELETE"])])
    async with served(app) as url:
        yield url, asked


async def until_ready(port: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(600):
            try:
                if (await client.get("/readyz")).status_code == 200:
                    return
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
    raise AssertionError("it did not start")


@pytest.fixture
async def service(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    port, folder = free_port(), tmp_path / "var"
    async with AsyncExitStack() as stack:
        url, asked = await stack.enter_async_context(provider())
        environ: dict[str, Any] = {
            **ENVIRON, **CALLS, "SATARK_DEMO": "1", "SATARK_DATA_DIR": str(folder), "SATARK_PORT": str(port), "SATARK_CHANNELS": "auto,simulator",
            "SATARK_DATABASE_URL": database.replace(str(tmp_path), str(folder)),
            "SATARK_WHATSAPP_API_URL": url, "SATARK_TELEGRAM_API_URL": url, "SATARK_IVR_API_URL": url,
        }  # fmt: skip
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        log = stack.enter_context((tmp_path / "service.log").open("wb"))
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", RUN, "run", stdout=log, stderr=log)
        await until_ready(port)
        asked.clear()
        yield Running(folder, Settings(), asked)
        process.terminate()
        await process.wait()


async def test_nothing_is_found_nobody_is_asked_and_nothing_stays(
    service: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {table: await service.count(table) for table in ("tip", "message", "status_change", "tip_reader")}
    assert await anonymity.rehearse(service.settings, [tmp_path / "service.log"])
    said = capsys.readouterr().out
    assert "[ok]   4 tips of 4 came in; 4 were taken away" in said
    assert "[left] channel simulator" in said
    assert "no file" not in said
    assert "[ok]   searched Redis" in said
    assert f"[ok]   searched log {tmp_path / 'service.log'}" in said
    assert service.asked == []
    assert {table: await service.count(table) for table in before} == before
    for table in ("evidence", "return_address", "outbox"):
        assert await service.count(table) == 0, table
    assert await service.count("conversation", "channel <> 'webform'") == 0
    assert [path for path in (service.folder / "evidence").rglob("*") if path.is_file()] == []
    assert await service.count("audit_entry", "action = 'rehearse' AND actor = 'doctor'") == 1


async def test_a_leak_is_found_wherever_it_is_and_not_repeated(
    service: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (service.folder / "cache").mkdir()
    (service.folder / "cache" / "people.bin").write_bytes(base64.b64encode(b"x" + service.address.encode()))
    log = tmp_path / "proxy.log"
    log.write_text(f"GET /?from=%2B{service.address}\n")
    store = Store(service.settings.database)
    async with store.write() as db:
        await db.execute(text("UPDATE officer SET email = :leak"), {"leak": f"{service.address[2:]}@example.org"})
    await store.dispose()
    assert not await anonymity.rehearse(service.settings, [log, tmp_path / "nowhere.log"])
    said = capsys.readouterr().out
    found = [line.rpartition(" ")[2] for line in said.splitlines() if "the address of who told it is in" in line]
    database = "satark.db" if "sqlite" in service.settings.database else "officer"
    assert {"people.bin", "proxy.log"} < set(found)
    assert any(place.startswith(database) for place in found)
    assert "[left] not searched: log" in said
    assert service.address not in said
    assert await service.count("evidence") == 0
