"""Two administrators with the same form: the second sees what is there now beside what they sent, and overwrites nothing."""

import re

from tests.panel.test_administration import Desk, each

__all__ = ["each"]


def version_of(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


async def test_a_category_is_not_overwritten(each: Desk) -> None:
    version = version_of(await each.get("category?id=gambling"))
    assert (await each.category("gambling", version=version, **{"name-en": "Betting"})).is_redirect
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
    assert (await each.post("office/close", id=station, version=version)).status_code == 422
    assert not each.house.core.pack.offices[station].closed
    assert each.house.core.pack.offices[station].name["en"] == "Badlapur Town"
