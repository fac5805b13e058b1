"""Accounts: a list that is searched, and a page for each of them."""

from collections.abc import AsyncIterator

import pytest

from conftest import House
from satark.language import LANGUAGES
from satark.panel.people import add_officer
from satark.panel.roles import Role
from tests.panel.test_administration import STATION, Desk, desk_in


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    async with desk_in(house) as made:
        for number in range(3):
            await add_officer(house.core.store, f"sho{number}", f"Officer {number}", "a long password", [STATION], "en")
        await add_officer(house.core.store, "au", "लेखा", "a long password", [], "en", Role.AUDITOR)
        yield made


async def person(desk: Desk, login: str) -> str:
    found: str = await desk.value(f"SELECT id FROM officer WHERE login = '{login}'")
    return found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", {"admin", "sho0", "sho1", "sho2", "au"}),
        ("OFFICER 1", {"sho1"}),
        ("sho", {"sho0", "sho1", "sho2"}),
        ("kotwali · jaun", {"sho0", "sho1", "sho2"}),
        ("लेखा", {"au"}),
        ("<b>", set()),
    ],
)
async def test_accounts_are_found_by_name_login_and_office(desk: Desk, wanted: str, found: set[str]) -> None:
    page = await desk.get(f"people?q={wanted}")
    for login in ("admin", "sho0", "sho1", "sho2", "au"):
        assert (f'<span class="ref">{login}</span>' in page) is (login in found), login
    assert ("Nobody is found" in page) is not found
    assert "<b>" not in page


async def test_the_list_is_no_longer_for_each_account_than_its_own_line(desk: Desk) -> None:
    page = await desk.get("people")
    assert page.count(f'value="{STATION}"') == 1, "the offices are offered once, for a new account"
    assert "end-post" not in page


async def test_a_page_offers_what_can_be_done_for_that_person(desk: Desk) -> None:
    sho, auditor, own = [await person(desk, login) for login in ("sho0", "au", "admin")]
    page = await desk.get(f"people/{sho}")
    for verb in ("post", "end-post", "sign-out", "recover", "switch"):
        assert f'action="/panel/admin/people/{sho}/{verb}"' in page
    assert f'<option value="{STATION}"' not in page, "where they serve already"
    assert "end-post" not in await desk.get(f"people/{auditor}")
    page = await desk.get(f"people/{own}")
    assert "Another administrator looks after your account." in page
    assert f"people/{own}/" not in page
    assert (await desk.client.get("/panel/admin/people/nobody")).status_code == 404


async def test_what_is_done_shows_on_that_page(desk: Desk) -> None:
    sho = await person(desk, "sho0")
    answer = await desk.post(f"people/{sho}/switch", active="no")
    assert answer.headers["location"] == f"/panel/admin/people/{sho}"
    page = await desk.get(f"people/{sho}")
    assert ">switched off</i>" in page
    assert 'value="yes"' in page
    await desk.post(f"people/{sho}/end-post", office=STATION)
    assert "Kotwali · Jaunpur" not in (await desk.get(f"people/{sho}")).split("<select")[0]


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_a_page_speaks_each_language(desk: Desk, locale: str) -> None:
    await desk.do("UPDATE officer SET locale = :locale", locale=locale)
    await desk.get(f"people/{await person(desk, 'sho0')}")
