"""How a batch finds what it needs."""

from sqlalchemy import text

from satark.intake.memory import hold, look_up
from satark.intake.outgoing import release_held, withdraw_questions
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.informants import Conversation, Mute, Outbox, SeenEvent
from satark.store.sealing import Locker
from satark.store.writing import Rows, Script

READ = text("SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE seq_scan > 0")
PLANNER = text("SELECT current_setting('enable_seqscan')")


async def test_no_table_is_read_from_end_to_end(postgres_url: str) -> None:
    """Not even where PostgreSQL believes that there is nothing in it: it counts once a minute, and a flood fills it in one."""
    store = Store(Settings(database_url=postgres_url).database)
    async with store.write() as db:
        rows = Rows()
        rows.put(Outbox, thread="a", due=1)
        rows.put(SeenEvent, key="b", day=1)
        rows.put(Mute, key="c", until=1)
        rows.put(Conversation, key="d", channel="-", state=b"", sealed_address=b"", expires=1)
        await rows.write(db)
    async with store.write() as db:
        await db.execute(text("ANALYZE"))
    async with store.write() as db:
        await hold(db, store, ["a"])
        await look_up(db, Locker(bytes(32)), ["a"], ["b"], ["c"], 1)
        script = Script(db)
        withdraw_questions(script, ["a"])
        release_held(script, ["a"], 1)
        await script.run()
        assert (await db.execute(READ)).all() == []
    async with store.read() as db:
        assert (await db.execute(PLANNER)).scalar_one() == "on"
    await store.dispose()
