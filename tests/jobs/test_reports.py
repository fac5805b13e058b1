"""Who subscribed to a report hears that it is ready: once, in the morning after, in the panel and by e-mail."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import text

from conftest import MONDAY, House, Watch
from satark.insight.periods import Kind, newest_whole
from satark.jobs.reports import send_reports
from satark.panel.people import add_officer
from satark.panel.roles import Role
from tests.jobs.test_digests import PostOffice, change, said, serving
from tests.panel.test_signing_in import PASSWORD, Desk

# (the fixture stands at midnight of Monday 23 November 2026 in India)
MORNING = timedelta(hours=9, minutes=31)
WEEK = timedelta(days=7)
DECEMBER = MONDAY + timedelta(days=8)
PAGE = "/panel/insight/reports"

Town = tuple[House, PostOffice, Watch]


@pytest.fixture
async def mails(both_houses: House, watch: Watch) -> AsyncIterator[Town]:
    """Monday noon. The SP wants both reports, the SHO the weekly one, the analyst the monthly one; the DIG none."""
    house, office = both_houses, PostOffice()
    watch.put(MONDAY + timedelta(hours=12))
    for login, where, locale in (
        ("dig", "range/varanasi", "en"), ("sp", "district/jaunpur", "en"), ("sho", "station/jaunpur/kotwali", "hi"),
    ):  # fmt: skip
        await add_officer(house.core.store, login, login, PASSWORD, [where], locale)
    await add_officer(house.core.store, "analyst", "analyst", PASSWORD, ["district/jaunpur"], "ur", Role.ANALYST)
    async with serving(office) as url:
        house.core.settings.smtp_url = SecretStr(url)
        house.core.settings.mail_from = "Satark <satark@police.test>"
        await wish(house, "sp", week="yes", month="yes")
        await wish(house, "sho", week="yes")
        await wish(house, "analyst", month="yes")
        yield house, office, watch


async def desk(house: House, login: str) -> Desk:
    made = Desk(house, login)
    await made.sign_in()
    return made


async def wish(house: House, login: str, mail: str = "yes", **kinds: str) -> None:
    at = await desk(house, login)
    fields = {"locale": "hi", "email": f"{login}@police.test", "mail": mail, **kinds}
    assert (await at.post(f"{PAGE}/wish", **fields)).is_redirect


async def send(house: House) -> int:
    """Two workers at once."""
    return sum(await asyncio.gather(*(send_reports({"bench": house.bench}) for _ in range(2))))


def who(office: PostOffice) -> list[str]:
    """Whom e-mails came to since."""
    found = sorted(str(one["To"]).split("@")[0] for one in office.came)
    office.came = []
    return found


async def marked(at: Desk, path: str = "/panel/insight/methods") -> bool:
    return "new report" in (await at.client.get(path)).text


async def told(house: House) -> Any:
    async with house.core.store.read() as db:
        rows = await db.execute(text("SELECT told FROM report_wish ORDER BY officer_id, kind"))
        return rows.scalars().all()


async def test_it_goes_in_the_morning_after_and_once(mails: Town, caplog: pytest.LogCaptureFixture) -> None:
    house, office, watch = mails
    caplog.set_level(logging.INFO)
    assert await send(house) == 0, "what was ready when they subscribed, they saw"
    for moment, expected in (
        (MONDAY + WEEK - timedelta(minutes=1), []),
        (MONDAY + WEEK + timedelta(hours=9, minutes=29), []),
        (MONDAY + WEEK + MORNING, ["sho", "sp"]),
        (MONDAY + WEEK + timedelta(hours=23), []),
        (DECEMBER + timedelta(hours=9), []),
        (DECEMBER + MORNING, ["analyst", "sp"]),
        (MONDAY + 2 * WEEK + MORNING, ["sho", "sp"]),
        (MONDAY + 8 * WEEK + MORNING, ["analyst", "sho", "sp", "sp"]),
    ):
        watch.put(moment)
        assert await send(house) == len(expected), moment
        assert who(office) == expected, moment
    assert all(re.fullmatch("reports: [0-9a-z, ]+", line) for line in said(caplog)), said(caplog)


async def test_an_e_mail_says_that_it_is_ready_and_nothing_else(mails: Town) -> None:
    house, office, watch = mails
    watch.put(MONDAY + WEEK + MORNING)
    await send(house)
    found = {str(one["To"]): one for one in office.came}
    assert found["sp@police.test"]["Subject"] == "Satark: a report is ready"
    assert found["sp@police.test"].get_content().split("\n\n")[:2] == [
        "Your weekly report is ready.", f"{house.core.settings.public_url}{PAGE}",
    ]  # fmt: skip
    assert found["sho@police.test"].get_content().startswith("आपकी साप्ताहिक रिपोर्ट तैयार है।\n")
    office.came = []
    watch.put(DECEMBER + MORNING)
    await send(house)
    monthly = {str(one["To"]): one.get_content() for one in office.came}
    assert monthly["sp@police.test"].startswith("Your monthly report is ready.\n")
    assert monthly["analyst@police.test"].startswith("آپ کی ماہانہ رپورٹ تیار ہے۔\n")
    assert not re.search("jaunpur|gambling|nov|20[0-9]{2}", monthly["sp@police.test"].lower())


async def test_what_fails_is_tried_again_and_stops_nobody_else(mails: Town) -> None:
    house, office, watch = mails
    before = await told(house)
    watch.put(MONDAY + WEEK + MORNING)
    office.refuses = {"sho@police.test": "451 later"}
    assert await send(house) == 1
    assert who(office) == ["sp"]
    after = await told(house)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
    office.refuses = {}
    assert await send(house) == 1
    assert who(office) == ["sho"]
    watch.put(MONDAY + 2 * WEEK + MORNING)
    office.refuses = {"sho@police.test": "550 nobody here"}
    await send(house)
    office.refuses = {}
    assert await send(house) == 0, "what is refused for good waits for the next report"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE officer SET active = false WHERE login = 'sp'",
        "UPDATE officer SET role = 'administrator' WHERE login = 'sp'",
        "UPDATE officer SET email = '' WHERE login = 'sp'",
        "UPDATE post SET until = 1 WHERE officer_id = (SELECT id FROM officer WHERE login = 'sp')",
        "UPDATE report_wish SET mail = false WHERE officer_id = (SELECT id FROM officer WHERE login = 'sp')",
    ],
)
async def test_who_may_read_no_report_gets_no_e_mail(mails: Town, statement: str) -> None:
    house, office, watch = mails
    await change(house, statement)
    watch.put(MONDAY + WEEK + MORNING)
    await send(house)
    assert who(office) == ["sho"]


async def test_without_a_mail_server_nothing_goes_and_nothing_is_noted(mails: Town) -> None:
    house, office, watch = mails
    before, house.core.settings.mail_from = await told(house), ""
    watch.put(MONDAY + WEEK + MORNING)
    assert await send(house) == 0
    assert (await told(house), who(office)) == (before, [])


async def test_the_panel_says_so_until_the_page_is_opened(mails: Town) -> None:
    house, _, watch = mails
    watch.put(MONDAY + WEEK + MORNING - timedelta(minutes=2))
    desks = {login: await desk(house, login) for login in ("dig", "sp", "sho", "analyst")}
    assert not any([await marked(one) for one in desks.values()])
    watch.put(MONDAY + WEEK + MORNING)
    assert {login: await marked(one) for login, one in desks.items()} == {
        "dig": False, "sp": True, "sho": False, "analyst": False,
    }, "of the SHO, it is said in Hindi"  # fmt: skip
    assert "1 नई रिपोर्ट" in (await desks["sho"].client.get("/panel/tips")).text
    assert await marked(desks["sp"], "/panel/tips")
    assert not await marked(desks["sp"], PAGE)
    assert not await marked(desks["sp"])
    assert "1 नई रिपोर्ट" in (await desks["sho"].client.get("/panel/tips")).text
    watch.put(MONDAY + 2 * WEEK + MORNING)
    assert "2 new reports" in (await (await desk(house, "sp")).client.get("/panel/tips")).text


@given(st.sampled_from(Kind), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_newest_is_over_and_none_is_between(kind: Kind, day: date) -> None:
    first = newest_whole(kind, day)
    assert first < day
    after = first + (timedelta(7) if kind is Kind.WEEK else timedelta(31))
    after = after if kind is Kind.WEEK else after.replace(day=1)
    assert after <= day < (after + timedelta(31) if kind is Kind.MONTH else after + timedelta(7))
