"""Two administrators with the same form: the second sees what is there now beside what they sent, and overwrites nothing."""

import re

from satark.routing.edits import CategoryEdit, OrderEdit
from satark.routing.jurisdiction import Jurisdiction
from tests.panel.second import confirmed
from tests.panel.test_administration import Desk, each

__all__ = ["each"]


def version_of(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


async def test_a_category_is_not_overwritten(each: Desk) -> None:
    version = version_of(await each.get("category?id=gambling"))
    assert (await each.category("gambling", version=version, **{"name-en": "Betting"})).is_redirect
    await confirmed(each.house)
    answer = await each.category("gambling", version=version, **{"name-en": "Cards"})
    assert answer.status_code == 422
    assert 'value="Cards"' in answer.text
    assert "Now: Betting" in answer.text
    assert "Somebody else changed this meanwhile" in answer.text
    gambling = each.house.core.pack.category("gambling")
    assert gambling is not None
    assert gambling.name["en"] == "Betting"
    again = version_of(answer.text)
    assert (await each.category("gambling", version=again, **{"name-en": "Cards"})).is_redirect


async def test_office_hours_and_words_are_not_overwritten(each: Desk) -> None:
    version = version_of(await each.get("clocks"))
    hours = {"kind": "hours", "day-0": "yes", "end": "18", "version": version}
    assert (await each.post("clocks", start="9", **hours)).is_redirect
    answer = await each.post("clocks", start="11", **hours)
    assert answer.status_code == 422
    assert "Now: 9" in answer.text
    assert each.house.core.pack.hours.start == 9
    assert (await each.post("clocks/restore", kind="hours", version=version)).status_code == 422
    assert each.house.core.pack.hours.start == 9


async def test_an_office_that_was_renamed_is_not_closed_by_an_old_page(each: Desk) -> None:
    station = "station/jaunpur/badlapur"
    version = version_of(await each.get(f"office?id={station}"))
    assert (await each.office(station, version=version, **{"name-en": "Badlapur Town"})).is_redirect
    await confirmed(each.house)
    assert (await each.post("office/close", id=station, version=version)).status_code == 422
    assert not each.house.core.pack.offices[station].closed
    assert each.house.core.pack.offices[station].name["en"] == "Badlapur Town"


async def elsewhere(desk: Desk, edit: CategoryEdit | OrderEdit) -> None:
    """Another process makes a change, of which this one has not heard yet."""
    core = desk.house.core
    other = Jurisdiction(core.store, core.jurisdiction.base)
    async with core.store.write() as db:
        await other.keep(db, edit)


def order(desk: Desk) -> list[str]:
    return [one.id for one in desk.house.core.pack.categories]


async def test_the_order_of_categories_is_not_overwritten(each: Desk) -> None:
    first, second, third, *_ = order(each)
    version = version_of(await each.get("categories"))
    assert (await each.post("categories/move", id=second, way="up", version=version)).is_redirect
    answer = await each.post("categories/move", id=second, way="down", version=version)
    assert answer.status_code == 422
    assert "Somebody else changed this meanwhile" in answer.text
    assert order(each)[:3] == [second, first, third]
    again = version_of(answer.text)
    assert (await each.post("categories/move", id=third, way="up", version=again)).is_redirect
    assert order(each)[:3] == [second, third, first]


async def test_the_order_made_in_another_process_is_not_overwritten(each: Desk) -> None:
    first, second, *others = order(each)
    version = version_of(await each.get("categories"))
    await elsewhere(each, OrderEdit((second, first, *others)))
    assert (await each.post("categories/move", id=others[0], way="up", version=version)).status_code == 422
    assert order(each)[:3] == [second, first, others[0]]


async def test_two_new_categories_of_one_name_are_not_one(each: Desk) -> None:
    names = {"en": "Cattle theft", "hi": "पशु चोरी"}
    await elsewhere(each, CategoryEdit("cattle_theft", names, {"en": "Theirs", "hi": "उनकी"}, weight=3))
    mine = {f"name-{locale}": name for locale, name in names.items()}
    answer = await each.post("categories", **mine, **{"detail-en": "Mine", "detail-hi": "मेरी"})
    assert answer.status_code == 422
    kept = each.house.core.pack.category("cattle_theft")
    assert kept is not None
    assert kept.detail["en"] == "Theirs"


async def test_a_page_shows_what_its_version_says(each: Desk) -> None:
    gambling = each.house.core.pack.category("gambling")
    assert gambling is not None
    names = {**gambling.name, "en": "Satta"}
    await elsewhere(each, CategoryEdit("gambling", names, gambling.detail, weight=gambling.weight))
    assert 'value="Satta"' in await each.get("category?id=gambling")
