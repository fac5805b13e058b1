"""A week or month as it is analysed: the numbers are those that one would count."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from satark.insight.analysis import Analysis, analysis, day_number
from satark.insight.periods import Kind, Period
from satark.insight.reading import reading
from satark.insight.trends import change
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.migrate import migrate
from satark.store.writing import Rows
from satark.tips.letters import Letter, Piece
from satark.tips.opening import NewTip, open_tip
from satark.tips.tallies.marks import mark
from tests.tips.tallies.town import GHAZIPUR, JAUNPUR, Town

TODAY = date(2026, 11, 19)
Told = tuple[date, str, str]


@pytest.fixture
async def town(database: str, tmp_path: Path) -> AsyncIterator[Town]:
    store = Store(Settings(database_url=database).database)
    await migrate(store)
    made = Town(store, tmp_path / "keys")
    await made.settle()
    yield made
    await store.dispose()


async def tell(town: Town, told: Counter[Told], accused: frozenset[str] = frozenset()) -> None:
    """Tips at noon of a day, of a district and a category."""
    rows = Rows()
    for (day, district, category), n in told.items():
        for at in range(n):
            new = NewTip(
                channel="webform", locale="hi", category=category, district=district, station="", accused=accused,
                readers=frozenset({district, "range/varanasi"}) - accused, letter=Letter(pieces=(Piece(text="x"),)),
                receipt=f"{day} {district} {category} {at} {sorted(accused)}", hour=day_number(day) * 24 + 6,
            )  # fmt: skip
            open_tip(rows, town.seals.content, new)
    async with town.store.write() as db:
        await rows.write(db)


async def analysed(town: Town, name: str, kind: Kind, today: date = TODAY) -> Analysis:
    await town.count()
    async with reading(town.store, town.viewer(name), synthetic=False) as of:
        assert of
        return await analysis(of, kind, day_number(today))


def a_year_of(every: int) -> Counter[Told]:
    """Tips of weapons in Ghazipur on every so many days, and of gambling in Jaunpur on each, for 60 weeks."""
    told: Counter[Told] = Counter()
    for back in range(60 * 7):
        day = TODAY - timedelta(back)
        told[day, JAUNPUR, "gambling"] += 1
        told[day, GHAZIPUR, "weapons"] += back % every == 0
    return told


def within(told: Counter[Told], period: Period, *about: str) -> int:
    """A count by hand."""
    return sum(n for (day, *key), n in told.items() if period.first <= day < period.after and set(about) <= set(key))


@pytest.mark.parametrize("kind", list(Kind))
async def test_the_numbers_are_those_that_one_would_count(town: Town, kind: Kind) -> None:
    told = a_year_of(3)
    told[date(2026, 11, 17), GHAZIPUR, "weapons"] += 14
    await tell(town, told)
    found = await analysed(town, "dig", kind)
    spans = found.periods
    assert (found.total.now, found.total.before) == (within(told, spans.now), within(told, spans.before))
    assert found.year
    assert found.year.before == within(told, spans.year_before)
    for rows in (found.by_category, found.by_district, found.by_both):
        assert len(rows) == 2
        for row in rows:
            assert row.ranked.change.now == within(told, spans.now, *row.key)
            assert row.ranked.change.before == within(told, spans.before, *row.key)
            assert row.year
            assert row.year.before == within(told, spans.year_before, *row.key)
    assert found.by_both[0].key == (GHAZIPUR, "weapons")
    assert found.by_both[0].ranked.clear
    assert found.by_both[0].ranked.change == change(
        within(told, spans.now, "weapons"), within(told, spans.before, "weapons"), spans.now.days, spans.before.days
    )
    assert [one.now for one in found.days if one.now is not None] == [
        within(told, Period(spans.now.first + timedelta(at), 1)) for at in range(spans.now.days)
    ]
    assert not found.seasonal


async def test_where_nothing_was_counted_a_year_before_there_is_no_comparison(town: Town) -> None:
    await tell(town, Counter({(TODAY - timedelta(2), JAUNPUR, "gambling"): 3}))
    found = await analysed(town, "dig", Kind.WEEK)
    assert found.total.now == 3
    assert found.year is None
    assert all(one.year_before is None for one in found.days)
    assert all(row.year is None for row in found.by_both)


async def test_who_is_accused_reads_the_same_analysis(town: Town) -> None:
    await tell(town, a_year_of(3))
    before = {name: await analysed(town, name, Kind.MONTH) for name in ("dig", "other sp")}
    await tell(town, Counter({(TODAY - timedelta(2), GHAZIPUR, "weapons"): 30}), frozenset({GHAZIPUR}))
    async with town.store.write() as db:
        await mark(db, day_number(TODAY) * 24)
    assert await analysed(town, "other sp", Kind.MONTH) == before["other sp"]
    assert await analysed(town, "dig", Kind.MONTH) != before["dig"]
