"""A script of writes: all of it, in its order, in one call of SQLite's thread, and nothing of it where one cannot be done."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import bindparam, delete, text, update
from sqlalchemy.exc import IntegrityError

from satark.settings import Settings
from satark.store.among import among
from satark.store.engine import Store
from satark.store.informants import Mute, SeenEvent
from satark.store.sqlite import OneCallCursor
from satark.store.writing import Script

EARLIER = update(SeenEvent).where(among(SeenEvent.key, "keys")).values(day=bindparam("moved"))
FORGOTTEN = delete(SeenEvent).where(among(SeenEvent.key, "keys") & (SeenEvent.day == 7))


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    made = Store(Settings(database_url=database).database)
    yield made
    await made.dispose()


async def seen(store: Store) -> dict[str, int]:
    async with store.read() as db:
        return dict(list(await db.execute(text("SELECT key, day FROM seen_event"))))


async def test_all_of_it_is_done_in_its_order(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, run = [], OneCallCursor._in_thread

    async def counted(self: OneCallCursor, *what: object) -> None:
        calls.append(what)
        await run(self, *what)

    async with store.write() as db:
        script = Script(db)
        script.put(SeenEvent, [{"key": key, "day": 1} for key in "abcd"])
        script.do(EARLIER, keys=["a", "b", "not there"], moved=7)
        script.do(FORGOTTEN, keys=["a", "c"])
        script.put(SeenEvent, [{"key": "d", "day": day} for day in (8, 9)], "key", ("day",))
        monkeypatch.setattr(OneCallCursor, "_in_thread", counted)
        await script.run()
        assert len(calls) == (1 if store.is_sqlite else 0)
    assert await seen(store) == {"b": 7, "c": 1, "d": 9}


async def test_what_one_write_leaves_the_next_finds(store: Store) -> None:
    """Two tables in turn, on PostgreSQL in one statement where it can be."""
    async with store.write() as db:
        script = Script(db)
        script.put(SeenEvent, [{"key": "a", "day": 1}])
        script.put(Mute, [{"key": "a", "until": 1}])
        script.do(EARLIER, keys=["a"], moved=7)
        script.put(Mute, [{"key": key, "until": 2} for key in "ab"], "key", ("until",))
        script.do(FORGOTTEN, keys=["a"])
        script.put(SeenEvent, [{"key": "a", "day": 3}])
        await script.run()
    assert await seen(store) == {"a": 3}
    async with store.read() as db:
        mutes = [tuple(row) for row in await db.execute(text("SELECT key, until FROM mute ORDER BY key"))]
    assert mutes == [("a", 2), ("b", 2)]


@pytest.mark.parametrize("last", [True, False])
async def test_nothing_of_it_is_done_where_one_cannot_be_done(store: Store, last: bool) -> None:
    with pytest.raises(IntegrityError):
        async with store.write() as db:
            script = Script(db)
            script.put(SeenEvent, [{"key": "a", "day": 1}])
            script.put(SeenEvent, [{"key": "a", "day": 2}])
            if not last:
                script.put(SeenEvent, [{"key": "b", "day": 3}])
            await script.run()
    assert await seen(store) == {}


async def test_with_nothing_to_do_nothing_is_asked(store: Store) -> None:
    async with store.write() as db:
        script = Script(db)
        script.put(SeenEvent, [])
        await script.run()
    assert await seen(store) == {}
