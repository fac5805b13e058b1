"""`satark doctor` tries each thing in earnest: what does not work is named, as whichever process it is asked."""

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import insert

from satark.settings import Settings
from satark.store.clock import HOUR, now
from satark.store.engine import Store
from satark.store.keys import make_keys
from satark.store.officers import AuditEntry, AuditHead
from tests.buckets import bucket
from tests.deploy.test_scale_out import Redis
from tests.jobs.test_digests import PostOffice, serving
from tests.journey.conftest import free_port
from tests.promises.test_p2_the_panel_cannot_open import KEYS, roles_on, split_keys

from conftest import house_at  # isort: skip


async def doctor(folder: Path, database: str, **more: str) -> tuple[int, str]:
    """What an operator sees, and the exit status."""
    environ = {
        **os.environ, "SATARK_DATA_DIR": str(folder), "SATARK_DATABASE_URL": database, "SATARK_CHANNELS": "webform",
        **more,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "satark"), "doctor", env=environ,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert b"Traceback" not in said, said.decode()
    assert process.returncode is not None
    return process.returncode, said.decode()


def to_mend(said: str) -> list[str]:
    return [line.removeprefix("[mend] ") for line in said.splitlines() if line.startswith("[mend]")]


@pytest.fixture
async def sound(tmp_path: Path, database: str) -> AsyncIterator[tuple[Path, str]]:
    async with house_at(tmp_path, database):
        yield tmp_path, database


async def test_a_sound_installation(sound: tuple[Path, str]) -> None:
    status, said = await doctor(*sound)
    assert (status, to_mend(said)) == (0, [])


async def test_as_each_process_with_its_own_role(tmp_path: Path, postgres_url: str) -> None:
    split_keys(tmp_path)
    owner = Store(Settings(database_url=postgres_url).database)
    async with roles_on(owner) as urls:
        for process in KEYS:
            with socket.create_server(("127.0.0.1", 0)) as metrics_of_the_process:
                port = str(metrics_of_the_process.getsockname()[1])
                status, said = await doctor(
                    tmp_path, urls[process], SATARK_KEYS_DIR=str(tmp_path / process), SATARK_METRICS_PORT=port
                )
            assert (status, to_mend(said)) == (0, []), process
        status, said = await doctor(tmp_path, urls["panel"], SATARK_KEYS_DIR=str(tmp_path / "gateway"))
        assert status == 1
        assert any(line.startswith("role: ") for line in to_mend(said))
    await owner.dispose()


@pytest.mark.parametrize("damage", [b"", b"short", bytes(32)])
async def test_a_damaged_key(sound: tuple[Path, str], damage: bytes) -> None:
    (sound[0] / "keys" / "lookup.key").write_bytes(damage)
    status, said = await doctor(*sound)
    assert status == 1
    assert "lookup.key" in "".join(to_mend(said))


async def test_keys_of_another_installation(sound: tuple[Path, str]) -> None:
    shutil.rmtree(sound[0] / "keys")
    make_keys(sound[0] / "keys")
    status, said = await doctor(*sound)
    assert status == 1
    assert "other keys than those this database was written with" in "".join(to_mend(said))


async def test_a_database_without_tables(tmp_path: Path, empty_database: str) -> None:
    make_keys(tmp_path / "keys")
    status, said = await doctor(tmp_path, empty_database)
    assert status == 1
    assert "satark migrate" in "".join(to_mend(said))


async def test_a_missing_bucket_and_a_dead_one(sound: tuple[Path, str]) -> None:
    async with bucket("evidence") as url:
        assert (await doctor(*sound, SATARK_EVIDENCE_URL=url))[0] == 0
        status, said = await doctor(*sound, SATARK_EVIDENCE_URL=url.replace("s3://satark/", "s3://nobody/"))
        assert status == 1
        assert any(line.startswith("evidence: ") for line in to_mend(said))
    status, said = await doctor(*sound, SATARK_EVIDENCE_URL=url)
    assert status == 1
    assert any(line.startswith("evidence: ") for line in to_mend(said))


async def test_a_folder_that_cannot_be_used(sound: tuple[Path, str]) -> None:
    (sound[0] / "no folder").write_text("")
    status, said = await doctor(*sound, SATARK_EVIDENCE_URL=f"file://{sound[0]}/no folder")
    assert status == 1
    assert "evidence: " in "".join(to_mend(said))


@asynccontextmanager
async def a_redis() -> AsyncIterator[Redis]:
    server = Redis()
    await server.start()
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", server._port)
            writer.close()
            break
        except OSError:
            await asyncio.sleep(0.02)
    yield server
    await server.kill()


async def test_redis_with_another_password_or_none(sound: tuple[Path, str]) -> None:
    async with a_redis() as redis:
        assert (await doctor(*sound, SATARK_REDIS_URL=redis.url))[0] == 0
        status, said = await doctor(*sound, SATARK_REDIS_URL=redis.url.replace(":s@", ":sesame@"))
        assert (status, to_mend(said)) == (1, ["redis: it does not take the password of SATARK_REDIS_URL"])
    status, said = await doctor(*sound, SATARK_REDIS_URL=redis.url)
    assert status == 1
    assert "redis: it does not answer" in "".join(to_mend(said))


async def test_a_mail_server_that_is_dead_or_takes_no_password(sound: tuple[Path, str]) -> None:
    sender = {"SATARK_MAIL_FROM": "satark@police.test"}
    async with serving(PostOffice()) as url:
        assert (await doctor(*sound, SATARK_SMTP_URL=url, **sender))[0] == 0
        status, said = await doctor(*sound, SATARK_SMTP_URL=url.replace("word@", "sesame@"), **sender)
        assert status == 1
        assert "SMTPAuthenticationError" in "".join(to_mend(said))
        assert "sesame" not in said
    status, said = await doctor(*sound, SATARK_SMTP_URL=f"smtp://127.0.0.1:{free_port()}", **sender)
    assert status == 1
    assert "mail: no e-mail can be handed in" in "".join(to_mend(said))


async def test_heads_that_go_nowhere(sound: tuple[Path, str]) -> None:
    """On somebody's own machine that is a hint, and no fault; where Satark is public, it is one."""
    status, said = await doctor(*sound)
    assert status == 0
    assert "[hint] audit log: its signed head goes nowhere" in said
    status, said = await doctor(*sound, SATARK_BASE_URL="HTTPS://Tips.example")
    assert status == 1
    assert "SATARK_AUDIT_URL" in "".join(to_mend(said))


async def test_heads_that_go_a_way_that_does_not_work(sound: tuple[Path, str]) -> None:
    status, said = await doctor(*sound, SATARK_AUDIT_MAIL_TO="court@outside.test")
    assert status == 1
    assert "SATARK_SMTP_URL" in "".join(to_mend(said))
    status, said = await doctor(*sound, SATARK_AUDIT_URL=f"file://{sound[0]}/nowhere")
    assert status == 1
    assert "SATARK_AUDIT_URL" in "".join(to_mend(said))
    (sound[0] / "heads").mkdir()
    assert (await doctor(*sound, SATARK_AUDIT_URL=f"file://{sound[0]}/heads"))[0] == 0


async def test_heads_that_wait_to_be_sent(sound: tuple[Path, str]) -> None:
    (sound[0] / "heads").mkdir()
    store = Store(Settings(database_url=SecretStr(sound[1])).database)
    async with store.write() as db:
        row = AuditHead(day=1, number=1, hash="0", time=1, signature="0")
        await db.execute(insert(AuditHead).values(**row.model_dump()))
    await store.dispose()
    status, said = await doctor(*sound, SATARK_AUDIT_URL=f"file://{sound[0]}/heads")
    assert status == 1
    assert "1 signed heads have waited" in "".join(to_mend(said))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("DATABASE_URL", "postgresql://satark:pass/word@127.0.0.1:5432/satark"),
        ("DATABASE_URL", "postgresql://satark:word@127.0.0.1:many/satark"),
        ("DATABASE_URL", "mysql://satark:word@127.0.0.1/satark"),
        ("DATABASE_URL", "word"),
        ("REDIS_URL", "redis://:word@127.0.0.1:many"),
        ("REDIS_URL", "http://:word@127.0.0.1"),
        ("EVIDENCE_URL", "s3:///word"),
        ("SMTP_URL", "smtp://satark:word@127.0.0.1:many"),
    ],
)
async def test_a_url_that_cannot_be_read(sound: tuple[Path, str], setting: str, value: str) -> None:
    more = {f"SATARK_{setting}": value, "SATARK_MAIL_FROM": "satark@police.test" if setting == "SMTP_URL" else ""}
    status, said = await doctor(sound[0], more.pop("SATARK_DATABASE_URL", sound[1]), **more)
    assert status == 1
    assert [line for line in to_mend(said) if f"SATARK_{setting}" in line]
    assert "word@1" not in said


@pytest.mark.parametrize(
    ("setting", "value"),
    [("PORT", "many"), ("BASE_URL", "tips.example"), ("SECOND_FACTOR", "maybe"), ("DEMO", "perhaps")],
)
async def test_a_setting_that_is_no_such_value(tmp_path: Path, setting: str, value: str) -> None:
    """A line and no traceback, which `doctor` above asserts."""
    status, said = await doctor(tmp_path, "", **{f"SATARK_{setting}": value})
    assert (status, said.startswith(f"SATARK_{setting}: ")) == (1, True)


async def test_a_data_folder_that_takes_nothing(sound: tuple[Path, str]) -> None:
    """Nobody writes into what is no folder, be they root or not."""
    (sound[0] / "file").write_text("")
    keys = str(sound[0] / "keys")
    status, said = await doctor(sound[0] / "file", sound[1], SATARK_KEYS_DIR=keys)
    assert status == 1
    assert "data folder: nothing can be written there" in "".join(to_mend(said))


async def test_a_database_that_can_only_be_read(tmp_path: Path, postgres_url: str) -> None:
    async with house_at(tmp_path, postgres_url):
        status, said = await doctor(tmp_path, f"{postgres_url}?options=-c%20default_transaction_read_only%3Don")
    assert status == 1
    assert "database: it can only be read" in "".join(to_mend(said))


async def test_a_clock_that_is_behind_the_audit_log(sound: tuple[Path, str]) -> None:
    store = Store(Settings(database_url=SecretStr(sound[1])).database)
    async with store.write() as db:
        row = AuditEntry(number=99, time=now() + HOUR, actor="a", action="b", subject="", detail="", hash="c")
        await db.execute(insert(AuditEntry).values(**row.model_dump()))
    await store.dispose()
    status, said = await doctor(*sound)
    assert status == 1
    assert "clock: the audit log has an entry from" in "".join(to_mend(said))
