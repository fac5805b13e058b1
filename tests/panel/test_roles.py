"""One mechanism decides who reaches a page: every route, walked with every role."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from conftest import House
from satark.panel.gate import Guarded
from satark.panel.people import add_officer
from satark.panel.roles import EVERYBODY, FIRST_PAGE, Role
from satark.tips.audit import append

PASSWORD = "a long password"
POSTS = {
    Role.OFFICER: ["range/varanasi"],
    Role.ANALYST: ["range/varanasi"],
    Role.AUDITOR: [],
    Role.ADMINISTRATOR: [],
}


@pytest.fixture
async def desks(house: House) -> AsyncIterator[dict[Role, httpx.AsyncClient]]:
    """Somebody of each role, signed in."""
    desks = {}
    for role, offices in POSTS.items():
        await add_officer(house.core.store, role.value, role.value, PASSWORD, offices, "en", role)
        desks[role] = httpx.AsyncClient(transport=httpx.ASGITransport(app=house.web), base_url="http://testserver")
        answer = await desks[role].post("/panel/sign-in", data={"login": role.value, "password": PASSWORD})
        assert answer.headers["location"] == FIRST_PAGE[role]
    yield desks
    for client in desks.values():
        await client.aclose()


def routes(house: House) -> list[tuple[str, str, frozenset[Role]]]:
    """Method, path and roles of every guarded route."""
    panel: Any = next(route for route in house.web.routes if getattr(route, "path", "") == "/panel").app  # type: ignore[attr-defined]
    found = []
    for route in panel.routes:
        guard = getattr(getattr(route, "endpoint", None), "__self__", None)
        if isinstance(guard, Guarded):
            method = "POST" if "POST" in route.methods else "GET"
            found.append((method, "/panel" + re.sub(r"\{\w+\}", "x", route.path), guard.roles))
    return found


async def test_every_route_is_closed_to_the_roles_that_it_is_not_for(
    house: House, desks: dict[Role, httpx.AsyncClient]
) -> None:
    walked, tokens = 0, {}
    for role, client in desks.items():
        token = re.search(r'name="csrf" value="([^"]+)"', (await client.get("/panel/account")).text)
        assert token
        tokens[role] = token[1]
    for method, path, roles in routes(house):
        for role, client in desks.items():
            if path.endswith(("/sign-out", "/live")) and "admin" not in path:
                continue
            answer = await client.request(method, path, data={"csrf": tokens[role]} if method == "POST" else None)
            if role in roles:
                assert answer.status_code != 403, (role, path)
            else:
                assert answer.status_code == 403, (role, path)
            walked += 1
    assert walked > 70


async def test_no_page_of_tips_is_for_who_keeps_accounts_or_reads_the_log(house: House) -> None:
    content = [(path, roles) for _, path, roles in routes(house) if "/tips" in path or "/evidence" in path]
    assert len(content) > 10
    assert all(roles == {Role.OFFICER} for _, roles in content)
    mine = {path for _, path, roles in routes(house) if Role.ANALYST in roles and roles != EVERYBODY}
    assert mine == {
        "/panel/insight/",
        "/panel/insight/methods",
        "/panel/insight/reports",
        "/panel/insight/reports/file",
        "/panel/insight/reports/wish",
    }
    assert {path for _, path, roles in routes(house) if roles == EVERYBODY} == {
        "/panel/", "/panel/stay", "/panel/drafts/drop", "/panel/sign-out", "/panel/language", "/panel/account", "/panel/account/password",
        "/panel/account/sessions", "/panel/account/passkeys", "/panel/account/passkeys/new", "/panel/account/passkeys/remove",
        "/panel/account/authenticator", "/panel/account/authenticator/new", "/panel/account/authenticator/remove",
    }  # fmt: skip


async def test_a_post_gives_nothing_to_who_has_another_role(house: House, desks: dict[Role, httpx.AsyncClient]) -> None:
    """Should a row say so all the same, by a slip or a hand in the database."""
    from sqlalchemy import text

    async with house.core.store.write() as db:
        await db.execute(
            text(
                "INSERT INTO post (id, officer_id, office_id, since) SELECT 'x', id, 'range/varanasi', 0 FROM officer WHERE login = 'auditor'"
            )
        )
    assert (await desks[Role.AUDITOR].get("/panel/tips")).status_code == 403
    page = (await desks[Role.AUDITOR].get("/panel/admin/audit")).text
    assert "Varanasi range" not in page


async def test_the_log_says_codes_in_words_and_of_long_numbers_the_beginning(
    house: House, desks: dict[Role, httpx.AsyncClient]
) -> None:
    async with house.core.store.write() as db:
        await append(db, "clock", "priority", "a" * 32, "urgent")
        await append(db, "clock", "classify", "a" * 32, "weapons")
        await append(db, "clock", "certificate", "a" * 32, f"{'b' * 32} hi")
    page = (await desks[Role.AUDITOR].get("/panel/admin/audit")).text
    assert "<td>Urgent</td>" in page
    assert "<td>Illegal weapons</td>" in page
    assert "<td>bbbbbbbb hi</td>" in page


async def test_what_is_refused_leads_back_into_the_panel(desks: dict[Role, httpx.AsyncClient]) -> None:
    refused = await desks[Role.AUDITOR].get("/panel/tips")
    assert refused.status_code == 403
    assert '<a href="/panel/">' in refused.text
