"""A backup and its restore, as an operator does them, on a PostgreSQL that wants a password and TLS: one URL serves all."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from conftest import house_at
from satark.settings import Settings
from satark.store.engine import Store
from tests.postgres_server import PASSWORD, Server, server
from tests.promises.test_p3_two_tips_cannot_be_linked import tell


@pytest.fixture(scope="module")
def private() -> Iterator[Server]:
    with server() as made:
        yield made


def satark(folder: Path, url: str, *command: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "SATARK_DATA_DIR": str(folder), "SATARK_DATABASE_URL": url}
    program = str(Path(sys.executable).parent / "satark")
    return subprocess.run([program, *command], env=environ, capture_output=True, text=True)


QUERIES = (
    "?sslmode=require",
    "?sslmode=verify-full&sslrootcert={root}",
    "?ssl=require",
    "?ssl=verify-full&sslrootcert={root}&application_name=satark&connect_timeout=10&channel_binding=prefer",
)


@pytest.mark.parametrize("query", QUERIES)
async def test_one_url_serves_all(private: Server, tmp_path: Path, query: str) -> None:
    names = [f"satark_{part}_{QUERIES.index(query)}" for part in ("old", "new")]
    for name in names:
        private.make_database(name)
    old, new = (private.url(name, query.format(root=private.certificate)) for name in names)
    made = satark(tmp_path / "old", old, "migrate")
    assert made.returncode == 0, made.stderr
    async with house_at(tmp_path / "old", old) as house:
        await tell(house, "910000000001", 1)
    done = satark(tmp_path / "old", old, "backup", str(tmp_path / "backup"))
    assert done.returncode == 0, done.stderr
    shutil.copytree(tmp_path / "old" / "keys", tmp_path / "new" / "keys")
    restored = satark(tmp_path / "new", new, "restore", str(tmp_path / "backup"))
    assert restored.returncode == 0, restored.stderr
    store = Store(Settings(database_url=new).database)
    async with store.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM tip"))).scalar_one() == 1
        assert (await db.execute(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))).scalar_one()
    await store.dispose()
    async with house_at(tmp_path / "new", new) as house:
        await tell(house, "910000000002", 2)


def test_why_it_failed_is_said_and_the_password_is_not(private: Server, tmp_path: Path) -> None:
    wrong = private.url("none_such", "?sslmode=require")
    failed = satark(tmp_path, wrong, "backup", str(tmp_path / "backup"))
    assert failed.returncode == 1
    assert "none_such" in failed.stderr
    assert len(failed.stderr.splitlines()) == 1
    assert PASSWORD not in failed.stderr


def test_a_certificate_of_somebody_else_is_refused(private: Server, tmp_path: Path) -> None:
    other = tmp_path / "other.crt"
    other.write_text("")
    refused = satark(tmp_path, private.url(query=f"?sslmode=verify-full&sslrootcert={other}"), "migrate")
    assert refused.returncode != 0
