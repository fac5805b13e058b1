"""Reports of weeks and months: their numbers are those of the pages, in both languages, and tell the accused nothing."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import text

from conftest import MONDAY, House, Watch, house_at
from satark.panel.people import add_officer
from satark.panel.roles import Role
from satark.store.sealing import Seal
from satark.store.writing import Rows
from satark.tips.letters import Letter, Piece
from satark.tips.opening import NewTip, open_tip
from tests.panel.test_admin_forms import Fields
from tests.panel.test_insight_changes import JAUNPUR, KOTWALI, at_desk, count, tell
from tests.panel.test_signing_in import PASSWORD

TAKEN = ("week", "week 2026-11-23", "month", "month 2026-11-01")


@pytest.fixture
async def town(tmp_path: Path, database: str, watch: Watch) -> AsyncIterator[House]:
    """Thursday noon. A tip of gambling a day for 40 weeks, and twenty of weapons on Tuesday and on the Saturday before."""
    watch.put(MONDAY + timedelta(days=3, hours=12))
    async with house_at(tmp_path, database) as house:
        for login, office in {"dig": "range/varanasi", "sp": JAUNPUR, "sho": KOTWALI}.items():
            await add_officer(house.core.store, login, login, PASSWORD, [office], "en")
        await add_officer(house.core.store, "analyst", "analyst", PASSWORD, [JAUNPUR], "en", Role.ANALYST)
        await gamble(house, watch.hour)
        for back in (2, 5):
            await tell(house, watch.hour - back * 24, 20, "weapons")
        await count(house, watch)
        yield house


async def gamble(house: House, hour: int) -> None:
    rows = Rows()
    for back in range(3, 280):
        new = NewTip(
            channel="webform", locale="hi", category="gambling", district=JAUNPUR, station=KOTWALI, accused=frozenset(),
            readers=frozenset({JAUNPUR, "range/varanasi", KOTWALI}), letter=Letter(pieces=(Piece(text="x"),)),
            receipt=f"gambling {back}", hour=hour - back * 24,
        )  # fmt: skip
        open_tip(rows, Seal(house.core.keys["content.pub"]), new)
    async with house.core.store.write() as db:
        await rows.write(db)


async def take(house: House, login: str, what: str, locale: str = "en") -> httpx.Response:
    desk = await at_desk(house, login)
    return await desk.post("/panel/insight/reports/file", take=what, locale=locale)


def leaves(answer: httpx.Response) -> dict[str, list[list[object]]]:
    book = load_workbook(io.BytesIO(answer.content))
    return {leaf.title: [list(row) for row in leaf.iter_rows(values_only=True)] for leaf in book.worksheets}


def paper(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/pdf"
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages).split())


async def table(house: House, path: str) -> list[list[str]]:
    desk = await at_desk(house, "sp")
    said = (await desk.client.get(f"/panel/insight/{path}")).text
    return list(csv.reader(io.StringIO(said.removeprefix("\ufeff"))))[1:]


def told(rows: list[list[object]]) -> list[list[str]]:
    return [["" if cell is None else str(cell) for cell in row] for row in rows[1:]]


async def test_its_numbers_are_those_of_the_pages(town: House) -> None:
    found = leaves(await take(town, "sp", "xlsx week 2026-11-23"))
    assert found["0"][0] == ["Weekly report", "16 Nov 2026 – 22 Nov 2026"]
    page = await table(town, "changes.csv?until=2026-11-23")
    both = found["5 By kind and district"]
    assert [row[:4] for row in told(both)] == [row[:4] for row in page[: len(both) - 1]]
    assert found["1 All tips"][1][1] == 27
    stations = [row[:2] for row in told(found["8 Comparison of stations"])]
    assert stations == [row[:2] for row in await table(town, "stations.csv?months=3")]
    hours = found["7 Tips by hour and weekday"]
    week = await table(town, "hours.csv?months=3")
    assert sum(int(str(one)) for row in hours[1:] for one in row[1:]) == sum(int(row[2]) for row in week)
    areas = told(next(rows for title, rows in found.items() if title.startswith("9 ")))
    assert [row[:1] + row[2:3] for row in areas] == [row[:1] + row[2:3] for row in await table(town, "areas.csv")]
    this = leaves(await take(town, "sp", "xlsx week"))
    warned = [row[:3] for row in told(this["11 Early warning"])]
    assert str(this["1 All tips"][1][1]) == (await table(town, "changes.csv?until=now"))[-1][2]
    assert warned == [["Illegal weapons", "Jaunpur", "20"]]


async def test_paper_says_it_in_both_languages(town: House) -> None:
    english = paper(await take(town, "sp", "pdf month 2026-11-01"))
    for words in (
        "Monthly report",
        "1 Oct 2026 – 31 Oct 2026",
        "Gambling",
        "Kotwali",
        "within chance",
        "Report taken by sp",
    ):
        assert words in english, words
    hindi = await take(town, "sp", "pdf week", "hi")
    assert hindi.headers["content-disposition"] == 'attachment; filename="satark-report-week.pdf"'
    assert "Weekly report" not in paper(hindi)
    cover = leaves(await take(town, "sp", "xlsx week", "hi"))["0"]
    assert cover[0][0] == "साप्ताहिक रिपोर्ट"


async def test_who_is_accused_takes_the_same_bytes(town: House, watch: Watch) -> None:
    async def taken(login: str) -> dict[str, bytes]:
        asked = [f"{form} {what}" for form in ("pdf", "xlsx") for what in TAKEN]
        return {one: (await take(town, login, one)).content for one in asked}

    before = {login: await taken(login) for login in ("sho", "sp")}
    for back in (2, 5, 40):
        await tell(town, watch.hour - back * 24, 30, "police_corruption", frozenset({KOTWALI}))
    await count(town, watch)
    assert await taken("sho") == before["sho"]
    after = await taken("sp")
    assert all(after[one] != before["sp"][one] for one in after)


async def test_an_analyst_has_the_overview_and_no_second_set_of_numbers(town: House) -> None:
    await tell(town, 494_000, 1, "mining")
    found = leaves(await take(town, "analyst", "xlsx now"))
    assert len(found) == 4
    assert "<3" in {cell for row in found["1 By kind and status"] for cell in row}
    assert not {1, 2, 0} & {cell for leaf in found.values() for row in leaf[1:] for cell in row}
    assert "Overview" in paper(await take(town, "analyst", "pdf now"))
    for what in TAKEN:
        assert (await take(town, "analyst", f"pdf {what}")).status_code == 403
    assert (await take(town, "sp", "pdf now")).status_code == 403
    desk = await at_desk(town, "analyst")
    page = (await desk.client.get("/panel/insight/reports")).text
    assert "pdf now" in page
    assert "pdf week" not in page
    assert "pdf month" not in page


async def test_each_is_noted_and_nonsense_refused(town: House) -> None:
    desk = await at_desk(town, "sp")
    page = (await desk.client.get("/panel/insight/reports")).text
    assert page.count('value="pdf ') == 24
    assert (await take(town, "sp", "xlsx week 2026-11-23", "hi")).status_code == 200
    for what, locale in (
        ("", "en"), ("exe week", "en"), ("pdf day", "en"), ("pdf week 2026-11-24", "en"), ("pdf week x", "en"),
        ("pdf week", "xx"),
    ):  # fmt: skip
        assert (await take(town, "sp", what, locale)).status_code == 422, what
    async with town.core.store.read() as db:
        rows = (await db.execute(text("SELECT detail FROM audit_entry WHERE action = 'export report'"))).scalars().all()
    assert rows == ["xlsx week-2026-11-23 hi"]


@pytest.fixture
async def offices(both_houses: House) -> House:
    both_houses.core.settings.mail_from = "Satark <satark@police.test>"
    await add_officer(both_houses.core.store, "sp", "sp", PASSWORD, [JAUNPUR], "en")
    await add_officer(both_houses.core.store, "analyst", "analyst", PASSWORD, [JAUNPUR], "en", Role.ANALYST)
    return both_houses


async def wished(house: House) -> list[tuple[object, ...]]:
    query = "SELECT kind, w.locale, mail, email FROM report_wish w JOIN officer o ON o.id = officer_id ORDER BY kind"
    async with house.core.store.read() as db:
        return [(one.kind, one.locale, bool(one.mail), one.email) for one in await db.execute(text(query))]


@pytest.mark.parametrize("login", ["sp", "analyst"])
async def test_a_subscription_is_kept_changed_and_ended(offices: House, login: str) -> None:
    desk = await at_desk(offices, login)
    typed = {"locale": "hi", "email": "sp@police.test"}
    for sent, kept in (
        ({"week": "yes", "month": "yes", "mail": "yes"}, [("month", "hi", True, "sp@police.test"), ("week", "hi", True, "sp@police.test")]),
        ({"month": "yes", "email": "x"}, [("month", "hi", False, "sp@police.test")]),
        ({"month": "yes", "mail": "yes", "stop": "yes"}, []),
        ({"week": "yes", "locale": "en"}, [("week", "en", False, "sp@police.test")]),
        ({}, []),
    ):  # fmt: skip
        assert (await desk.post("/panel/insight/reports/wish", **{**typed, **sent})).is_redirect
        assert await wished(offices) == kept
        fields = Fields((await desk.client.get("/panel/insight/reports")).text)
        assert {"week", "month"} & fields.ticked == {row[0] for row in kept}
    async with offices.core.store.read() as db:
        said = (await db.execute(text("SELECT detail FROM audit_entry WHERE action = 'notices'"))).scalars().all()
    assert said == [
        "reports week month e-mail", "reports month", "reports never", "reports week", "reports never",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "field", "why"),
    [
        ({"week": "yes", "mail": "yes", "email": "sp@police"}, "email", "That is no e-mail address."),
        ({"month": "yes", "mail": "yes", "email": ""}, "email", "An e-mail needs an address."),
        ({"mail": "yes", "email": "sp@police.test"}, "week", "Choose weekly, monthly or both."),
    ],
)
async def test_what_is_refused_stays_as_it_was_typed(
    offices: House, sent: dict[str, str], field: str, why: str
) -> None:
    desk = await at_desk(offices, "sp")
    answer = await desk.post("/panel/insight/reports/wish", locale="hi", **sent)
    fields = Fields(answer.text)
    assert (answer.status_code, fields.why(field), fields.described[field]) == (422, why, f"{field}-wrong")
    assert (fields.values["email"], fields.values["locale"]) == (sent["email"], "hi")
    assert fields.ticked == set(sent) - {"email"}
    assert await wished(offices) == []


async def test_without_e_mail_there_is_no_field_for_it(offices: House) -> None:
    offices.core.settings.mail_from = ""
    desk = await at_desk(offices, "sp")
    assert "email" not in Fields((await desk.client.get("/panel/insight/reports")).text).values
    sent = {"week": "yes", "mail": "yes", "email": "sp@police.test"}
    assert (await desk.post("/panel/insight/reports/wish", locale="xx", **sent)).status_code == 422
    assert (await desk.post("/panel/insight/reports/wish", locale="en", **sent)).is_redirect
    assert await wished(offices) == [("week", "en", False, "")]
