"""What is late, and where: each number leads to the tips that it counts."""

import html
import re
from collections import Counter

import httpx
from sqlalchemy import event, text

from conftest import House
from satark.panel.people import add_officer
from satark.routing.policy import Held
from satark.store.clock import hour_of, now
from satark.store.writing import Rows
from satark.tips.lateness import late_by_office
from satark.tips.standing import write_down
from satark.tips.viewing import viewer_of
from tests.promises.test_p4_accused_learn_nothing import add_tip, as_officer

SHO, SP = "station/jaunpur/kotwali", "district/jaunpur"


async def make_tips(house: House) -> None:
    """Two in time and three late with the district, of those two escalated; one with the station, one that was
    transferred before it had an office, one that accuses the district, and one that is done."""
    hour = hour_of(now())
    rows = Rows()
    made = {
        "in time": [add_tip(house, rows, one, frozenset(), hour + 1) for one in range(2)],
        "late": [add_tip(house, rows, 10 + one, frozenset(), hour - one) for one in range(3)],
        "station": [add_tip(house, rows, 3, frozenset(), hour - 5)],
        "homeless": [add_tip(house, rows, 4, frozenset(), hour)],
        "accuses": [add_tip(house, rows, 5, frozenset({SP}), hour)],
        "done": [add_tip(house, rows, 6, frozenset())],
    }
    changes = {
        "station": f"status = 'assigned', assigned = '{SHO}'", "homeless": "status = 'assigned'", "done": "status = 'closed'",
    }  # fmt: skip
    async with house.core.store.write() as db:
        await rows.write(db)
        for name, change in changes.items():
            await db.execute(text(f"UPDATE tip SET {change} WHERE reference = '{made[name][0]}'"))
        for reference in made["late"][1:]:
            await db.execute(text(f"UPDATE tip SET late = 2 WHERE reference = '{reference}'"))
        await write_down(db, (await db.execute(text("SELECT id FROM tip"))).scalars().all())


def table(page: str) -> list[list[str]]:
    """The cells of each row of the body, without their tags."""
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.DOTALL)
    return [[re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


async def shown(client: httpx.AsyncClient, link: str) -> int:
    return len(set(re.findall(r'href="/panel/tips/([0-9A-Z-]{11})"', (await client.get(link)).text)))


async def test_each_number_leads_to_its_tips(both_houses: House) -> None:
    house = both_houses
    for login, office in (("dig", "range/varanasi"), ("sp", SP)):
        await add_officer(house.core.store, login, login, "a long password", [office], "en")
    await make_tips(house)
    dig, sp = await as_officer(house, "dig"), await as_officer(house, "sp")
    page = (await dig.get("/panel/late")).text
    rows = [row[:5] for row in table(page)]
    assert rows == [
        ["No office of a district", "To be seen", "0", "1", "0"],
        ["Jaunpur", "To be seen", "2", "3", "2"],
        ["Jaunpur", "To be assigned", "0", "1", "0"],
        ["Kotwali · Jaunpur", "To be acted on", "0", "1", "0"],
    ]
    assert [row[:5] for row in table((await sp.get("/panel/late")).text)] == rows[1:]
    links = [
        (html.unescape(link), int(count))
        for link, count in re.findall(r'<a href="(/panel/tips\?[^"]+)">(\d+)</a>', page)
    ]
    assert len(links) == 6
    assert [await shown(dig, link) for link, _ in links] == [count for _, count in links]
    for overdue, count in (("in-time", 2), ("late", 6), ("escalated", 2), ("nonsense", 0), ("", 9)):
        assert await shown(dig, f"/panel/tips?overdue={overdue}") == count, overdue
    chips = Counter(re.findall(r'chip late">(\w+)<', (await dig.get("/panel/tips")).text))
    assert chips == {"late": 4, "escalated": 2}
    late = re.search(r"/panel/tips/[0-9A-Z-]{11}", (await dig.get("/panel/tips?overdue=escalated")).text)
    assert late
    tip = (await dig.get(late[0])).text
    assert '<i class="chip late">' not in tip, "seen now, so another clock runs"
    assert re.search(r"<dt>Due</dt><dd>\d+ \w+ \d{4}, \d+ [ap]m</dd>", tip)
    await dig.aclose()
    await sp.aclose()


async def test_the_table_is_one_query_that_reads_nothing_but_an_index_of_what_runs(house: House) -> None:
    """By its plan: with a million tips that are done it looks at none of them, and of those that wait at no row."""
    await make_tips(house)
    viewer = viewer_of("x", "x", "en", [Held("range/varanasi")], house.core.pack.parents)
    said: list[tuple[str, tuple[object, ...]]] = []

    @event.listens_for(house.core.store.engine.sync_engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, parameters: tuple[object, ...], *_: object) -> None:
        said.append((statement, parameters))

    async with house.core.store.read() as db:
        assert len(await late_by_office(db, viewer)) == 4
        [(statement, parameters)] = [one for one in said if "tip" in one[0]]
        plan = await db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        steps = [row[-1] for row in plan]
    assert steps[0] == "SEARCH tip_reader USING COVERING INDEX ix_tip_reader_turn (office_id=?)", steps
    assert not [step for step in steps if "TEMP B-TREE" in step], "the groups come in the order of the index"
