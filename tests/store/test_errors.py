"""What is an outage and what is not, of errors that the databases themselves raise."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from conftest import migrated
from satark.store.engine import Store
from satark.store.errors import is_outage

INSERT = "INSERT INTO mute_request (tip_id, wish) VALUES (:tip, :wish)"


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Store]:
    store = Store(postgres_url.replace("postgresql:", "postgresql+asyncpg:"))
    yield store
    await store.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "satark.db"
    file.write_bytes(migrated())
    return file


@pytest.fixture
async def sqlite(file: Path) -> AsyncIterator[Store]:
    store = Store(f"sqlite+aiosqlite:///{file}")
    yield store
    await store.dispose()


async def error_of(store: Store, *statements: str, **values: object) -> Exception:
    """What the last of these statements raises, in one transaction."""
    with pytest.raises(Exception) as caught:
        async with store.write() as db:
            for one in statements[:-1]:
                await db.execute(text(one))
            await db.execute(text(statements[-1]), values)
    return caught.value


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (INSERT, {"tip": "a\0b", "wish": "x"}),
        (INSERT, {"tip": "\ud800", "wish": "x"}),
        (INSERT, {"tip": None, "wish": "x"}),
        ("SELECT CAST(:number AS integer)", {"number": 2**70}),
        ("SELECT CAST(:words AS integer)", {"words": "twelve"}),
        ("SELECT convert_from(CAST(:raw AS bytea), 'UTF8')", {"raw": b"\xff"}),
        ("SELECT 1 / CAST(:zero AS integer)", {"zero": 0}),
    ],
)
async def test_data_that_postgresql_does_not_take_is_no_outage(
    postgres: Store, statement: str, values: dict[str, object]
) -> None:
    assert not is_outage(await error_of(postgres, statement, **values))


async def test_a_key_that_is_there_is_no_outage(postgres: Store, sqlite: Store) -> None:
    for store in (postgres, sqlite):
        async with store.write() as db:
            await db.execute(text(INSERT), {"tip": "a", "wish": "x"})
        error = await error_of(store, INSERT, tip="a", wish="x")
        assert isinstance(error, IntegrityError)
        assert not is_outage(error)


@pytest.mark.parametrize(
    "statements",
    [
        ("SET LOCAL statement_timeout = 10", "SELECT pg_sleep(20)"),
        ("SET TRANSACTION READ ONLY", "DELETE FROM mute_request"),
        ("SELECT pg_terminate_backend(pg_backend_pid())",),
    ],
)
async def test_what_postgresql_cannot_do_now_is_an_outage(postgres: Store, statements: tuple[str, ...]) -> None:
    assert is_outage(await error_of(postgres, *statements))


async def test_a_lock_is_an_outage(postgres: Store, sqlite: Store) -> None:
    async with postgres.write() as db:
        await db.execute(text("LOCK TABLE mute_request"))
        assert is_outage(await error_of(postgres, "SET LOCAL lock_timeout = 10", "DELETE FROM mute_request"))
    async with sqlite.write(), sqlite.engine.connect() as other:
        await other.exec_driver_sql("COMMIT")
        await other.exec_driver_sql("PRAGMA busy_timeout=1")
        with pytest.raises(Exception, match="locked") as caught:
            await other.exec_driver_sql("DELETE FROM mute_request")
    assert is_outage(caught.value)


async def test_a_full_disk_is_an_outage(sqlite: Store) -> None:
    async with sqlite.engine.connect() as db:
        await db.exec_driver_sql("PRAGMA max_page_count=1")
        with pytest.raises(Exception, match="full") as caught:
            for number in range(10_000):
                await db.execute(text(INSERT), {"tip": str(number) * 100, "wish": "x" * 1000})
    assert is_outage(caught.value)


async def test_what_sqlite_does_not_take_is_no_outage(sqlite: Store) -> None:
    for value in ("\ud800", 2**70, None):
        assert not is_outage(await error_of(sqlite, INSERT, tip=value, wish="x"))
    assert not is_outage(await error_of(sqlite, "DELETE FROM nothing_of_this_name"))


async def test_no_server_is_an_outage() -> None:
    store = Store("postgresql+asyncpg://nobody@127.0.0.1:9/nothing")
    assert is_outage(await error_of(store, "SELECT 1"))
    await store.dispose()
    assert is_outage(TimeoutError())
    assert not is_outage(RuntimeError())
