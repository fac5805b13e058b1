"""The pages of weeks and months, hours and warnings: their numbers, their addresses, and that they tell the accused nothing."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from conftest import MONDAY, House, Watch, house_at, reads_of
from satark.jobs.counting import audiences
from satark.panel.people import add_officer
from satark.panel.roles import Role
from satark.store.clock import INDIA, hour_of
from satark.store.sealing import Seal
from satark.store.writing import Rows
from satark.tips.letters import Letter, Piece
from satark.tips.opening import NewTip, open_tip
from satark.tips.tallies.passing import rebuild
from tests.panel.test_signing_in import PASSWORD, Desk

KOTWALI, JAUNPUR = "station/jaunpur/kotwali", "district/jaunpur"
PAGES = (
    "changes?until=now",
    "changes?kind=month&until=now",
    "changes",
    "changes?kind=month",
    "hours",
    "hours?category=weapons&months=12",
    "warnings",
)
FILES = ("changes.csv?until=now", "changes.csv", "changes.csv?kind=month", "hours.csv?months=12", "warnings.csv")


@pytest.fixture
async def counted(tmp_path: Path, database: str, watch: Watch) -> AsyncIterator[House]:
    """Thursday noon. A tip of gambling a day for 40 weeks, and twenty of weapons on Tuesday and on the Saturday before."""
    watch.put(MONDAY + timedelta(days=3, hours=12))
    async with house_at(tmp_path, database) as house:
        for login, office in {"dig": "range/varanasi", "sp": JAUNPUR, "sho": KOTWALI}.items():
            await add_officer(house.core.store, login, login, PASSWORD, [office], "en")
        await add_officer(house.core.store, "analyst", "analyst", PASSWORD, [JAUNPUR], "en", Role.ANALYST)
        for back in range(3, 280):
            await tell(house, watch.hour - back * 24, 1, "gambling")
        for back in (2, 5):
            await tell(house, watch.hour - back * 24, 20, "weapons")
        await count(house, watch)
        yield house


async def tell(house: House, hour: int, number: int, category: str, accused: frozenset[str] = frozenset()) -> None:
    rows = Rows()
    for at in range(number):
        new = NewTip(
            channel="webform", locale="hi", category=category, district=JAUNPUR, station=KOTWALI, accused=accused,
            readers=frozenset({JAUNPUR, "range/varanasi", KOTWALI}) - accused, letter=Letter(pieces=(Piece(text="x"),)),
            receipt=f"{hour} {category} {at} {len(accused)}", hour=hour,
        )  # fmt: skip
        open_tip(rows, Seal(house.core.keys["content.pub"]), new)
    async with house.core.store.write() as db:
        await rows.write(db)


async def count(house: House, watch: Watch) -> None:
    assert await rebuild(house.core.store, await audiences(house.core), watch.hour)


async def at_desk(house: House, login: str) -> Desk:
    desk = Desk(house, login)
    await desk.sign_in()
    return desk


async def everything(house: House, login: str) -> dict[str, str]:
    desk = await at_desk(house, login)
    found = {}
    for path in (*PAGES, *FILES):
        answer = await desk.client.get(f"/panel/insight/{path}")
        assert answer.status_code == 200, path
        found[path] = re.sub(r'csrf" value="[^"]+', "", answer.text)
    return found


async def test_pages_and_files_say_what_changed(counted: House) -> None:
    said = await everything(counted, "sp")
    lines = said["changes.csv?until=now"].lstrip("\ufeff").splitlines()
    assert lines[0] == "Kind,District,Tips,Before,Expected,A year before,Change"
    assert "Illegal weapons,Jaunpur,20,0,0.0,,rose" in said["changes.csv?until=now"]
    assert "Illegal weapons · Jaunpur: 20, expected 0" in said["changes?until=now"]
    assert "seasons are not known" in said["changes?until=now"]
    assert "A year before, there were no numbers yet." in said["changes?until=now"]
    assert said["warnings.csv"].splitlines()[1].startswith("Illegal weapons,Jaunpur,1,20,0.")
    assert re.search(r"^Tue,12:00–15:00,(5|6)\d,.*more than chance explains", said["hours.csv?months=12"], re.MULTILINE)
    assert "Gambling" not in said["warnings.csv"]


async def test_nonsense_is_answered_with_what_is_usual(counted: House) -> None:
    desk = await at_desk(counted, "sp")
    for path, nonsense in (
        ("changes", "kind=x&until=x"), ("changes", "until=9999-12-31"), ("changes", "until=2026-11-18"),
        ("changes", "until=0001-01-01"), ("hours", "months=-1&category=%00"), ("warnings", "x=1"),
    ):  # fmt: skip
        usual, odd = [await desk.client.get(f"/panel/insight/{path}{query}") for query in ("", f"?{nonsense}")]
        assert odd.status_code == 200
        assert odd.text == usual.text, nonsense


async def test_earlier_weeks_lead_back_to_this_one(counted: House) -> None:
    desk = await at_desk(counted, "sp")
    earlier = (await desk.client.get("/panel/insight/changes?until=2026-11-16")).text
    assert "9 Nov 2026 – 15 Nov 2026" in earlier
    assert (
        'href="?kind=week&amp;until=2026-11-23">Later' in earlier
        or 'href="?kind=week&until=2026-11-23">Later' in earlier
    )
    assert ">Later<" not in (await desk.client.get("/panel/insight/changes?until=now")).text


@pytest.mark.parametrize(
    ("moment", "week", "month"),
    [
        # A Tuesday that is the first of a month: the week has one day, the month none.
        ("2026-12-01T20:30", "23 Nov 2026 – 29 Nov 2026", "Nov 2026"),
        ("2026-11-30T00:10", "23 Nov 2026 – 29 Nov 2026", "Oct 2026"),
        ("2026-11-30T05:29", "23 Nov 2026 – 29 Nov 2026", "Oct 2026"),
        ("2026-11-29T23:59", "16 Nov 2026 – 22 Nov 2026", "Oct 2026"),
        ("2027-01-01T00:10", "21 Dec 2026 – 27 Dec 2026", "Dec 2026"),
        ("2028-02-29T05:29", "21 Feb 2028 – 27 Feb 2028", "Jan 2028"),
        ("2028-03-01T00:10", "21 Feb 2028 – 27 Feb 2028", "Feb 2028"),
    ],
)
async def test_pages_open_with_the_last_complete_period(
    counted: House, watch: Watch, moment: str, week: str, month: str
) -> None:
    watch.put(datetime.fromisoformat(moment).replace(tzinfo=INDIA))
    await count(counted, watch)
    desk = await at_desk(counted, "sp")
    for kind, title in (("week", week), ("month", month)):
        page = (await desk.client.get(f"/panel/insight/changes?kind={kind}")).text
        assert f"<h1>{title}</h1>" in page
        assert "This period is not over" not in page
        lines = (await desk.client.get(f"/panel/insight/changes.csv?kind={kind}")).text.splitlines()
        assert lines[-1].startswith("All,All,")
        later = await desk.client.get(f"/panel/insight/changes?kind={kind}&until=now")
        assert later.status_code == 200


async def test_the_running_week_is_a_link_away(counted: House) -> None:
    desk = await at_desk(counted, "sp")
    page = (await desk.client.get("/panel/insight/changes")).text
    assert "<h1>16 Nov 2026 – 22 Nov 2026</h1>" in page
    assert re.search(r'href="\?kind=week&(amp;)?until=now">Later', page)
    running = (await desk.client.get("/panel/insight/changes?kind=week&until=now")).text
    assert "<h1>23 Nov 2026 – 25 Nov 2026</h1>" in running
    assert "changes.csv?kind=week&amp;until=now" in running or "changes.csv?kind=week&until=now" in running


async def test_who_is_accused_reads_the_same_bytes(counted: House, watch: Watch) -> None:
    before = {login: await everything(counted, login) for login in ("sho", "sp", "dig")}
    await tell(counted, watch.hour - 5 * 24, 30, "police_corruption", frozenset({KOTWALI}))
    await tell(counted, watch.hour - 2 * 24, 30, "police_corruption", frozenset({KOTWALI}))
    await count(counted, watch)
    assert await everything(counted, "sho") == before["sho"]
    after = await everything(counted, "sp")
    assert after["changes?until=now"] != before["sp"]["changes?until=now"]
    assert after["warnings"] != before["sp"]["warnings"]


async def test_they_are_for_officers(counted: House) -> None:
    desk = await at_desk(counted, "analyst")
    for path in (*PAGES, *FILES):
        assert (await desk.client.get(f"/panel/insight/{path}")).status_code == 403
    assert "/panel/insight/changes" not in (await desk.client.get("/panel/insight/")).text


async def test_they_read_as_much_of_many_tips_as_of_few(counted: House, watch: Watch) -> None:
    desk, asked = await at_desk(counted, "dig"), reads_of(counted)
    numbers = []
    # At the first reading, what is long past is not in memory yet (insight/settled.py).
    for more in (0, 0, 40):
        await tell(counted, watch.hour - 48, more, "mining")
        await count(counted, watch)
        asked.clear()
        for path in PAGES:
            await desk.client.get(f"/panel/insight/{path}")
        numbers.append(sum("tally" in one for one in asked))
    assert numbers[1] == numbers[2] > 0


async def test_the_numbers_tell_what_changed_in_the_last_month_that_is_over(counted: House, watch: Watch) -> None:
    desk = await at_desk(counted, "dig")
    assert "Changed most" not in (await desk.client.get("/panel/insight/")).text, "November is not over"
    await tell(counted, hour_of(int(datetime(2026, 10, 31, 23, 50, tzinfo=INDIA).timestamp())), 40, "weapons")
    await count(counted, watch)
    assert "Changed most in Oct 2026" in (await desk.client.get("/panel/insight/")).text
