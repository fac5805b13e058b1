"""Second factors, open sessions, the idle lock, and keeping accounts."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from conftest import House, house_at
from satark.panel.gate import COOKIE
from satark.panel.people import add_officer
from satark.panel.roles import Role, needs_second_factor
from satark.panel.second_factor import STEP, new_secret, step_of
from satark.store.clock import now
from tests.panel.second import confirmed

PASSWORD = "a long password"


class Desk:
    """A browser in front of the panel."""

    def __init__(self, house: House, login: str, device: str = "a browser") -> None:
        transport = httpx.ASGITransport(app=house.web)
        headers = {"User-Agent": device}
        self.client = httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers)
        self.login = login

    async def sign_in(self, password: str = PASSWORD) -> httpx.Response:
        return await self.client.post("/panel/sign-in", data={"login": self.login, "password": password})

    async def post(self, path: str, **fields: str) -> httpx.Response:
        token = re.search(r'name="csrf" value="([^"]+)"', (await self.client.get("/panel/account")).text)
        assert token, "not signed in"
        return await self.client.post(path, data={"csrf": token[1], **fields})

    async def is_in(self) -> bool:
        return (await self.client.get("/panel/account")).status_code == 200


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[House]:
    """A house as it is delivered: a second factor is required."""
    async with house_at(tmp_path) as house:
        object.__setattr__(house.core, "settings", house.core.settings.model_copy(update={"second_factor": "required"}))
        await add_officer(house.core.store, "dig", "DIG", PASSWORD, ["range/varanasi"], "en")
        await add_officer(house.core.store, "sho", "SHO", PASSWORD, ["station/jaunpur/kotwali"], "en")
        yield house


async def value(house: House, query: str) -> Any:
    async with house.core.store.read() as db:
        return (await db.execute(text(query))).scalar_one()


async def rewind(house: House) -> None:
    """Half a minute passes: the code of now has not been used."""
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE officer SET second_step = second_step - 5"))


async def enrolled(house: House) -> tuple[Desk, str]:
    desk = Desk(house, "dig")
    assert (await desk.sign_in()).headers["location"] == "/panel/sign-in/enrol"
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", (await desk.client.get("/panel/sign-in/enrol")).text)
    assert secret
    code = pyotp.TOTP(secret[1]).now()
    assert (await desk.client.post("/panel/sign-in/enrol", data={"code": code})).headers["location"] == "/panel/tips"
    return desk, secret[1]


async def test_above_a_station_there_is_no_way_in_without_a_second_factor(strict: House) -> None:
    desk = Desk(strict, "dig")
    assert (await desk.sign_in()).headers["location"] == "/panel/sign-in/enrol"
    assert (await desk.client.get("/panel/tips")).headers["location"] == "/panel/sign-in"
    page = (await desk.client.get("/panel/sign-in/enrol")).text
    assert "<svg" in page
    assert "style=" not in page
    assert (await desk.client.post("/panel/sign-in/enrol", data={"code": "000000"})).status_code == 401
    assert not await desk.is_in()
    assert (await Desk(strict, "sho").sign_in()).headers["location"] == "/panel/tips"


async def test_a_code_is_asked_for_and_good_for_once(strict: House) -> None:
    desk, secret = await enrolled(strict)
    assert await desk.is_in()
    totp = pyotp.TOTP(secret)
    other = Desk(strict, "dig")
    assert (await other.sign_in()).headers["location"] == "/panel/sign-in/code"
    assert not await other.is_in()
    assert (await other.client.post("/panel/sign-in/code", data={"code": totp.now()})).status_code == 401
    await rewind(strict)
    assert (await other.client.post("/panel/sign-in/code", data={"code": totp.now()})).is_redirect
    assert await other.is_in()


async def test_codes_cannot_be_tried_without_end(strict: House) -> None:
    _, secret = await enrolled(strict)
    await rewind(strict)
    other = Desk(strict, "dig")
    await other.sign_in()
    answers = [(await other.client.post("/panel/sign-in/code", data={"code": "000000"})).status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]
    assert (await other.client.post("/panel/sign-in/code", data={"code": pyotp.TOTP(secret).now()})).status_code == 429


async def test_the_secret_is_at_rest_under_a_key(strict: House, tmp_path: Path) -> None:
    _, secret = await enrolled(strict)
    data = b"".join(path.read_bytes() for path in tmp_path.rglob("*.db*"))
    assert secret.encode() not in data


async def test_a_second_administrator_recovers_who_lost_the_telephone(strict: House) -> None:
    desk, _ = await enrolled(strict)
    object.__setattr__(strict.core, "settings", strict.core.settings.model_copy(update={"second_factor": "optional"}))
    for login in ("admin", "admin2"):
        await add_officer(strict.core.store, login, login, PASSWORD, [], "en", Role.ADMINISTRATOR)
    admin = Desk(strict, "admin")
    assert (await admin.sign_in()).headers["location"] == "/panel/admin/people"
    dig = await value(strict, "SELECT id FROM officer WHERE login = 'dig'")
    own = await value(strict, "SELECT id FROM officer WHERE login = 'admin'")
    assert (await admin.post(f"/panel/admin/people/{own}/recover")).status_code == 403
    password = await confirmed(strict, (await admin.post(f"/panel/admin/people/{dig}/recover")).text)
    assert password
    assert not await desk.is_in()
    assert (await desk.sign_in()).status_code == 401
    assert (await desk.sign_in(password)).headers["location"] == "/panel/account", "the page that was asked for"
    assert await value(strict, "SELECT count(*) FROM audit_entry WHERE action = 'recover'") == 1


async def test_where_nothing_is_done_the_session_is_locked(strict: House) -> None:
    desk = Desk(strict, "sho")
    await desk.sign_in()
    async with strict.core.store.write() as db:
        await db.execute(text(f"UPDATE sign_in SET seen = {now() - 29 * 60}"))
    assert await desk.is_in()
    assert await value(strict, "SELECT max(seen) FROM sign_in") >= now() - 5
    async with strict.core.store.write() as db:
        await db.execute(text(f"UPDATE sign_in SET seen = {now() - 31 * 60}"))
    assert not await desk.is_in()


async def test_a_clock_that_is_set_back_leaves_no_session_open(strict: House) -> None:
    """By a little, it goes on; by more than the lock, nobody knows since when nothing was done."""
    desk = Desk(strict, "sho")
    await desk.sign_in()
    async with strict.core.store.write() as db:
        await db.execute(text(f"UPDATE sign_in SET seen = {now() + 29 * 60}"))
    assert await desk.is_in()
    assert await value(strict, "SELECT max(seen) FROM sign_in") <= now()
    async with strict.core.store.write() as db:
        await db.execute(text(f"UPDATE sign_in SET seen = {now() + 60 * 60}"))
    assert not await desk.is_in()


async def test_a_watched_list_keeps_no_session_open(strict: House) -> None:
    """The live list asks by itself, for ever; that is not somebody at the desk."""
    from satark.panel.gate import Guarded

    panel: Any = next(route for route in strict.web.routes if getattr(route, "path", "") == "/panel").app
    live = next(route for route in panel.routes if getattr(route, "path", "") == "/tips/live")
    guard = live.endpoint.__self__
    assert isinstance(guard, Guarded)
    assert guard._quiet


async def test_sessions_are_listed_and_closed_from_anywhere(strict: House) -> None:
    here, there = Desk(strict, "sho", "Desk computer"), Desk(strict, "sho", "Lost telephone")
    await here.sign_in()
    await there.sign_in()
    page = (await here.client.get("/panel/account")).text
    assert "Lost telephone" in page
    key = re.search(r'name="key" value="([0-9a-f]{64})"', page)
    assert key
    stranger = Desk(strict, "dig")
    await stranger.sign_in()
    await here.post("/panel/account/sessions", key=key[1])
    assert await here.is_in()
    assert not await there.is_in()
    await there.sign_in()
    await here.post("/panel/account/sessions")
    assert not await there.is_in()
    assert stranger.client.cookies.get(COOKIE)


async def test_nobody_closes_the_session_of_another(strict: House) -> None:
    desk, _ = await enrolled(strict)
    key = await value(strict, "SELECT key FROM sign_in")
    other = Desk(strict, "sho")
    await other.sign_in()
    await other.post("/panel/account/sessions", key=key)
    assert await desk.is_in()


async def test_a_new_password_ends_every_other_session(strict: House) -> None:
    here, there = Desk(strict, "sho"), Desk(strict, "sho")
    await here.sign_in()
    await there.sign_in()
    assert (await here.post("/panel/account/password", old="wrong", new="x" * 12)).status_code == 422
    assert (await here.post("/panel/account/password", old=PASSWORD, new="x" * 11)).status_code == 422
    assert (await here.post("/panel/account/password", old=PASSWORD, new=" a new password ")).status_code == 200
    assert await here.is_in()
    assert not await there.is_in()
    assert (await there.sign_in()).status_code == 401
    assert (await there.sign_in(" a new password ")).is_redirect


@pytest.fixture
async def admin(house: House) -> Desk:
    await add_officer(house.core.store, "admin", "Admin", PASSWORD, [], "en", Role.ADMINISTRATOR)
    await add_officer(house.core.store, "sho", "SHO", PASSWORD, ["station/jaunpur/kotwali"], "en")
    desk = Desk(house, "admin")
    await desk.sign_in()
    return desk


async def test_accounts_are_added_posted_and_switched_off(house: House, admin: Desk) -> None:
    fields = {"name": "New SP", "login": "sp2", "role": "officer", "office": "district/jaunpur"}
    password = await confirmed(house, (await admin.post("/panel/admin/people", **fields)).text)
    assert password
    assert password[:11] not in (await admin.client.get("/panel/admin/people")).text
    sp = Desk(house, "sp2")
    assert (await sp.sign_in(password)).is_redirect
    person = await value(house, "SELECT id FROM officer WHERE login = 'sp2'")
    path = f"/panel/admin/people/{person}"
    assert (await admin.post(f"{path}/post", office="district/ghazipur")).is_redirect
    await confirmed(house)
    assert (await admin.post(f"{path}/end-post", office="district/jaunpur")).is_redirect
    assert "गाजीपुर" in (await sp.client.get("/panel/tips")).text.split("<main")[0]
    assert "जौनपुर" not in (await sp.client.get("/panel/tips")).text.split("<main")[0]
    assert (await admin.post(f"{path}/sign-out")).is_redirect
    assert not await sp.is_in()
    await sp.sign_in(password)
    assert (await admin.post(f"{path}/switch", active="no")).is_redirect
    assert not await sp.is_in()
    assert (await sp.sign_in(password)).status_code == 401
    assert (await admin.post(f"{path}/switch", active="yes")).is_redirect
    await confirmed(house)
    assert (await sp.sign_in(password)).is_redirect


@pytest.mark.parametrize(
    "wrong",
    [
        {"login": ""},
        {"name": " "},
        {"role": "king"},
        {"office": ""},
        {"office": "nowhere"},
        {"role": "auditor"},
        {"role": "analyst", "office": ""},
    ],
)
async def test_what_makes_no_account_is_refused(house: House, admin: Desk, wrong: dict[str, str]) -> None:
    fields = {"name": "N", "login": "n", "role": "officer", "office": "district/jaunpur", **wrong}
    assert (await admin.post("/panel/admin/people", **fields)).status_code == 422
    assert await value(house, "SELECT count(*) FROM officer") == 2


async def test_an_analyst_serves_in_offices(house: House, admin: Desk) -> None:
    fields = {"name": "N", "login": "n", "role": "analyst", "office": "district/jaunpur"}
    await confirmed(house, (await admin.post("/panel/admin/people", **fields)).text)
    analyst = await value(house, "SELECT id FROM officer WHERE login = 'n'")
    assert (await admin.post(f"/panel/admin/people/{analyst}/post", office="district/ghazipur")).is_redirect
    await confirmed(house)
    assert await value(house, f"SELECT count(*) FROM post WHERE officer_id = '{analyst}'") == 2


async def test_a_taken_login_is_said(admin: Desk) -> None:
    fields = {"name": "N", "login": "sho", "role": "officer", "office": "district/jaunpur"}
    answer = await admin.post("/panel/admin/people", **fields)
    assert answer.status_code == 422
    assert "That login is taken." in answer.text


async def test_the_auditor_sees_a_tampered_log(house: House, admin: Desk) -> None:
    await add_officer(house.core.store, "auditor", "Auditor", PASSWORD, [], "en", Role.AUDITOR)
    auditor = Desk(house, "auditor")
    assert (await auditor.sign_in()).headers["location"] == "/panel/admin/audit"
    assert "The log is whole." in (await auditor.post("/panel/admin/audit")).text
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE audit_entry SET action = 'look' WHERE number = 1"))
    assert "Entry 1 was changed" in (await auditor.post("/panel/admin/audit")).text
    assert await admin.is_in()


@given(st.integers(1_700_000_000, 1_900_000_000), st.integers(-3, 3))
def test_a_code_is_right_within_half_a_minute_and_never_twice(moment: int, steps: int) -> None:
    secret = new_secret()
    code = pyotp.TOTP(secret).at(moment + steps * STEP)
    found = step_of(secret, f"{code[:3]} {code[3:]}", moment, 0)
    assert (found is not None) is (abs(steps) <= 1)
    if found is not None:
        assert step_of(secret, code, moment, found) is None


def test_who_needs_a_second_factor() -> None:
    assert not needs_second_factor(Role.OFFICER, ["station"])
    assert not needs_second_factor(Role.OFFICER, ["outpost"])
    assert needs_second_factor(Role.OFFICER, ["circle"])
    assert needs_second_factor(Role.OFFICER, ["station", "district"])
    assert needs_second_factor(Role.OFFICER, ["range"])
    assert needs_second_factor(Role.ANALYST, ["station"])
    assert needs_second_factor(Role.AUDITOR, [])
    assert needs_second_factor(Role.ADMINISTRATOR, [])
