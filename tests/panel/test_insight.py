"""Numbers of tips: of what one may see alone (P4), and none that tells of a single tip."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from conftest import MONDAY, House, Watch, house_at, reads_of
from satark.jobs.counting import count_changes
from satark.panel.insight.overview import places_of
from satark.panel.people import add_officer
from satark.panel.roles import Role
from satark.store.clock import hour_of, now
from satark.store.sealing import Seal
from satark.store.writing import Rows
from satark.tips.letters import Letter, Piece
from satark.tips.opening import NewTip, open_tip
from satark.tips.tallies.calendar import first_hour, month_of
from satark.tips.tallies.marks import mark
from tests.panel.test_signing_in import PASSWORD, Desk

KOTWALI, ZAFARABAD = "station/jaunpur/kotwali", "station/jaunpur/zafarabad"
# Into a month that is over.
LONG_AGO = 70 * 24
ANALYSTS = {"range": "range/varanasi", "sp": "district/jaunpur", "sho": KOTWALI}


@pytest.fixture
async def counted(tmp_path: Path, database: str, watch: Watch) -> AsyncIterator[House]:
    """A house with an analyst of each height, and 30 tips of the month before the last."""
    watch.put(MONDAY + timedelta(hours=12))
    async with house_at(tmp_path, database) as house:
        for login, office in ANALYSTS.items():
            await add_officer(house.core.store, login, login, PASSWORD, [office], "en", Role.ANALYST)
        await tell(house, 12, "gambling", KOTWALI)
        await tell(house, 17, "weapons", ZAFARABAD)
        await tell(house, 1, "illegal_mining", ZAFARABAD)
        yield house


async def tell(
    house: House, number: int, category: str, station: str, accused: frozenset[str] = frozenset(), ago: int = LONG_AGO
) -> None:
    rows, parent = Rows(), house.core.pack.offices[station].parent
    for _ in range(number):
        new = NewTip(
            channel="webform", locale="hi", category=category, district=parent, station=station, accused=accused,
            readers=frozenset({parent, "range/varanasi", station} - accused), letter=Letter(pieces=(Piece(text="a secret word"),)),
            receipt=f"{len(await seen(house)):032}{_}", hour=hour_of(now()) - ago,
        )  # fmt: skip
        open_tip(rows, Seal(house.core.keys["content.pub"]), new)
    async with house.core.store.write() as db:
        await rows.write(db)
        await mark(db, hour_of(now()) - ago)
    await count_changes({"bench": house.bench})


async def seen(house: House) -> list[str]:
    from sqlalchemy import text

    async with house.core.store.read() as db:
        return [*(await db.execute(text("SELECT receipt FROM tip"))).scalars()]


async def page_of(house: House, login: str) -> str:
    desk = Desk(house, login)
    assert (await desk.sign_in()).headers["location"] == "/panel/insight/"
    page = (await desk.client.get("/panel/insight/")).text
    return re.sub(r'csrf" value="[^"]+', "", page)


def cells(page: str, title: str) -> list[str]:
    """What stands in the rows of that title, in their order."""
    rows = re.findall(rf'<tr><th scope="row"[^>]*>{re.escape(title)}</th>(.*?)</tr>', page, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell) for row in rows for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)]


async def test_an_analyst_sees_the_numbers_and_no_tip(counted: House) -> None:
    page = await page_of(counted, "sp")
    few = "&lt;3"
    assert cells(page, "Gambling and satta")[0] == "10–14"
    assert cells(page, "Gambling and satta")[1:4] == [few] * 3
    assert set(cells(page, "Illegal mining")) == {few}
    assert cells(page, "Kotwali")[0] == "10–14"
    assert cells(page, "Zafarabad")[0] == "15–19"
    assert cells(page, "unknown or elsewhere") == [few]
    assert "a secret word" not in page
    desk = Desk(counted, "sp")
    await desk.sign_in()
    for path in ("/panel/tips", "/panel/tips/AAA-AAA-AAA", "/panel/tips/live", "/panel/evidence/x"):
        assert (await desk.client.get(path)).status_code == 403


async def test_rows_stand_there_before_the_first_tip(counted: House) -> None:
    """A row that came with a tip would tell of it."""
    before = await page_of(counted, "sp")
    await tell(counted, 1, "extortion", "station/jaunpur/jalalpur")
    after = await page_of(counted, "sp")
    assert cells(after, "Jalalpur") == cells(before, "Jalalpur") == ["&lt;3"]
    assert len(re.findall("<tr>", after)) == len(re.findall("<tr>", before))


async def test_whoever_looks_again_and_again_sees_no_tip_come(counted: House, watch: Watch) -> None:
    before = {login: await page_of(counted, login) for login in ANALYSTS}
    for category, station in (("extortion", KOTWALI), ("weapons", ZAFARABAD), ("gambling", KOTWALI)):
        await tell(counted, 1, category, station, ago=1)
        assert {login: await page_of(counted, login) for login in ANALYSTS} == before
    await tell(counted, 40, "gambling", KOTWALI, ago=1)
    watch.put(MONDAY + timedelta(days=10))
    await count_changes({"bench": counted.bench})
    assert all([await page_of(counted, login) != before[login] for login in ANALYSTS]), "the month is over"


async def test_who_is_accused_counts_nothing_of_it(counted: House) -> None:
    before = {login: await page_of(counted, login) for login in ANALYSTS}
    await tell(counted, 30, "police_corruption", KOTWALI, frozenset({KOTWALI}))
    after = {login: await page_of(counted, login) for login in ANALYSTS}
    assert after["sho"] == before["sho"]
    assert after["sp"] != before["sp"]
    await tell(counted, 30, "police_corruption", KOTWALI, frozenset({"district/jaunpur"}))
    assert await page_of(counted, "sp") == after["sp"]
    assert await page_of(counted, "sho") == before["sho"]
    assert await page_of(counted, "range") != after["range"]


async def test_the_page_reads_as_much_of_many_tips_as_of_few(counted: House) -> None:
    asked = reads_of(counted)
    desk = Desk(counted, "range")
    await desk.sign_in()
    await desk.client.get("/panel/insight/")
    asked.clear()
    await desk.client.get("/panel/insight/")
    few = len(asked)
    await tell(counted, 20, "weapons", KOTWALI)
    asked.clear()
    await desk.client.get("/panel/insight/")
    assert len(asked) == few


def test_months_begin_in_india() -> None:
    may = 1_777_573_800  # 1 May 2026, 00:00 in India
    assert first_hour(2026 * 12 + 4) == hour_of(may)
    assert [month_of(hour_of(may + moved)) for moved in (-1, 0)] == [2026 * 12 + 3, 2026 * 12 + 4]


async def test_an_officer_sees_exact_numbers_and_what_changed_most(counted: House) -> None:
    await add_officer(counted.core.store, "dig", "DIG", PASSWORD, ["range/varanasi"], "en")
    await tell(counted, 20, "overloading", ZAFARABAD, ago=30 * 24)
    desk = Desk(counted, "dig")
    await desk.sign_in()
    page = (await desk.client.get("/panel/insight/")).text
    assert cells(page, "Illegal mining") == ["1", *["0"] * 6, "1"]
    assert cells(page, "Kotwali")[0] == "12"
    assert '<b><bdi dir="ltr">50</bdi></b>' in page
    assert page.count('<tr><th scope="row">') > 24
    assert "Changed most in Oct 2026, by more than chance explains: Overloading, 20 tips" in page
    assert "&lt;3" not in page


@pytest.mark.parametrize("office", ["range/varanasi", "district/jaunpur", KOTWALI, "outside/vigilance"])
async def test_every_office_has_its_places(house: House, office: str) -> None:
    places = places_of(house.core.pack, frozenset({office}))
    assert places[-1].office == ""
    stations = [place.office for place in places if not place.within] + [
        one for place in places for one in place.within
    ]
    named = [one for one in stations if one]
    assert len(named) == len(set(named)) == (1 if office == KOTWALI else len(named))
    assert (len(places) == 4) is (office in ("range/varanasi", "outside/vigilance"))
