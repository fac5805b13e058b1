"""The ledger: what waits is one transaction, and what cannot be written spoils no other."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import event, text

from conftest import House
from satark.delivery import ledger
from satark.delivery.ledger import NotWritten
from satark.delivery.outbox import Begun, PutBack
from tests.delivery.scripted import make_due, outbox


async def rows_of(house: House) -> list[Any]:
    async with house.core.store.read() as db:
        return list(await db.execute(text("SELECT id, claimed_until FROM outbox ORDER BY id")))


async def test_what_waits_is_written_in_one_transaction(six: House) -> None:
    commits: list[object] = []
    event.listen(six.core.store.engine.sync_engine, "commit", commits.append)
    rows = await rows_of(six)
    commits.clear()
    await asyncio.gather(*(six.bench.courier.ledger.write(PutBack(row, 7, at)) for at, row in enumerate(rows)))
    assert len(commits) == 1
    assert sorted((row.due, row.attempts) for row in await outbox(six)) == [(7, at) for at in range(6)]


async def test_an_entry_that_cannot_be_written_spoils_no_other(six: House) -> None:
    """No column holds so great a number."""
    rows = await rows_of(six)
    entries = [PutBack(row, 2**70 if at == 2 else 7, 0) for at, row in enumerate(rows)]
    written = await asyncio.gather(*(map(six.bench.courier.ledger.write, entries)), return_exceptions=True)
    assert [isinstance(one, NotWritten) for one in written] == [at == 2 for at in range(6)]
    assert sorted(row.due == 7 for row in await outbox(six)) == [False, *[True] * 5]


async def test_while_the_database_is_away_it_is_tried_again(six: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its table is away: nothing can be written until it is back."""
    monkeypatch.setattr(ledger, "PAUSE", 0.01)
    failed, store = asyncio.Event(), six.core.store
    rows = await rows_of(six)
    async with store.write() as db:
        await db.execute(text("ALTER TABLE outbox RENAME TO away"))
    event.listen(store.engine.sync_engine, "handle_error", lambda _: failed.set())
    writing = [asyncio.create_task(six.bench.courier.ledger.write(PutBack(row, 7, 0))) for row in rows]
    await failed.wait()
    async with store.write() as db:
        await db.execute(text("ALTER TABLE away RENAME TO outbox"))
    assert await asyncio.gather(*writing) == [0] * 6
    assert [row.due for row in await outbox(six)] == [7] * 6


async def test_the_log_says_that_the_database_went_and_that_it_came(
    six: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ledger, "PAUSE", 0.01)
    well, times, (row, *_) = ledger.outbox.write, 5, await rows_of(six)

    async def write(*args: Any) -> Any:
        nonlocal times
        times -= 1
        if times > 0:
            raise OSError("gone")
        return await well(*args)

    monkeypatch.setattr(ledger.outbox, "write", write)
    await six.bench.courier.ledger.write(PutBack(row, 7, 0))
    assert times == 0
    assert [line.levelname for line in caplog.records] == ["ERROR", "WARNING"]


async def test_in_the_end_it_says_that_it_was_not_written(six: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "PATIENCE", 0.0)
    store, rows = six.core.store, await rows_of(six)
    async with store.write() as db:
        await db.execute(text("ALTER TABLE outbox RENAME TO away"))
    for row in rows[:2]:
        with pytest.raises(NotWritten):
            await six.bench.courier.ledger.write(PutBack(row, 7, 0))


async def test_a_lease_is_renewed_where_it_is_still_ours(six: House) -> None:
    await make_due(six)
    rows = await rows_of(six)
    leases = [0, 0, 1, 0, 99, 0]
    begun = [Begun(row, lease, 0, "") for row, lease in zip(rows, leases, strict=True)]
    renewed = await asyncio.gather(*map(six.bench.courier.ledger.write, begun))
    assert [one > 0 for one in renewed] == [lease == 0 for lease in leases]
    assert [row.claimed_until for row in await rows_of(six)] == list(renewed)
