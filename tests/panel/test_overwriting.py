"""Two officers on one tip: what somebody else changed meanwhile is shown beside what was sent, and never overwritten."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from conftest import House
from tests.panel.test_work import Desk, desk_of
from tests.promises.test_p3_two_tips_cannot_be_linked import end_conversations, tell

KOTWALI, BADLAPUR = "station/jaunpur/kotwali", "station/jaunpur/badlapur"
RANGE = "range/varanasi"


def form_of(page: str, action: str) -> list[tuple[str, str]]:
    """What a browser would send of a form without anything being changed in it."""
    form = re.search(rf'<form[^>]*action="[^"]*/{action}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form, action
    inputs = re.findall(r"<input [^>]*>", form[1])
    sent = [one for one in inputs if 'type="hidden"' in one or "checked" in one]
    return [
        (name[1], value[1])
        for one in sent
        if (name := re.search(r'name="([^"]*)"', one)) and (value := re.search(r'value="([^"]*)"', one))
    ]


class Two:
    """Two officers who have the page of the same tip open."""

    def __init__(self, one: Desk, other: Desk, path: str) -> None:
        self.one, self.other, self.path = one, other, path

    async def post(self, desk: Desk, action: str, fields: list[tuple[str, str]], **more: Any) -> httpx.Response:
        data: dict[str, list[str]] = {}
        for name, value in [*fields, *more.items()]:
            data.setdefault(name, []).append(value)
        return await desk.client.post(f"{self.path}/{action}", data=data)


@pytest.fixture
async def two(both_houses: House) -> Two:
    await tell(both_houses, "910000000001", 1)
    await end_conversations(both_houses)
    one, other = await desk_of(both_houses, "one", RANGE), await desk_of(both_houses, "other", RANGE)
    (path,) = await one.paths()
    return Two(one, other, path)


async def test_an_assignment_is_not_overwritten(two: Two) -> None:
    mine, theirs = form_of(await two.one.page(two.path), "assign"), form_of(await two.other.page(two.path), "assign")
    assert (await two.post(two.one, "assign", mine, office=KOTWALI)).is_redirect
    answer = await two.post(two.other, "assign", theirs, office=BADLAPUR)
    assert answer.status_code == 409
    now, sent = re.findall(r"<dl>(.*?)</dl>", answer.text, re.DOTALL)
    assert "Kotwali" in now
    assert "Badlapur" in sent
    assert await two.one.value("SELECT assigned FROM tip") == KOTWALI
    again = form_of(answer.text, "assign")
    assert (await two.post(two.other, "assign", again)).is_redirect
    assert await two.one.value("SELECT assigned FROM tip") == BADLAPUR


async def test_what_was_written_is_not_lost_with_a_tip_that_was_closed(two: Two) -> None:
    mine, theirs = form_of(await two.one.page(two.path), "close"), form_of(await two.other.page(two.path), "close")
    closing = {"status": "not_actionable", "outcome": ""}
    assert (await two.post(two.one, "close", mine, **closing)).is_redirect
    answer = await two.post(two.other, "close", theirs, **closing, words="we looked at the mill")
    assert answer.status_code == 409
    assert "we looked at the mill" in answer.text
    assert await two.one.value("SELECT count(*) FROM status_change WHERE status = 'not_actionable'") == 1


async def test_a_report_is_shown_with_what_is_there_now(two: Two) -> None:
    page = await two.other.page(two.path)
    assign = form_of(await two.one.page(two.path), "assign")
    preview = await two.post(two.other, "report", form_of(page, "report"), text="raided", words="we were there")
    assert (await two.post(two.one, "assign", assign, office=KOTWALI)).is_redirect
    answer = await two.post(two.other, "report", form_of(preview.text, "report"), text="raided", words="x", step="send")
    assert answer.status_code == 409
    assert "raided" in answer.text
    again = form_of(answer.text, "report")
    assert (await two.post(two.other, "report", again)).is_redirect
    assert await two.one.value("SELECT status FROM tip") == "action_taken"


async def test_the_priority_and_the_kind_are_not_overwritten(two: Two) -> None:
    page = await two.other.page(two.path)
    mine = form_of(await two.one.page(two.path), "priority")
    assert (await two.post(two.one, "priority", mine, priority="2")).is_redirect
    assert (await two.post(two.other, "priority", form_of(page, "priority"), priority="1")).status_code == 409
    assert await two.one.value("SELECT priority FROM tip") == 2
    kind = {"category": "weapons", "station": "", "office": "", "words": ""}
    unhurt = await two.post(two.other, "classify", form_of(page, "classify"), **kind)
    assert unhurt.is_redirect, "the kind is another fact than the priority"
    assert (await two.post(two.one, "classify", mine, **{**kind, "category": "liquor_drugs"})).status_code == 409
    assert await two.one.value("SELECT category FROM tip") == "weapons"


async def test_a_checklist_is_kept_item_by_item(two: Two) -> None:
    page = await two.one.page(two.path)
    first, second = re.findall(r'name="done" value="([^"]+)"', page)[:2]
    mine, theirs = form_of(page, "checklist"), form_of(await two.other.page(two.path), "checklist")
    assert (await two.post(two.one, "checklist", mine, done=first)).is_redirect
    assert (await two.post(two.other, "checklist", theirs, done=second)).is_redirect
    assert await two.one.value("SELECT count(*) FROM check_mark") == 2
    both = form_of(await two.one.page(two.path), "checklist")
    assert (await two.post(two.one, "checklist", [one for one in both if one != ("done", first)])).is_redirect
    assert await two.one.value("SELECT item FROM check_mark") == second


async def test_two_at_the_same_moment_are_one_and_a_conflict(two: Two) -> None:
    mine, theirs = form_of(await two.one.page(two.path), "assign"), form_of(await two.other.page(two.path), "assign")
    answers = await asyncio.gather(
        two.post(two.one, "assign", mine, office=KOTWALI), two.post(two.other, "assign", theirs, office=BADLAPUR)
    )
    assert sorted(one.status_code for one in answers) == [303, 409]
    assert await two.one.value("SELECT count(*) FROM message WHERE kind = 'message'") == 1


async def listed_forms(two: Two, desk: Desk) -> list[tuple[str, str]]:
    """What a browser would send of the list, every tip chosen."""
    page = await desk.page("/panel/tips")
    return [*form_of(page, "bulk"), ("chosen", two.path[-11:])]


async def send_many(desk: Desk, fields: list[tuple[str, str]], **more: str) -> httpx.Response:
    return await desk.client.post("/panel/tips/bulk", data=dict(fields) | more)


async def test_many_at_once_overwrite_nothing(two: Two) -> None:
    mine, theirs = await listed_forms(two, two.one), await listed_forms(two, two.other)
    await two.one.page(two.path)
    assert (await send_many(two.one, mine, act="assign", office=KOTWALI)).is_redirect, "a look at it changed nothing"
    answer = await send_many(two.other, theirs, act="assign", office=BADLAPUR)
    assert answer.status_code == 409
    now, sent = re.findall(r"<dl>(.*?)</dl>", answer.text, re.DOTALL)
    assert "Kotwali" in now
    assert "Badlapur" in sent
    assert await two.one.value("SELECT assigned FROM tip") == KOTWALI
    assert (await send_many(two.other, form_of(answer.text, "bulk"))).is_redirect
    assert await two.one.value("SELECT assigned FROM tip") == BADLAPUR


async def test_the_priority_of_many_is_not_overwritten(two: Two) -> None:
    mine, theirs = await listed_forms(two, two.one), await listed_forms(two, two.other)
    assert (await send_many(two.one, mine, act="priority", priority="2")).is_redirect
    assert (await send_many(two.other, theirs, act="priority", priority="1")).status_code == 409
    assert await two.one.value("SELECT priority FROM tip") == 2


async def test_many_are_not_closed_by_an_old_list(two: Two) -> None:
    theirs, closing = await listed_forms(two, two.other), {"act": "close", "status": "not_actionable"}
    await two.one.page(two.path)
    assign = form_of(await two.one.page(two.path), "assign")
    assert (await two.post(two.one, "assign", assign, office=KOTWALI)).is_redirect
    sure = form_of((await send_many(two.other, theirs, **closing)).text, "bulk")
    answer = await send_many(two.other, sure, sure="yes")
    assert answer.status_code == 409
    assert await two.one.value("SELECT status FROM tip") == "assigned"
    assert (await send_many(two.other, form_of(answer.text, "bulk"))).is_redirect
    assert await two.one.value("SELECT status FROM tip") == "not_actionable"


async def test_many_at_the_same_moment_are_one_and_a_conflict(two: Two) -> None:
    mine, theirs = await listed_forms(two, two.one), await listed_forms(two, two.other)
    await two.one.page(two.path)
    answers = await asyncio.gather(
        send_many(two.one, mine, act="assign", office=KOTWALI),
        send_many(two.other, theirs, act="assign", office=BADLAPUR),
    )
    assert sorted(one.status_code for one in answers) == [303, 409]
