"""Sums of months long past come from memory, and never say what is so no more."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from conftest import MONDAY, House, Watch, house_at, reads_of
from satark.insight.asking import EVER
from satark.insight.numbers import places
from satark.insight.reading import Reading
from satark.jobs.counting import audiences, count_changes
from satark.panel.people import add_officer
from satark.store.officers import Officer, Post
from satark.store.tables import Accusation, Tip
from satark.tips.tallies.keeping import take_out
from tests.panel.test_insight import KOTWALI, tell
from tests.panel.test_signing_in import PASSWORD

FIVE_YEARS = 5 * 365 * 24


@pytest.fixture
async def old(tmp_path: Path, database: str, watch: Watch) -> AsyncIterator[House]:
    """An SHO with seven tips of five years ago, and one of this hour."""
    watch.put(MONDAY)
    async with house_at(tmp_path, database) as house:
        await add_officer(house.core.store, "sho", "sho", PASSWORD, [KOTWALI], "en")
        await tell(house, 7, "gambling", KOTWALI, ago=FIVE_YEARS)
        await tell(house, 1, "gambling", KOTWALI, ago=0)
        yield house


async def told(house: House, watch: Watch) -> int:
    (key,) = await audiences(house.core)
    async with house.core.store.read() as db:
        found = await places(Reading(db, key, watch.hour), EVER, ("category",))
    return sum(tally.total for tally in found.values())


async def accuse(house: House) -> None:
    """The oldest tip accuses the SHO's own station."""
    async with house.core.store.write() as db:
        tip = (await db.execute(select(Tip).order_by(Tip.hour).limit(1))).one()  # type: ignore[arg-type]
        await db.execute(Accusation.__table__.insert(), {"tip_id": tip.id, "office_id": KOTWALI})  # type: ignore[attr-defined]
        await take_out(db, tip.hour, KOTWALI)


async def test_they_are_read_once(old: House, watch: Watch) -> None:
    assert await told(old, watch) == 8
    asked = reads_of(old)
    assert await told(old, watch) == 8
    assert sum("FROM tally_place" in one for one in asked) == 1


async def test_an_accusation_and_a_new_count_are_told_at_once(old: House, watch: Watch) -> None:
    assert await told(old, watch) == 8
    await accuse(old)
    assert await told(old, watch) == 7
    await tell(old, 2, "gambling", KOTWALI, ago=FIVE_YEARS)
    assert await told(old, watch) == 9


async def test_who_comes_back_is_told_nothing_of_before(old: House, watch: Watch) -> None:
    """Each month is counted once more, as often as before, without the tip that accuses."""
    assert await told(old, watch) == 8
    async with old.core.store.write() as db:
        for table in (Post, Officer):
            await db.execute(delete(table))
    await count_changes({"bench": old.bench})
    await accuse(old)
    await add_officer(old.core.store, "sho", "sho", PASSWORD, [KOTWALI], "en")
    await count_changes({"bench": old.bench})
    assert await told(old, watch) == 7
