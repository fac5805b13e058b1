"""Who may open no tip: what of all pages of numbers is theirs, and that what they take along says no more than what they see."""

import csv
import html
import importlib
import io
import pkgutil
import re

import pytest
from openpyxl import load_workbook
from starlette.routing import Route

from conftest import House
from satark.panel import insight
from satark.panel.people import add_officer
from satark.panel.roles import Role
from tests.panel.test_insight import KOTWALI, counted, tell  # noqa: F401 - a fixture
from tests.panel.test_signing_in import PASSWORD, Desk

RANGE = "range/varanasi"
OF_ANALYSTS = {"/insight/", "/insight/reports", "/insight/methods"}


def pages() -> list[str]:
    """The addresses of all that the room answers to."""
    rooms = [
        importlib.import_module(one.name) for one in pkgutil.iter_modules(insight.__path__, "satark.panel.insight.")
    ]
    routes: list[Route] = [route for room in rooms for route in getattr(room, "ROUTES", ())]
    return sorted({route.path for route in routes if "GET" in (route.methods or ())})


async def desk_of(house: House, login: str) -> Desk:
    desk = Desk(house, login)
    await desk.sign_in()
    return desk


@pytest.mark.parametrize(
    ("role", "open_to"), [(Role.ANALYST, OF_ANALYSTS), (Role.AUDITOR, set()), (Role.ADMINISTRATOR, set())]
)
async def test_nobody_else_has_a_page_of_exact_numbers(house: House, role: Role, open_to: set[str]) -> None:
    """Whoever adds a page decides whose it is."""
    offices = [RANGE] if role is Role.ANALYST else []
    await add_officer(house.core.store, "other", "other", PASSWORD, offices, "en", role)
    desk, known = await desk_of(house, "other"), pages()
    assert len(known) > 15
    answers = {path: (await desk.client.get(f"/panel{path}")).status_code for path in known}
    assert {path for path, status in answers.items() if status != 403} == open_to


async def test_what_an_analyst_takes_along_is_what_they_see(counted: House) -> None:  # noqa: F811
    for category, number in (("extortion", 2), ("weapons", 9), ("overloading", 4)):
        await tell(counted, number, category, KOTWALI)
    desk = await desk_of(counted, "range")
    page = (await desk.client.get("/panel/insight/")).text
    seen = [html.unescape(one) for one in re.findall(r'<td><bdi dir="ltr">(.*?)</bdi></td>', page)]
    answer = await desk.post("/panel/insight/reports/file", take="xlsx now", locale="en")
    leaves = load_workbook(io.BytesIO(answer.content)).worksheets[1:]
    taken = [
        str(cell) for leaf in leaves for row in leaf.iter_rows(min_row=2, min_col=2, values_only=True) for cell in row
    ]
    assert len(seen) > 150
    assert taken == seen
    assert {"<3", "3–4"} < set(seen)
    assert not [one for one in seen if one.isdigit()], "no number is exact"


async def test_totals_of_officers_are_the_sums_of_their_parts(counted: House) -> None:  # noqa: F811
    """By station, by district, by kind, by month, by hour, by cell: one number of tips, however it is asked for."""
    await add_officer(counted.core.store, "dig", "dig", PASSWORD, [RANGE], "en")
    desk = await desk_of(counted, "dig")

    async def total(path: str, column: int) -> int:
        said = (await desk.client.get(f"/panel/insight/{path}")).text.removeprefix("\ufeff")
        return sum(int(row[column]) for row in list(csv.reader(io.StringIO(said)))[1:])

    asked = {"stations.csv?months=12": 1, "stations.csv?months=12&kind=district": 1, "areas.csv?months=12": 2}
    assert {path: await total(path, column) for path, column in asked.items()} == dict.fromkeys(asked, 30)
    assert await total("hours.csv?months=12", 2) == 30
    assert await total("months.csv", 1) == 30
