"""The numbers that are kept are those that one would count, for everybody; and an accused office's never hold the tip."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, text

from satark.routing.policy import Held, is_barred
from satark.settings import Settings
from satark.store.clock import hour_of, now
from satark.store.engine import Store
from satark.store.migrate import migrate
from satark.store.tables import Accusation, Tip
from satark.store.tallies import TallyMark, TallyMonth
from satark.tips.conflict import accuse
from satark.tips.tallies.calendar import month_of
from satark.tips.tallies.counting import count, seen_by
from satark.tips.tallies.keeping import _write, change, kept_numbers
from satark.tips.tallies.loading import facts_of_month
from satark.tips.tallies.passing import rebuild
from tests.tips.standing import wrong
from tests.tips.tallies.town import CLOCKS, KOTWALI, TREE, Action, Town

numbers = st.integers(0, 59)
actions = st.lists(st.tuples(numbers, numbers, numbers, numbers), min_size=10, max_size=40)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with nothing in it but tables."""
    path = tmp_path_factory.mktemp("empty") / "satark.db"

    async def make() -> None:
        store = Store(f"sqlite+aiosqlite:///{path}")
        await migrate(store)
        await store.scrub()
        await store.dispose()

    asyncio.run(make())
    return path


@pytest.fixture
async def town(database: str, tmp_path: Path) -> AsyncIterator[Town]:
    store = Store(Settings(database_url=database).database)
    await migrate(store)
    made = Town(store, tmp_path / "keys")
    await made.settle()
    yield made
    await store.dispose()


async def accused_see_nothing(town: Town) -> None:
    """Whatever was not counted yet: no number of who is shut out has a tip in it that accuses."""
    async with town.store.read() as db:
        accused = (await db.execute(select(Accusation))).all()
        hours = {row.id: row.hour for row in await db.execute(select(Tip))}
    for name, shown in (await town.categories()).items():
        bars = town.viewer(name).bars
        for row in accused:
            if row.tip_id in town.secrets and is_barred(bars, {row.office_id}, hours[row.tip_id]):
                assert town.secrets[row.tip_id] not in shown, name


async def numbers_are_right(town: Town) -> None:
    for name in town.posts:
        assert await town.shown(name) == await town.direct(name), name


async def live(town: Town, happening: list[Action]) -> None:
    """Things happen; now and then it is counted. Lists know at once how each tip stands."""
    for action in happening:
        await town.act(action)
        assert await wrong(town.store) == [], action
        if action[0] % 10 == 0:
            assert await town.count()
        if action[0] % 3 == 0:
            await accused_see_nothing(town)
    await accused_see_nothing(town)
    assert await town.count()
    await numbers_are_right(town)
    kept = await town.kept()
    assert await rebuild(town.store, await town.audiences(), hour_of(now()))
    assert await town.kept() == kept


@settings(max_examples=10)
@given(actions)
def test_whatever_happens_the_numbers_are_those_of_a_direct_count(
    empty: Path, tmp_path_factory: pytest.TempPathFactory, happening: list[Action]
) -> None:
    async def lived() -> None:
        folder = tmp_path_factory.mktemp("town")
        shutil.copy(empty, folder / "satark.db")
        store = Store(f"sqlite+aiosqlite:///{folder}/satark.db")
        town = Town(store, folder / "keys")
        await town.settle()
        await live(town, happening)
        await store.dispose()

    asyncio.run(lived())


def drawn(seed: int, number: int) -> list[Action]:
    draw = random.Random(seed)
    one, two, three, four = (lambda: draw.randrange(60) for _ in range(4))
    return [(one(), two(), three(), four()) for _ in range(number)]


async def test_a_long_history_is_counted_on_both_databases(town: Town) -> None:
    await live(town, [(1, 0, one, one * 7) for one in range(30)] + drawn(6, 80))
    async with town.store.read() as db:
        for table in ("accusation", "recusal", "tally_cell", "tally_wait"):
            assert (await db.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() > 0, table
        assert (await db.execute(text("SELECT sum(repeats) FROM tally_place"))).scalar_one() > 3


async def test_who_began_to_count_before_an_accusation_writes_nothing(town: Town) -> None:
    """They still have the tip in their numbers; the accused office never gets to see it."""
    await town.act((0, 0, 4, 3))
    await town.count()
    key, eyes = next((key, eyes) for key, eyes in (await town.audiences()).items() if KOTWALI in eyes.offices)
    async with town.store.write() as db:
        tip = (await db.execute(select(Tip))).one()
        await db.execute(text("INSERT INTO tip_reader (tip_id, office_id, hour, fresh, fresh_hour, status)"
                              " SELECT tip_id, :office, hour, fresh, fresh_hour, status FROM tip_reader LIMIT 1"), {"office": KOTWALI})  # fmt: skip
    month = month_of(tip.hour)
    async with town.store.read() as db:
        version = (
            await db.execute(select(TallyMonth.version).where(TallyMonth.audience == key, TallyMonth.month == month))
        ).scalar_one()  # type: ignore[call-overload]
        tips = await facts_of_month(db, month, eyes.offices)
        begun = change(
            key, month, version, (await kept_numbers(db, [key], month))[key], count(seen_by(eyes, tips), month)
        )
    assert begun.size > 0
    async with town.store.write() as db:
        await accuse(db, CLOCKS, town.seals, town.viewer("sp"), tip, KOTWALI, "x", TREE)
    async with town.store.write() as db:
        assert not await _write(db, begun)
    await accused_see_nothing(town)
    assert await town.count()
    await numbers_are_right(town)


async def test_an_accusation_and_the_worker_at_once_leave_nothing_behind(town: Town) -> None:
    """Six tips that an office reads are named to accuse it while all is counted again and again."""
    for one in range(0, 24, 4):
        await town.act((0, 0, 11 + one * 5, 3 * one))
    async with town.store.write() as db:
        await db.execute(text("INSERT INTO tip_reader (tip_id, office_id, hour, fresh, fresh_hour, status)"
                              " SELECT tip_id, :office, hour, fresh, fresh_hour, status FROM tip_reader WHERE office_id = :top"),
                         {"office": KOTWALI, "top": "range/varanasi"})  # fmt: skip
    await town.count()
    async with town.store.read() as db:
        tips = (await db.execute(select(Tip))).all()

    async def name_all() -> None:
        for tip in tips:
            async with town.store.write() as db:
                await accuse(db, CLOCKS, town.seals, town.viewer("sp"), tip, KOTWALI, "x", TREE)
            await accused_see_nothing(town)

    async def count_on() -> None:
        while not naming.done():
            await town.count()
            await accused_see_nothing(town)

    naming = asyncio.create_task(name_all())
    await asyncio.gather(naming, count_on())
    while not await town.count():
        pass
    await numbers_are_right(town)


async def test_counting_costs_what_changed_and_a_pass_without_changes_writes_nothing(town: Town) -> None:
    for action in drawn(1, 60):
        await town.act(action)
    await town.count()
    written: list[str] = []
    event.listen(
        town.store.engine.sync_engine, "before_cursor_execute",
        lambda *given: written.append(given[2]) if given[2].startswith(("INSERT", "UPDATE", "DELETE")) else None,
    )  # fmt: skip
    await town.count()
    assert [one for one in written if "UPDATE audience" not in one] == []
    await town.act((0, 0, 4, 3))
    written.clear()
    await town.count()
    async with town.store.read() as db:
        assert (await db.execute(select(func.count()).select_from(TallyMark))).scalar_one() == 0
    assert 0 < len(written) < 15 * len(town.posts)


async def test_who_changes_office_is_counted_anew_and_what_nobody_reads_is_gone(town: Town) -> None:
    for action in drawn(2, 40):
        await town.act(action)
    await town.count()
    town.posts = {"sho": [Held(KOTWALI)]}
    async with town.store.write() as db:
        await db.execute(
            text("DELETE FROM post WHERE officer_id <> 'sho' OR office_id <> :office"), {"office": KOTWALI}
        )
        await db.execute(text("UPDATE post SET until = NULL"))
    assert await town.count()
    kept = await town.kept()
    assert {row[0] for rows in kept.values() for row in rows} <= set(await town.audiences())
    await numbers_are_right(town)
