"""The demo is whole after an upgrade, and lets nobody in where there is more than a demo."""

from sqlalchemy import text

from conftest import House
from satark.commands.demo import load
from satark.panel.people import add_officer, check_password
from tests.tips.standing import wrong

ALL = {"dig", "sp", "sho", "analyst", "admin", "auditor"}


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
        assert (await db.execute(text("SELECT count(*) FROM tip"))).scalar_one() == 240
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
