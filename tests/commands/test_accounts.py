"""Accounts from the command line: as strong a password as in the panel, and an entry for each of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from satark.commands.demo import ACCOUNTS, KEEPERS, PublicDemo, close_accounts, load
from satark.panel.people import LEAST_PASSWORD, check_password
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.migrate import newest
from tests.journey.conftest import free_port, wait_until_ready

from conftest import House, house_at  # isort: skip

ENTRIES = "SELECT actor, action, subject, detail FROM audit_entry ORDER BY number"


async def rows(database: str, query: str) -> list[tuple[object, ...]]:
    store = Store(Settings(database_url=database).database)
    async with store.read() as db:
        found = [tuple(row) for row in await db.execute(text(query))]
    await store.dispose()
    return found


def satark(folder: Path, database: str, *command: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "SATARK_DATA_DIR": str(folder), "SATARK_DATABASE_URL": database}
    program = str(Path(sys.executable).parent / "satark")
    return subprocess.run([program, *command], env=environ, capture_output=True, text=True)


def add(folder: Path, database: str, password: str) -> subprocess.CompletedProcess[str]:
    options = ("--name", "Asha", "--password", password, "--office", "district/jaunpur")
    return satark(folder, database, "user", "add", "asha", *options)


@pytest.mark.parametrize("password", ["a", "x" * (LEAST_PASSWORD - 1), " " * LEAST_PASSWORD])
async def test_a_weak_password_is_refused(tmp_path: Path, database: str, password: str) -> None:
    refused = add(tmp_path, database, password)
    assert refused.returncode != 0
    assert "too short" in refused.stderr
    assert await rows(database, "SELECT login FROM officer") == []


async def test_an_account_leaves_an_entry(tmp_path: Path, database: str) -> None:
    done = add(tmp_path, database, "a long password")
    assert done.returncode == 0, done.stderr
    ((officer,),) = await rows(database, "SELECT id FROM officer")
    assert await rows(database, ENTRIES) == [("command line", "add officer", officer, "officer district/jaunpur")]


async def test_what_changes_something_leaves_an_entry(tmp_path: Path, database: str) -> None:
    async with house_at(tmp_path, database):
        pass
    commands = (
        ("purge",), ("keys", "add", "content"), ("keys", "use", "content"), ("keys", "reseal", "content"),
        ("keys", "drop", "content"), ("evidence", "retry"), ("insight", "rebuild"), ("backup", str(tmp_path / "copy")),
    )  # fmt: skip
    for command in commands:
        done = satark(tmp_path, database, *command)
        assert done.returncode == 0, done.stderr
    expected = [
        "purge", "keys add", "keys use", "keys reseal", "keys drop", "evidence retry", "rebuild numbers", "backup",
    ]  # fmt: skip
    assert [action for _, action, *_ in await rows(database, ENTRIES)] == expected


async def test_new_tables_leave_an_entry_once(tmp_path: Path, empty_database: str) -> None:
    for _ in range(2):
        done = satark(tmp_path, empty_database, "migrate")
        assert done.returncode == 0, done.stderr
    assert await rows(empty_database, ENTRIES) == [("command line", "migrate", "", f"nothing to {newest()}")]


@pytest.mark.parametrize(
    "url",
    ["postgresql://u@nobody.invalid/x", "postgresql:///x?host=/nowhere", "postgresql://u:pass/word@127.0.0.1:1/x"],
)
def test_a_database_that_is_not_found_is_said_in_a_line(tmp_path: Path, url: str) -> None:
    said = satark(tmp_path, url, "migrate").stderr
    assert "SATARK_DATABASE_URL" in said
    assert "Traceback" not in said
    assert "word@" not in said


async def test_roles_leave_an_entry(tmp_path: Path, postgres_url: str) -> None:
    prefix = f"cli_{os.getpid()}"
    try:
        assert satark(tmp_path, postgres_url, "migrate", "--roles", prefix).returncode == 0
        assert [action for _, action, *_ in await rows(postgres_url, ENTRIES)] == ["migrate roles"]
    finally:
        store = Store(Settings(database_url=postgres_url).database)
        async with store.write() as db:
            for process in ("gateway", "panel", "worker"):
                await db.execute(text(f"DROP OWNED BY {prefix}_{process}"))
                await db.execute(text(f"DROP ROLE {prefix}_{process}"))
        await store.dispose()


@pytest.mark.parametrize(
    ("more", "accounts"),
    [
        ({}, 0),
        ({"SATARK_DEMO": "1"}, len(ACCOUNTS) + len(KEEPERS)),
        ({"SATARK_DEMO": "1", "SATARK_BASE_URL": "https://tips.police.example"}, 0),
        ({"SATARK_DEMO": "1", "SATARK_BASE_URL": " HTTPS://tips.police.example/"}, 0),
    ],
)
async def test_the_demo_is_asked_for_and_never_public(tmp_path: Path, more: dict[str, str], accounts: int) -> None:
    port = free_port()
    environ = {key: value for key, value in os.environ.items() if key != "SATARK_DEMO"}
    environ |= {"SATARK_DATA_DIR": str(tmp_path), "SATARK_PORT": str(port), "SATARK_CHANNELS": "webform", **more}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([Path(sys.executable).parent / "satark", "run"], env=environ, stdout=log, stderr=log)
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process)
        finally:
            process.terminate()
            process.wait()
    found = await rows(f"sqlite:///{tmp_path}/satark.db", "SELECT count(*) FROM officer")
    assert found == [(accounts,)], (tmp_path / "log").read_text()


async def test_a_demo_that_goes_public_lets_nobody_in(house: House) -> None:
    await load(house.core)
    house.core.settings.base_url = "https://tips.police.example"
    house.core.settings.__dict__.pop("public_url", None)
    house.core.settings.__dict__.pop("secure", None)
    with pytest.raises(PublicDemo):
        await load(house.core)
    assert await close_accounts(house.core) == len(ACCOUNTS) + len(KEEPERS)
    assert await check_password(house.core.store, "dig", "demo-dig-1") is None
    assert await close_accounts(house.core) == 0
