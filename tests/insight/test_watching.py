"""Early warnings: a rise that is planted is seen, by whom it concerns, and told since when it is there."""

from collections import Counter
from datetime import date, timedelta

from satark.insight.analysis import day_number
from satark.insight.reading import reading
from satark.insight.watching import Watched, watched
from satark.tips.tallies.marks import mark
from tests.insight.test_analysis import TODAY, Told, a_year_of, tell, town
from tests.tips.tallies.town import GHAZIPUR, Town

__all__ = ["town"]
MONDAY = date(2026, 11, 16)


async def seen(town: Town, name: str) -> Watched:
    await town.count()
    async with reading(town.store, town.viewer(name), synthetic=False) as of:
        assert of
        return await watched(of, day_number(TODAY))


def rise(weeks: int) -> Counter[Told]:
    """Twenty tips more in each of the newest whole weeks."""
    return Counter({(MONDAY - timedelta(weeks=at + 1), GHAZIPUR, "weapons"): 20 for at in range(weeks)})


async def test_a_rise_is_seen_by_the_offices_concerned_and_by_no_other(town: Town) -> None:
    await tell(town, a_year_of(3) + rise(2))
    for name in ("dig", "other sp"):
        found = await seen(town, name)
        (one,) = found.warnings
        assert (one.district, one.category) == (GHAZIPUR, "weapons")
        assert one.alarm.observed > 20
        assert one.since == MONDAY - timedelta(weeks=2)
        assert found.newest == MONDAY - timedelta(weeks=1)
    assert not (await seen(town, "sp")).warnings
    assert not (await seen(town, "sho")).warnings


async def test_of_a_rise_that_accuses_an_office_it_has_no_warning(town: Town) -> None:
    await tell(town, a_year_of(3))
    before = await seen(town, "other sp")
    await tell(town, rise(2), frozenset({GHAZIPUR}))
    async with town.store.write() as db:
        await mark(db, day_number(MONDAY - timedelta(weeks=1)) * 24)
    assert await seen(town, "other sp") == before
    assert len((await seen(town, "dig")).warnings) == 1


async def test_in_the_first_weeks_there_is_no_warning(town: Town) -> None:
    await tell(town, Counter({(MONDAY - timedelta(weeks=9), GHAZIPUR, "weapons"): 1}) + rise(1))
    found = await seen(town, "dig")
    assert (found.weeks, list(found.warnings)) == (9, [])
