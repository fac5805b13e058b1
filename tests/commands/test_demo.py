"""The demo is whole after an upgrade, lets nobody in where there is more than a demo, and has enough for each page of numbers."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from conftest import MONDAY, House, Watch
from satark.commands.demo import load
from satark.commands.demo_tips import RISE, TIPS
from satark.insight.analysis import analysis
from satark.insight.periods import Kind
from satark.insight.reading import Reading
from satark.insight.watching import watched
from satark.jobs.counting import audiences
from satark.panel.people import add_officer, check_password
from satark.tips.tallies.calendar import day_of
from satark.tips.tallies.passing import rebuild
from tests.tips.standing import wrong

ALL = {"dig", "sp", "sho", "analyst", "admin", "admin2", "auditor"}


async def loaded(house: House) -> set[str]:
    """The logins that are said."""
    return {login for login, *_ in await load(house.core)}


async def do(house: House, statement: str) -> None:
    async with house.core.store.write() as db:
        await db.execute(text(statement))


async def without_analyst(house: House) -> None:
    """As a version before there were analysts left it."""
    await do(house, "DELETE FROM post WHERE officer_id IN (SELECT id FROM officer WHERE login = 'analyst')")
    await do(house, "DELETE FROM officer WHERE login = 'analyst'")


async def test_a_demo_gets_what_it_lacks_and_nothing_else_does(house: House) -> None:
    assert await loaded(house) == ALL
    await without_analyst(house)
    assert await loaded(house) == ALL
    assert await check_password(house.core.store, "analyst", "demo-analyst-1")
    async with house.core.store.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM tip"))).scalar_one() == TIPS + RISE[3]
    assert await wrong(house.core.store) == []
    async with house.core.store.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM officer"))).scalar_one() == len(ALL)
    await without_analyst(house)
    await add_officer(house.core.store, "real", "Real", "a long password", ["district/jaunpur"])
    assert await loaded(house) == ALL - {"analyst"}
    await do(house, "DELETE FROM post WHERE officer_id IN (SELECT id FROM officer WHERE login = 'real')")
    await do(house, "DELETE FROM officer WHERE login = 'real'")
    await do(house, "UPDATE officer SET active = false WHERE login = 'sp'")
    assert await loaded(house) == ALL - {"analyst", "sp"}


@pytest.mark.parametrize("day", [0, 3, 6])
async def test_whenever_it_is_loaded_it_has_a_warning_seasons_and_a_year_before(
    house: House, watch: Watch, day: int
) -> None:
    watch.put(MONDAY + timedelta(days=day, hours=12))
    house.core.settings.count_synthetic = True
    await loaded(house)
    seeing = await audiences(house.core)
    assert await rebuild(house.core.store, seeing, watch.hour)
    range_office = next(key for key, eyes in seeing.items() if "range/varanasi" in eyes.offices)
    async with house.core.store.read() as db:
        of = Reading(db, range_office, watch.hour)
        warned = await watched(of, day_of(watch.hour))
        month = await analysis(of, Kind.MONTH, day_of(watch.hour))
    assert [(one.district, one.category) for one in warned.warnings] == [("district/jaunpur", RISE[0])]
    assert warned.seasonal
    assert month.seasonal
    assert month.year is not None
