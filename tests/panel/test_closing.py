"""A tip ends as a success after its action report (E5), and many are closed after one more look."""

from collections.abc import AsyncIterator

import pytest

from conftest import House
from satark.store.writing import Rows
from tests.panel.test_work import Desk, desk_of
from tests.promises.test_p4_accused_learn_nothing import add_tip

ENDED = "SELECT count(*) FROM tip WHERE status = 'closed'"


@pytest.fixture
async def dig(both_houses: House) -> AsyncIterator[Desk]:
    """Three tips that were looked at; of the first, action was reported."""
    rows = Rows()
    for number in range(3):
        add_tip(both_houses, rows, number, frozenset())
    async with both_houses.core.store.write() as db:
        await rows.write(db)
    desk = await desk_of(both_houses, "dig", "range/varanasi")
    paths = await desk.paths()
    for path in paths:
        await desk.page(path)
    await desk.send(f"{paths[0]}/report", {"text": "went there", "step": "send"}, of=paths[0])
    yield desk
    await desk.client.aclose()


async def test_a_success_needs_a_report_and_the_form_says_so(dig: Desk) -> None:
    reported, other, _ = await dig.paths()
    ends = {"status": "closed", "outcome": "acted"}
    refused = await dig.send(f"{other}/close", {**ends, "words": "we <thank> you"}, of=other)
    assert refused.status_code == 422
    assert 'id="outcome-wrong"' in refused.text
    assert "after its action report" in refused.text
    assert "we &lt;thank&gt; you" in refused.text
    assert await dig.value(ENDED) == 0
    assert (await dig.send(f"{reported}/close", ends, of=reported)).is_redirect
    assert (await dig.send(f"{other}/close", {**ends, "outcome": "unfounded"}, of=other)).is_redirect
    assert await dig.value(ENDED) == 2


@pytest.mark.parametrize(("fields", "wrong"), [({}, "end"), ({"status": "closed"}, "outcome")])
async def test_how_it_ends_is_chosen_by_nobody_else(dig: Desk, fields: dict[str, str], wrong: str) -> None:
    path = (await dig.paths())[0]
    page = await dig.page(path)
    for name in ("status", "outcome", "office"):
        choices = page.split(f'name="{name}"', 1)[1].split("</select>")[0]
        assert "selected" not in choices
        assert choices.split("<option", 1)[1].startswith(' value=""></option>')
    refused = await dig.send(f"{path}/close", fields, of=path)
    assert (refused.status_code, f'id="{wrong}-wrong"' in refused.text) == (422, True)


async def test_an_assignment_to_nobody_is_refused_beside_its_field(dig: Desk) -> None:
    path = (await dig.paths())[0]
    refused = await dig.send(f"{path}/assign", {"office": ""}, of=path)
    assert (refused.status_code, 'id="office-wrong"' in refused.text) == (422, True)


async def test_many_are_closed_after_one_more_look(dig: Desk) -> None:
    chosen = [("chosen", path[-11:]) for path in await dig.paths()]
    close = [("act", "close"), ("status", "closed"), ("outcome", "unfounded"), ("back", "category=gambling")]
    asked = await dig.send("/panel/tips/bulk", [*chosen, *close])
    assert asked.status_code == 200
    assert "Close these tips?" in asked.text
    assert all(reference in asked.text for _, reference in chosen)
    assert await dig.value(ENDED) == 0
    done = await dig.send("/panel/tips/bulk", [*chosen, *close, ("sure", "yes")])
    assert done.headers["location"] == "/panel/tips?category=gambling&done=3&left=0"
    assert await dig.value(ENDED) == 3


async def test_many_successes_without_a_report_are_refused_by_name(dig: Desk) -> None:
    reported, *others = [path[-11:] for path in await dig.paths()]
    close = [("act", "close"), ("status", "closed"), ("outcome", "acted"), ("sure", "yes")]
    refused = await dig.send("/panel/tips/bulk", [*(("chosen", one) for one in (reported, *others)), *close])
    assert refused.status_code == 422
    alert = refused.text.split('<div class="alert" role="alert">', 1)[1].split("</div>")[0]
    assert [one in alert for one in (reported, *others)] == [False, True, True]
    assert f'name="chosen" value="{reported}"' in refused.text
    assert f'name="chosen" value="{others[0]}"' not in refused.text
    assert await dig.value(ENDED) == 0
    await dig.send("/panel/tips/bulk", [("chosen", reported), *close])
    assert await dig.value(ENDED) == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ([("act", "assign"), ("office", "")], "bulk-office"),
        ([("act", "priority"), ("priority", "")], "bulk-priority"),
        ([("act", "close")], "bulk-end"),
        ([("act", "close"), ("status", "closed")], "bulk-outcome"),
    ],
)
async def test_what_was_not_chosen_for_many_is_asked_for(dig: Desk, fields: list[tuple[str, str]], wrong: str) -> None:
    chosen = (await dig.paths())[0][-11:]
    refused = await dig.send("/panel/tips/bulk", [("chosen", chosen), ("back", "category=gambling"), *fields])
    assert refused.status_code == 422
    assert f'id="{wrong}-wrong"' in refused.text
    assert f'value="{chosen}" checked' in refused.text
    assert 'name="back" value="category=gambling"' in refused.text
    refused = await dig.send("/panel/tips/bulk", [("act", "priority"), ("priority", "1")])
    assert "Choose at least one tip." in refused.text
