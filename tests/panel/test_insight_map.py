"""The map of hotspots: right numbers, of what one may see alone (P4), for who may open the tips."""

import csv
import io
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from conftest import House, house_at, reads_of
from satark.insight.asking import Window
from satark.insight.cells import cell_of, neighbours, parent_of
from satark.jobs.counting import count_changes
from satark.panel.people import add_officer
from satark.panel.roles import Role
from satark.routing.policy import readers
from satark.store.clock import hour_of, now
from satark.store.columns import random_id
from satark.store.sealing import Seal
from satark.store.writing import Rows
from satark.tips.letters import Letter, Piece
from satark.tips.opening import NewTip, open_tip
from satark.tips.tallies.calendar import first_hour
from satark.tips.tallies.marks import mark
from tests.panel.test_signing_in import PASSWORD, Desk

RANGE, JAUNPUR, KOTWALI = "range/varanasi", "district/jaunpur", "station/jaunpur/kotwali"
SAIDPUR = "station/ghazipur/saidpur"
TOWN = cell_of(25.75, 82.69)
BESIDE, FAR = min(neighbours(TOWN)), cell_of(25.53, 83.20)
OFFICERS = {"dig": RANGE, "sp": JAUNPUR, "sho": KOTWALI}
HOUR = hour_of(now())
NEW = '<g class="news" aria-hidden="true"><g'
MAP, FILE = "/panel/insight/map", "/panel/insight/map.csv"


@pytest.fixture
async def counted(tmp_path: Path, database: str) -> AsyncIterator[House]:
    async with house_at(tmp_path, database) as house:
        for login, office in OFFICERS.items():
            await add_officer(house.core.store, login, login, PASSWORD, [office], "en")
        await tell(house, 9, TOWN, "gambling")
        await tell(house, 4, BESIDE, "weapons")
        await tell(house, 2, FAR, "weapons", SAIDPUR)
        await tell(house, 3, "", "weapons")
        await tell(house, 5, TOWN, "weapons", hour=first_hour(Window.until(HOUR, 3).before.last))
        yield house


async def tell(
    house: House, number: int, cell: str, category: str, station: str = KOTWALI, accused: frozenset[str] = frozenset(),
    hour: int = HOUR,
) -> None:  # fmt: skip
    """Tips that are told and counted."""
    pack, rows = house.core.pack, Rows()
    district = pack.district_of(station)
    for _ in range(number):
        reading = readers(pack.parents, pack.outside, pack.top, district, accused)
        letter = Letter(pieces=(Piece(text="x"),))
        new = NewTip(
            channel="webform", locale="hi", category=category, district=district, station=station, cell=cell, hour=hour,
            accused=accused, readers=reading | ({station} - accused), letter=letter, receipt=random_id(),
        )  # fmt: skip
        open_tip(rows, Seal(house.core.keys["content.pub"]), new)
    async with house.core.store.write() as db:
        await rows.write(db)
        await mark(db, hour)
    await count_changes({"bench": house.bench})


async def desk_of(house: House, login: str) -> Desk:
    desk = Desk(house, login)
    await desk.sign_in()
    return desk


async def page_of(house: House, login: str, path: str = MAP) -> str:
    page = (await (await desk_of(house, login)).client.get(path)).text
    return re.sub(r'csrf" value="[^"]+', "", page)


def cells(page: str) -> dict[str, tuple[int, int]]:
    """What the table says of each cell: tips, and how many are open."""
    rows = re.findall(r'<tr id="(\w+)">(.*?)</tr>', page, re.DOTALL)
    found = {cell: re.findall(r"<td>(.*?)</td>", row, re.DOTALL) for cell, row in rows}
    return {cell: (int(row[2]), int(row[3])) for cell, row in found.items()}


async def direct(house: House, resolution: int, where: str) -> Counter[str]:
    async with house.core.store.read() as db:
        rows = await db.execute(text(f"SELECT cell FROM tip WHERE cell <> '' AND {where}"))
        return Counter(parent_of(cell, resolution) for (cell,) in rows)


async def test_numbers_are_those_of_a_direct_count(counted: House) -> None:
    async with counted.core.store.write() as db:
        await db.execute(text("UPDATE tip SET status = 'closed' WHERE category = 'gambling'"))
        await mark(db, HOUR)
    await count_changes({"bench": counted.bench})
    recent = f"hour >= {first_hour(Window.until(HOUR, 3).first)}"
    for query, resolution, where in (
        ("", 6, recent), ("?size=7", 7, recent), ("?size=5", 5, recent), ("?months=24&size=7", 7, "1 = 1"),
        ("?category=weapons&size=7", 7, f"{recent} AND category = 'weapons'"),
        ("?district=district/ghazipur", 7, f"{recent} AND district = 'district/ghazipur'"),
    ):  # fmt: skip
        found = {cell: n for cell, (n, _) in cells(await page_of(counted, "dig", MAP + query)).items() if n}
        assert found == await direct(counted, resolution, where), query
        assert found
    unsettled = cells(await page_of(counted, "dig", f"{MAP}?status=open&size=7"))
    assert unsettled[BESIDE] == (4, 4)
    assert unsettled.get(TOWN, (0, 0)) == (0, 0)
    everything = await page_of(counted, "dig")
    assert "3 tips are not on the map" in everything
    assert 'class="cell hot99' in everything
    assert NEW not in everything, "it was hot in the three months before, too"
    assert NEW in await page_of(counted, "dig", f"{MAP}?months=1"), "it was not in the month before"


async def test_who_is_accused_sees_the_same_map_with_and_without_the_tip(counted: House) -> None:
    paths = (MAP, FILE, f"{MAP}?category=police_corruption&size=7")
    before = {(login, path): await page_of(counted, login, path) for login in OFFICERS for path in paths}
    await tell(counted, 6, TOWN, "police_corruption", accused=frozenset({KOTWALI}))
    await tell(counted, 6, FAR, "police_corruption", accused=frozenset({KOTWALI}))
    for path in paths:
        assert await page_of(counted, "sho", path) == before["sho", path]
        assert await page_of(counted, "sp", path) != before["sp", path]
        assert await page_of(counted, "dig", path) != before["dig", path]


async def test_the_file_says_what_the_table_says(counted: House) -> None:
    told = await (await desk_of(counted, "dig")).client.get(f"{FILE}?size=7&sort=-tips")
    rows = list(csv.reader(io.StringIO(told.content.decode("utf-8-sig"))))
    numbers = [(int(row[3]), int(row[4])) for row in rows[1:]]
    assert numbers == list(cells(await page_of(counted, "dig", f"{MAP}?size=7&sort=-tips")).values())
    assert numbers == sorted(numbers, reverse=True)
    assert rows[1][0] == "Kotwali · Jaunpur"
    assert any(re.fullmatch(r"\d+ km [a-z-]+ of .+", row[0]) for row in rows)
    assert TOWN not in told.text, "a cell is named as people name it"


def counting(asked: list[str]) -> int:
    """The queries but for that of the process itself, which looks every two seconds whether the pack was changed."""
    return len([one for one in asked if "FROM edit" not in one])


async def test_as_much_is_read_of_many_tips_as_of_few(counted: House) -> None:
    asked, desk = reads_of(counted), await desk_of(counted, "dig")
    await desk.client.get(MAP)
    asked.clear()
    await desk.client.get(MAP)
    few = counting(asked)
    for at, cell in enumerate(sorted(neighbours(FAR))):
        await tell(counted, 1 + at, cell, "mining", SAIDPUR)
    asked.clear()
    await desk.client.get(MAP)
    assert counting(asked) == few


async def test_what_makes_no_sense_is_left_aside(house: House) -> None:
    await add_officer(house.core.store, "sp", "sp", PASSWORD, [JAUNPUR], "en")
    desk = await desk_of(house, "sp")
    empty = await desk.client.get(MAP)
    assert "There are no tips with a place" in empty.text
    await tell(house, 3, TOWN, "weapons")
    await tell(house, 3, FAR, "weapons", SAIDPUR)
    usual = cells((await desk.client.get(MAP)).text)
    assert usual[TOWN] == (3, 3)
    for query in ("months=7", "months=x", "size=9", "size=-1", "sort=nothing", "district=district/ghazipur",
                  f"district={KOTWALI}", "district=<script>", "category=none", "status=%00", "sort=-"):  # fmt: skip
        answer = await desk.client.get(f"{MAP}?{query}")
        assert answer.status_code == 200, query
        assert cells(answer.text) == usual, query
        assert "<script>" not in answer.text


async def test_analysts_have_no_map_beside_their_overview(house: House) -> None:
    await add_officer(house.core.store, "analyst", "analyst", PASSWORD, [RANGE], "en", Role.ANALYST)
    desk = await desk_of(house, "analyst")
    assert (await desk.client.get(MAP)).status_code == 403
    assert (await desk.client.get(FILE)).status_code == 403
    assert MAP not in (await desk.client.get("/panel/insight/")).text


async def test_who_was_not_counted_yet_is_told_to_come_back(counted: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("satark.tips.tallies.passing.SOON_COUNTED", 2)
    await add_officer(counted.core.store, "new", "new", PASSWORD, [JAUNPUR, SAIDPUR], "en")
    assert "being counted" in await page_of(counted, "new")
    assert len((await page_of(counted, "new", FILE)).splitlines()) == 1
