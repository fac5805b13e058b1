"""What protects the way in: cookies, other sites' forms, the brakes, and the languages before one is known."""

import asyncio

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher

from conftest import House
from satark.panel import people
from satark.panel.gate import COOKIE
from satark.panel.patience import MOST_ANYWHERE, TRIES
from satark.panel.people import add_officer
from tests.panel.test_panel import browser
from tests.panel.test_signing_in import PASSWORD, Desk, enrolled, rewind, strict, value  # noqa: F401 - a fixture

OWN = {"Origin": "http://testserver"}
FORMS = [
    "/panel/sign-in",
    "/panel/sign-in/code",
    "/panel/sign-in/code/passkey",
    "/panel/sign-in/enrol",
    "/panel/sign-in/enrol/passkey",
]


@pytest.fixture
async def desk(house: House) -> Desk:
    await add_officer(house.core.store, "sho", "SHO", PASSWORD, ["station/jaunpur/kotwali"], "en")
    return Desk(house, "sho")


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", **OWN},
        {"Origin": "https://example.org"},
        {"Origin": "http://testserver.example.org"},
        {"Origin": "null"},
    ],
)
async def test_a_form_of_another_site_signs_nobody_in(desk: Desk, path: str, headers: dict[str, str]) -> None:
    """Else somebody could be made to work in an account that is not theirs."""
    fields = {"login": "sho", "password": PASSWORD}
    assert (await desk.client.post(path, data=fields, headers=headers)).status_code == 403
    assert COOKIE not in desk.client.cookies


@pytest.mark.parametrize(
    "headers", [{}, OWN, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none", "Origin": "null"}]
)
async def test_our_own_form_does(desk: Desk, headers: dict[str, str]) -> None:
    fields = {"login": "sho", "password": PASSWORD}
    assert (await desk.client.post("/panel/sign-in", data=fields, headers=headers)).is_redirect


async def test_behind_a_proxy_the_public_address_is_our_own(house: House, desk: Desk) -> None:
    fresh = house.core.settings.model_copy(update={"base_url": "https://tips.example.org/"})
    for cached in ("public_url", "secure"):
        fresh.__dict__.pop(cached, None)
    object.__setattr__(house.core, "settings", fresh)
    fields, headers = {"login": "sho", "password": PASSWORD}, {"Origin": "https://tips.example.org"}
    answer = await desk.client.post("/panel/sign-in", data=fields, headers=headers)
    assert answer.is_redirect
    assert "; Secure" in answer.headers["set-cookie"]


async def test_the_cookie_is_for_the_panel_alone_and_new_at_each_step(strict: House) -> None:  # noqa: F811
    desk, secret = await enrolled(strict)
    await rewind(strict)
    cookies = []
    for path, fields in (
        ("/panel/sign-in", {"login": "dig", "password": PASSWORD}),
        ("/panel/sign-in/code", {"code": pyotp.TOTP(secret).now()}),
    ):
        answer = await desk.client.post(path, data=fields)
        told = answer.headers["set-cookie"]
        assert all(part in told for part in ("HttpOnly", "SameSite=strict", "Path=/panel")), told
        assert "Expires" not in told
        cookies.append(desk.client.cookies[COOKIE])
    assert len(set(cookies)) == 2
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=strict.web), base_url="http://testserver") as old:
        old.cookies.set(COOKIE, cookies[0], path="/panel")
        assert (await old.get("/panel/account")).is_redirect, "the cookie of the step before opens nothing"


async def test_codes_cannot_be_tried_from_many_places(strict: House) -> None:  # noqa: F811
    """By somebody who knows the password and has many addresses."""
    _, secret = await enrolled(strict)
    await rewind(strict)
    statuses = []
    for number in range(MOST_ANYWHERE + 1):
        thief = Desk(strict, "dig")
        thief.client._transport = httpx.ASGITransport(app=strict.web, client=(f"192.0.2.{number}", 1))
        await thief.sign_in()
        code = "000000" if number < MOST_ANYWHERE else pyotp.TOTP(secret).now()
        statuses.append((await thief.client.post("/panel/sign-in/code", data={"code": code})).status_code)
    assert statuses == [401] * MOST_ANYWHERE + [429]


async def test_wrong_passwords_from_elsewhere_lock_nobody_out(house: House, desk: Desk) -> None:
    thief = Desk(house, "sho")
    thief.client._transport = httpx.ASGITransport(app=house.web, client=("192.0.2.1", 1))
    assert [(await thief.sign_in("wrong")).status_code for _ in range(6)] == [401] * 5 + [429]
    assert (await desk.sign_in()).is_redirect


async def test_a_stolen_session_does_not_try_passwords_without_end(desk: Desk) -> None:
    await desk.sign_in()
    tried = [(await desk.post("/panel/account/password", old="wrong", new="x" * 12)).status_code for _ in range(6)]
    assert tried == [422] * 5 + [429]
    assert (await desk.post("/panel/account/password", old=PASSWORD, new="x" * 12)).status_code == 429


@pytest.mark.parametrize(
    ("locale", "title", "direction"), [("hi", "साइन इन", ""), ("en", "Sign in", ""), ("ur", "سائن ان", "rtl")]
)
async def test_the_way_in_speaks_the_language_that_was_chosen(
    desk: Desk, locale: str, title: str, direction: str
) -> None:
    page = (await desk.client.get(f"/panel/sign-in?lang={locale}")).text
    assert f"<h1>{title}</h1>" in page
    assert ('dir="rtl"' in page) is bool(direction)
    wrong = await desk.sign_in("wrong")
    assert f"<h1>{title}</h1>" in wrong.text, "the next page too"


async def test_an_officer_chooses_a_language(desk: Desk) -> None:
    await desk.sign_in()
    for locale, word in (("ur", "اطلاعات"), ("hi", "सूचनाएँ"), ("en", "Tips")):
        await desk.post("/panel/language", locale=locale)
        page = (await desk.client.get("/panel/tips")).text
        assert f"<h1>{word}</h1>" in page
        assert f'<html lang="{locale}"' in page
    await desk.post("/panel/language", locale="bho")
    assert '<html lang="en"' in (await desk.client.get("/panel/tips")).text


async def test_the_audit_log_says_once_an_hour_that_an_account_was_braked(desk: Desk, house: House) -> None:
    """Whatever it was tried from, and however many logins nobody has: the log cannot be filled."""
    said = "SELECT count(*) FROM audit_entry WHERE action = 'braked' AND actor = '{}'"
    own = await value(house, "SELECT id FROM officer WHERE login = 'sho'")
    for client in ("10.0.0.1", "10.0.0.2"):
        transport = httpx.ASGITransport(app=house.web, client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as stranger:
            for tries in range(1, 7):
                await stranger.post("/panel/sign-in", data={"login": "sho", "password": "wrong"})
                assert await value(house, said.format(own)) == (tries >= 5 or client == "10.0.0.2")
            for login in ("a secret typed into the wrong field", "another"):
                for _ in range(6):
                    await stranger.post("/panel/sign-in", data={"login": login, "password": "wrong"})
    assert await value(house, said.format("nobody")) == 1
    assert await value(house, "SELECT count(*) FROM audit_entry WHERE detail <> '' OR subject <> actor") == 0


async def test_a_password_costs_whoever_guesses_it_64_mib(
    house: House, real_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As RFC 9106 has it, for those with little memory. All other tests are spared it."""
    monkeypatch.setattr(people, "_hasher", real_hasher)
    await add_officer(house.core.store, "sho", "SHO", PASSWORD, ["station/jaunpur/kotwali"], "en")
    kept = await value(house, "SELECT password FROM officer")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert (await Desk(house, "sho").sign_in()).is_redirect


async def test_who_tries_many_at_once_or_from_many_addresses_of_one_network_is_braked(house: House) -> None:
    await add_officer(house.core.store, "dig", "A", PASSWORD, ["range/varanasi"])

    async def guess(at: int) -> int:
        transport = httpx.ASGITransport(app=house.web, client=(f"2001:db8::{at:x}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            answer = await client.post("/panel/sign-in", data={"login": "dig", "password": f"guess {at}"})
        return answer.status_code

    assert sorted(await asyncio.gather(*map(guess, range(20)))) == [401] * TRIES + [429] * (20 - TRIES)


async def test_who_is_right_is_never_braked(house: House) -> None:
    await add_officer(house.core.store, "dig", "A", PASSWORD, ["range/varanasi"])
    for _ in range(TRIES + 1):
        async with browser(house) as client:
            answer = await client.post("/panel/sign-in", data={"login": "dig", "password": PASSWORD})
            assert answer.is_redirect
