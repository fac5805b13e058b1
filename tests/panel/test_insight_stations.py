"""Stations beside each other: numbers that equal a count, nothing of what accuses, whatever is asked for."""

import csv
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conftest import House, house_at, reads_of
from satark.jobs.counting import count_changes
from satark.panel.people import add_officer
from satark.panel.roles import Role
from satark.store.clock import hour_of, now
from satark.store.columns import random_id
from satark.store.sealing import Seal
from satark.store.tables import StatusChange
from satark.store.writing import Rows
from satark.tips.letters import Letter, Piece
from satark.tips.opening import NewTip, open_tip
from satark.tips.tallies.marks import mark
from tests.panel.test_signing_in import PASSWORD, Desk

KOTWALI, ZAFARABAD = "station/jaunpur/kotwali", "station/jaunpur/zafarabad"
OFFICERS = {"dig": "range/varanasi", "sp": "district/jaunpur", "sho": KOTWALI}
CELL = "873c16d53ffffff"
PAGES = ("stations", "stations.csv", "areas", "areas.csv", "areas?kind=cluster", "stations?kind=district", "")


@pytest.fixture
async def town(tmp_path: Path, database: str) -> AsyncIterator[House]:
    """30 tips of this hour: of Kotwali's 20, five were acted on after 6 hours."""
    async with house_at(tmp_path, database) as house:
        for login, office in OFFICERS.items():
            await add_officer(house.core.store, login, login, PASSWORD, [office], "en")
        await add_officer(house.core.store, "analyst", "x", PASSWORD, ["range/varanasi"], "en", Role.ANALYST)
        await tell(house, 5, "gambling", KOTWALI, acted=True)
        await tell(house, 15, "gambling", KOTWALI)
        await tell(house, 10, "weapons", ZAFARABAD)
        yield house


async def tell(
    house: House,
    number: int,
    category: str,
    station: str,
    accused: frozenset[str] = frozenset(),
    *,
    acted: bool = False,
) -> None:
    rows, parent, hour = Rows(), house.core.pack.offices[station].parent, hour_of(now()) - 6
    for _ in range(number):
        new = NewTip(
            channel="webform", locale="hi", category=category, district=parent, station=station, accused=accused, cell=CELL,
            readers=frozenset({parent, "range/varanasi", station} - accused), letter=Letter(pieces=(Piece(text="x"),)),
            receipt=random_id(), hour=hour,
        )  # fmt: skip
        tip = open_tip(rows, Seal(house.core.keys["content.pub"]), new)
        if acted:
            rows.add(StatusChange(tip_id=tip.id, status="action_taken", hour=hour + 6, step=1))
    async with house.core.store.write() as db:
        await rows.write(db)
        await mark(db, hour)
    await count_changes({"bench": house.bench})


async def desk_of(house: House, login: str) -> Desk:
    desk = Desk(house, login)
    await desk.sign_in()
    return desk


async def seen(house: House, login: str) -> dict[str, str]:
    desk = await desk_of(house, login)
    pages = {page: (await desk.client.get(f"/panel/insight/{page}")).text for page in PAGES}
    return {page: re.sub(r'csrf" value="[^"]+', "", text) for page, text in pages.items()}


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


async def test_stations_have_the_numbers_of_their_tips(town: House) -> None:
    desk = await desk_of(town, "dig")
    rows = table((await desk.client.get("/panel/insight/stations.csv")).text)
    assert len(rows) == 1 + sum(one.kind == "station" for one in town.core.pack.offices.values())
    assert [row[:2] for row in rows[1:3]] == [["Kotwali · Jaunpur", "20"], ["Zafarabad · Jaunpur", "10"]]
    kotwali = dict(zip(rows[0], rows[1], strict=True))
    assert kotwali["Action rate %"] == "25.0"
    assert kotwali["Open %"] == "100.0"
    assert kotwali["Told again %"] == "95.0"
    assert kotwali["Hours until action: half"] == "", "three in four still wait"
    districts = table((await desk.client.get("/panel/insight/stations.csv?kind=district")).text)
    assert [districts[1][0], districts[1][1]] == ["Jaunpur", "30"]
    assert float(districts[1][2]) == round(30 / 44.94204, 1)
    page = (await desk.client.get("/panel/insight/stations?category=weapons&sort=-tips&measure=again")).text
    assert page.index("Zafarabad") < page.index("Badlapur")
    assert "Times are not kept by kind" in page
    assert (await desk.client.get("/panel/insight/stations.xlsx")).content.startswith(b"PK")


async def test_who_is_accused_sees_the_same_bytes(town: House) -> None:
    before = {login: await seen(town, login) for login in OFFICERS}
    await tell(town, 4, "police_corruption", KOTWALI, frozenset({KOTWALI}))
    after = {login: await seen(town, login) for login in OFFICERS}
    assert after["sho"] == before["sho"]
    assert all(after["dig"][page] != before["dig"][page] for page in PAGES)


async def test_tables_are_sorted_both_ways_and_nonsense_is_what_is_usual(town: House) -> None:
    desk = await desk_of(town, "dig")
    for page, sorts in (("stations", ("tips", "acted", "name", "median")), ("areas", ("score", "trend", "tips"))):
        for sort in sorts:
            up, down = [
                table((await desk.client.get(f"/panel/insight/{page}.csv?sort={sign}{sort}")).text)[1:]
                for sign in ("", "-")
            ]
            assert sorted(up) == sorted(down)
            assert (up != down) is (sort != "median")
        usual = (await desk.client.get(f"/panel/insight/{page}.csv")).text
        odd = await desk.client.get(f"/panel/insight/{page}.csv?sort=-x&months=7&kind=%00&measure=__class__&category='")
        assert odd.status_code == 200
        assert odd.text == usual


async def test_pages_ask_as_much_for_many_tips_as_for_few(town: House) -> None:
    asked, desk = reads_of(town), await desk_of(town, "dig")
    numbers = []
    for _ in range(2):
        for page in PAGES:
            asked.clear()
            assert (await desk.client.get(f"/panel/insight/{page}")).status_code == 200
            # What a new connection asks PostgreSQL of itself is not the page's.
            numbers.append(sum("FROM" in one for one in asked))
        await tell(town, 12, "weapons", KOTWALI)
    assert numbers[: len(PAGES)] == numbers[len(PAGES) :]


async def test_analysts_have_the_methods_and_no_table_that_another_is_taken_from(town: House) -> None:
    desk = await desk_of(town, "analyst")
    assert 'id="funnel"' in (await desk.client.get("/panel/insight/methods")).text
    for page in ("stations", "stations.csv", "stations.xlsx", "areas", "areas.csv"):
        assert (await desk.client.get(f"/panel/insight/{page}")).status_code == 403
    assert "/panel/insight/stations" not in (await desk.client.get("/panel/insight/")).text


async def test_areas_are_opened_into_parts_that_add_up(town: House) -> None:
    desk = await desk_of(town, "dig")
    for kind, most in (("station", 20), ("cluster", 30)):
        rows = table((await desk.client.get(f"/panel/insight/areas.csv?kind={kind}&sort=-tips")).text)
        assert int(rows[1][2]) == most
        for row in rows[1:]:
            assert sum(map(float, row[3:])) == pytest.approx(float(row[1]), abs=0.3)
    page = (await desk.client.get("/panel/insight/areas?kind=cluster")).text
    assert " km</bdi>" in page
    assert page.count("<details>") == 1
