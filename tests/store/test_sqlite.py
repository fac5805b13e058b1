"""SQLite behind a thread: whoever is cancelled leaves nothing behind that a loop would wait for at its end."""

import asyncio
import sqlite3
from pathlib import Path
from threading import Thread

from sqlalchemy import text

from satark.store.engine import Store


async def test_a_loop_ends_though_a_connection_is_being_closed(tmp_path: Path) -> None:
    """Somebody waits for the lock and is cancelled; while their connection is being closed, all is cancelled once more."""
    store = Store(f"sqlite+aiosqlite:///{tmp_path}/satark.db")
    other = sqlite3.connect(tmp_path / "satark.db", isolation_level=None, check_same_thread=False)

    async def write() -> None:
        async with store.write() as db:
            await db.execute(text("SELECT 1"))

    async def unlock_at_the_end() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            other.execute("ROLLBACK")

    async def main() -> None:
        await write()
        other.execute("BEGIN IMMEDIATE")
        begun = [asyncio.create_task(write()), asyncio.create_task(unlock_at_the_end())]
        for _ in range(10):
            await asyncio.sleep(0)
        begun[0].cancel()
        for _ in range(10):
            await asyncio.sleep(0)

    ending = Thread(target=asyncio.run, args=(main(),), daemon=True)
    ending.start()
    await asyncio.to_thread(ending.join, 20)
    assert not ending.is_alive()
    other.close()
