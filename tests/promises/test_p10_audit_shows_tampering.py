"""P10: every look and every change leaves an entry, and an entry that was tampered with shows."""

import asyncio
import threading

import httpx
import pytest
from sqlalchemy import text

from conftest import House
from satark.tips import audit
from satark.tips.audit import append, verify


async def fill(house: House, entries: int = 5) -> None:
    async with house.core.store.write() as db:
        for number in range(entries):
            await append(db, "an-officer", "look", f"tip-{number}", "सब ठीक")


async def broken(house: House, statement: str = "") -> int | None:
    if statement:
        async with house.core.store.write() as db:
            await db.execute(text(statement))
    async with house.core.store.read() as db:
        return await verify(db)


async def test_an_untouched_log_is_whole(both_houses: House) -> None:
    assert await broken(both_houses) is None
    await fill(both_houses)
    assert await broken(both_houses) is None


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("UPDATE audit_entry SET actor = 'another' WHERE number = 3", 3),
        ("UPDATE audit_entry SET subject = 'tip-9' WHERE number = 1", 1),
        ("UPDATE audit_entry SET time = time - 1 WHERE number = 5", 5),
        ("UPDATE audit_entry SET detail = '' WHERE number = 2", 2),
        ("DELETE FROM audit_entry WHERE number = 4", 4),
        ("DELETE FROM audit_entry WHERE number = 1", 1),
    ],
)
async def test_an_edited_or_missing_entry_is_found(both_houses: House, statement: str, entry: int) -> None:
    await fill(both_houses)
    assert await broken(both_houses, statement) == entry


@pytest.mark.parametrize("at_once", [1, 2, 4, 5, 6])
async def test_a_log_is_whole_however_it_is_cut(house: House, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", at_once)
    await fill(house)
    assert await broken(house) is None
    assert await broken(house, "UPDATE audit_entry SET detail = '' WHERE number = 4") == 4


async def test_others_are_served_while_the_log_is_verified(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry waits to be hashed until another request has its answer."""
    begun, answered = asyncio.Event(), threading.Event()
    loop, right = asyncio.get_running_loop(), audit.link

    def slow(*facts: object) -> str:
        loop.call_soon_threadsafe(begun.set)
        assert answered.wait(10)
        return right(*facts)  # type: ignore[arg-type]

    await fill(house)
    monkeypatch.setattr(audit, "link", slow)
    verifying = asyncio.create_task(broken(house))
    async with asyncio.timeout(10):
        await begun.wait()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=house.web), base_url="http://testserver") as client:
        assert (await client.get("/healthz")).status_code == 200
    answered.set()
    assert await verifying is None
