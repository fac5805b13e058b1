"""A session that ended loses nothing: what is sent then is kept for that officer, and in the form again after signing in."""

import re
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.datastructures import FormData

from conftest import House, Watch
from satark.jobs.purging import purge
from satark.panel.drafts import page_of
from satark.panel.lapsed import RETURN
from tests.panel.test_overwriting import form_of
from tests.panel.test_work import PASSWORD, Desk, desk_of
from tests.promises.test_p3_two_tips_cannot_be_linked import end_conversations, tell

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
LOCKED = 31 * 60


class Case:
    """An officer who writes of a tip, and a colleague of the same office."""

    def __init__(self, house: House, watch: Watch, one: Desk, other: Desk, path: str) -> None:
        self.house, self.watch, self.one, self.other, self.path = house, watch, one, other, path

    async def report(self, fields: list[tuple[str, str]], **more: Any) -> httpx.Response:
        data = {
            **dict(fields),
            "text": "raided the <mill>",
            "words": "we were there",
            "fir": "12/2026",
            "arrests": "2",
            **more,
        }
        files = {"files": ("a.jpg", JPEG, "image/jpeg")}
        return await self.one.client.post(f"{self.path}/report", data=data, files=files)

    async def sign_in(self, desk: Desk, login: str) -> httpx.Response:
        return await desk.client.post("/panel/sign-in", data={"login": login, "password": PASSWORD})


@pytest.fixture
async def case(both_houses: House, watch: Watch) -> Case:
    await tell(both_houses, "910000000001", 1)
    await end_conversations(both_houses)
    one, other = [await desk_of(both_houses, login, "range/varanasi") for login in ("one", "other")]
    (path,) = await one.paths()
    return Case(both_houses, watch, one, other, path)


async def test_a_report_and_its_photo_come_back_after_signing_in(case: Case) -> None:
    fields = form_of(await case.one.page(case.path), "report")
    case.watch.wait(LOCKED)
    assert (await case.report(fields)).headers["location"] == "/panel/sign-in"
    back = (await case.sign_in(case.one, "one")).headers["location"]
    assert back.startswith(f"{case.path}?draft=")
    page = await case.one.page(back)
    assert "raided the &lt;mill&gt;</textarea>" in page
    assert "we were there</textarea>" in page
    assert 'value="12/2026"' in page
    again = form_of(page, "report")
    assert len([one for one in again if one[0] == "kept"]) == 1
    preview = await case.one.client.post(f"{case.path}/report", data={**dict(again), "text": "raided", "words": "x"})
    assert "1 file" in preview.text
    done = await case.one.client.post(
        f"{case.path}/report",
        data={**dict(form_of(preview.text, "report")), "text": "raided", "words": "x", "step": "send"},
    )
    assert done.is_redirect
    assert await case.one.value("SELECT count(*) FROM draft") == 0
    assert await case.one.value("SELECT count(*) FROM evidence WHERE tip_id IS NOT NULL") == 1


async def test_it_is_nobody_elses(case: Case) -> None:
    fields = form_of(await case.one.page(case.path), "report")
    case.watch.wait(LOCKED)
    await case.report(fields)
    # Another officer signs in at the same browser.
    assert (await case.sign_in(case.one, "other")).headers["location"] == "/panel/tips"
    draft = await case.one.value("SELECT id FROM draft")
    assert "raided" not in await case.one.page(f"{case.path}?draft={draft}")
    assert (await case.sign_in(case.other, "one")).headers["location"] == f"{case.path}?draft={draft}"


async def test_a_tab_that_is_older_than_the_session_loses_nothing(case: Case) -> None:
    """The session locks, they sign in again in a second tab, and go on in the first."""
    fields = form_of(await case.one.page(case.path), "report")
    case.watch.wait(LOCKED)
    await case.sign_in(case.one, "one")
    answer = await case.report(fields, step="send")
    assert answer.headers["location"].startswith(f"{case.path}?draft=")
    assert await case.one.value("SELECT status FROM tip") != "action_taken", "nothing is done with an old token"
    page = await case.one.page(answer.headers["location"])
    assert "raided the &lt;mill&gt;</textarea>" in page
    assert len([one for one in form_of(page, "report") if one[0] == "kept"]) == 1


async def test_a_tab_of_who_was_signed_in_before_is_kept_for_them(case: Case) -> None:
    fields = form_of(await case.one.page(case.path), "report")
    case.watch.wait(LOCKED)
    await case.sign_in(case.one, "other")
    assert (await case.report(fields)).status_code == 403
    draft = await case.one.value("SELECT id FROM draft")
    assert "raided" not in await case.one.page(f"{case.path}?draft={draft}")
    assert (await case.sign_in(case.other, "one")).headers["location"] == f"{case.path}?draft={draft}"


async def test_a_form_of_the_list_leads_back_to_the_list(case: Case) -> None:
    fields = dict(form_of(await case.one.page("/panel/tips"), "bulk"))
    case.watch.wait(LOCKED)
    chosen = {"chosen": case.path[-11:], "act": "priority", "priority": "2", "back": "unread=yes"}
    await case.one.client.post("/panel/tips/bulk", data=fields | chosen)
    back = (await case.sign_in(case.one, "one")).headers["location"]
    assert back.startswith("/panel/tips?unread=yes&draft=")
    assert (await case.one.client.get(back)).status_code == 200


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/panel/admin/categories/move", "/panel/admin/categories"),
        ("/panel/admin/office/close", "/panel/admin/office?id=x"),
        ("/panel/admin/people/1/post", "/panel/admin/people/1"),
        ("/panel/admin/wording/m/restore", "/panel/admin/wording/m"),
        ("/panel/tips/search", "/panel/tips"),
    ],
)
def test_a_form_without_a_page_of_its_own_leads_to_that_on_which_it_stands(path: str, page: str) -> None:
    assert page_of(path, FormData({"id": "x"} if "office" in path else {})) == page


async def test_a_forged_form_of_an_ended_session_is_not_kept(case: Case) -> None:
    fields = form_of(await case.one.page(case.path), "report")
    case.watch.wait(LOCKED)
    assert (await case.report(fields, csrf="forged")).is_redirect
    assert await case.one.value("SELECT count(*) FROM draft") == 0
    assert await case.one.value("SELECT count(*) FROM evidence WHERE voice = 'officer'") == 0


async def test_who_signed_out_leaves_nothing(case: Case) -> None:
    page = await case.one.page(case.path)
    fields = form_of(page, "report")
    await case.one.client.post("/panel/sign-out", data={"csrf": dict(fields)["csrf"]})
    await case.report(fields)
    assert await case.one.value("SELECT count(*) FROM draft") == 0


async def test_it_is_sealed_and_gone_after_a_day(case: Case) -> None:
    fields = form_of(await case.one.page(case.path), "report")
    case.watch.wait(LOCKED)
    await case.report(fields)
    async with case.house.core.store.read() as db:
        (row,) = (await db.execute(text("SELECT * FROM draft"))).all()
    assert "raided" not in str(row)
    case.watch.wait(25 * 3600)
    await purge(case.house.core)
    assert await case.one.value("SELECT count(*) FROM draft") == 0


async def test_it_can_be_discarded(case: Case) -> None:
    fields = form_of(await case.one.page(case.path), "report")
    case.watch.wait(LOCKED)
    await case.report(fields)
    page = await case.one.page((await case.sign_in(case.one, "one")).headers["location"])
    discard = re.search(r'name="discard" value="([^"]+)"', page)
    assert discard
    data = {"csrf": dict(form_of(page, "drop"))["csrf"], "discard": discard[1]}
    assert (await case.one.client.post("/panel/drafts/drop", data=data)).is_redirect
    assert await case.one.value("SELECT count(*) FROM draft") == 0


async def test_a_page_that_was_asked_for_opens_after_signing_in(case: Case) -> None:
    case.watch.wait(LOCKED)
    await case.one.client.get(f"{case.path}?x=1")
    assert (await case.sign_in(case.one, "one")).headers["location"] == f"{case.path}?x=1"
    assert RETURN not in case.one.client.cookies
    case.watch.wait(LOCKED)
    await case.one.client.get(case.path)
    assert (await case.sign_in(case.one, "other")).headers["location"] == "/panel/tips", "another's page is not opened"


@pytest.mark.parametrize(
    "address", ["//evil.test/", "/panel/\\\\evil", "https://evil.test", "/other", "/panel/sign-in", "/panel/\n"]
)
async def test_nobody_is_led_elsewhere(case: Case, address: str) -> None:
    client = case.one.client
    answer = await client.post(
        "/panel/sign-in", data={"login": "one", "password": PASSWORD}, headers={"Cookie": f'{RETURN}=" {address}"'}
    )
    assert answer.headers["location"] == "/panel/tips"


async def test_who_is_writing_stays_signed_in(case: Case) -> None:
    page = await case.one.page(case.path)
    assert 'data-minutes="30"' in page
    for _ in range(3):
        case.watch.wait(20 * 60)
        csrf = dict(form_of(page, "note"))["csrf"]
        assert (await case.one.client.post("/panel/stay", data={"csrf": csrf})).status_code == 204
    assert (await case.one.client.get(case.path)).status_code == 200
