"""P10: every look and every change leaves an entry, and an entry that was tampered with shows."""

import pytest
from sqlalchemy import text

from conftest import House
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
