"""Passkeys: what is taken for one, and the ways in and out that they open."""

import html
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from conftest import House, house_at
from satark.panel import asked
from satark.panel.gate import COOKIE
from satark.panel.passkeys import id_in, made, used
from satark.panel.people import add_officer
from satark.panel.roles import Role
from satark.panel.sites import Site, site_of
from tests.panel.authenticator import PRESENT, Authenticator
from tests.panel.second import confirmed
from tests.panel.test_signing_in import PASSWORD, Desk, enrolled, rewind, value

SITE = Site("localhost", "http://localhost:8000")
CHALLENGE = b"c" * 40


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("http://localhost:8000", SITE),
        ("https://tips.example.org", Site("tips.example.org", "https://tips.example.org")),
        ("https://tips.example.org:443/", Site("tips.example.org", "https://tips.example.org")),
        ("https://tips.example.org:8443", Site("tips.example.org", "https://tips.example.org:8443")),
        ("http://127.0.0.1:8000", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]:8443", None),
        ("http://tips.example.org", None),
        ("", None),
    ],
)
def test_where_there_can_be_passkeys(url: str, site: Site | None) -> None:
    assert site_of(url) == site


def test_a_new_passkey_is_taken_and_its_answers_too() -> None:
    key = Authenticator()
    new = made(SITE, CHALLENGE, key.make(CHALLENGE))
    assert new is not None
    assert new.id == key.name
    assert id_in(key.use(CHALLENGE), "x") == key.name
    assert used(SITE, CHALLENGE, key.use(CHALLENGE), new.public, 1) == key.counter


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://localhost.example.org"},
        {"origin": "http://localhost:8001"},
        {"host": "example.org"},
        {"flags": PRESENT},
        {"flags": 0x04},
        {"flags": 0},
    ],
)
def test_what_is_of_another_site_or_of_nobody_verified_is_refused(wrong: dict[str, Any]) -> None:
    right = Authenticator()
    new = made(SITE, CHALLENGE, right.make(CHALLENGE))
    assert new is not None
    false = Authenticator(**wrong, id=right.id, key=right.key)
    assert made(SITE, CHALLENGE, false.make(CHALLENGE)) is None
    assert used(SITE, CHALLENGE, false.use(CHALLENGE), new.public, 0) is None


def test_another_challenge_another_key_and_a_copy_are_refused() -> None:
    key, other = Authenticator(), Authenticator()
    new = made(SITE, CHALLENGE, key.make(CHALLENGE))
    assert new is not None
    assert made(SITE, b"d" * 40, key.make(CHALLENGE)) is None
    assert used(SITE, b"d" * 40, key.use(CHALLENGE), new.public, 0) is None
    assert used(SITE, CHALLENGE, Authenticator(id=key.id, key=other.key).use(CHALLENGE), new.public, 0) is None
    answer = key.use(CHALLENGE)
    assert used(SITE, CHALLENGE, answer, new.public, key.counter) is None, "its counter did not grow"
    assert used(SITE, CHALLENGE, answer, new.public, key.counter + 5) is None
    assert made(SITE, CHALLENGE, answer) is None
    assert used(SITE, CHALLENGE, key.make(CHALLENGE), new.public, 0) is None
    assert id_in(key.use(CHALLENGE, user=b"somebody else"), "me") == ""
    assert id_in(key.use(CHALLENGE, user=b"me"), "me") == key.name


@given(st.one_of(st.text(max_size=60), st.just("[" * 16_000), st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "attestationObject", "signature"]), inner
    ),
).map(json.dumps)))  # fmt: skip
def test_whatever_is_sent_is_refused_and_breaks_nothing(answer: str) -> None:
    assert made(SITE, CHALLENGE, answer) is None
    assert used(SITE, CHALLENGE, answer, b"", 0) is None
    assert isinstance(id_in(answer, "me"), str)


@given(st.sampled_from(["clientDataJSON", "authenticatorData", "signature"]), st.integers(0, 999), st.integers(0, 7))
def test_one_changed_bit_spoils_an_answer(part: str, place: int, bit: int) -> None:
    key = Authenticator()
    new = made(SITE, CHALLENGE, key.make(CHALLENGE))
    assert new is not None
    answer = json.loads(key.use(CHALLENGE))
    raw = bytearray(base64url_to_bytes(answer["response"][part]))
    raw[place % len(raw)] ^= 1 << bit
    answer["response"][part] = bytes_to_base64url(bytes(raw))
    assert used(SITE, CHALLENGE, json.dumps(answer), new.public, 0) is None


class KeyDesk(Desk):
    """A desk at a panel that has a name."""

    async def options(self, path: str) -> dict[str, Any]:
        return options_in((await self.client.get(path)).text)

    async def enrol(self, key: Authenticator) -> httpx.Response:
        await self.sign_in()
        asked = await self.options("/panel/sign-in/enrol")
        answer = key.make(base64url_to_bytes(asked["challenge"]))
        return await self.client.post("/panel/sign-in/enrol/passkey", data={"credential": answer})

    async def use(self, key: Authenticator, challenge: str = "") -> httpx.Response:
        challenge = challenge or (await self.options("/panel/sign-in/code"))["challenge"]
        answer = key.use(base64url_to_bytes(challenge))
        return await self.client.post("/panel/sign-in/code/passkey", data={"credential": answer})

    async def add(self, key: Authenticator, password: str = PASSWORD, name: str = "My telephone") -> httpx.Response:
        page = await self.post("/panel/account/passkeys/new", name=name, password=password)
        if page.status_code != 200:
            return page
        answer = key.make(base64url_to_bytes(options_in(page.text)["challenge"]))
        return await self.post("/panel/account/passkeys", credential=answer, name=name)

    async def remove(self, key: Authenticator, password: str = PASSWORD) -> httpx.Response:
        return await self.post("/panel/account/passkeys/remove", key=key.name, password=password)


def options_in(page: str) -> dict[str, Any]:
    found = re.search(r'data-options="([^"]+)"', page)
    assert found, "no passkey is asked for"
    options: dict[str, Any] = json.loads(html.unescape(found[1]))
    return options


def set_to(house: House, **settings: object) -> None:
    fresh = house.core.settings.model_copy(update=settings)
    for cached in ("public_url", "secure"):
        fresh.__dict__.pop(cached, None)
    object.__setattr__(house.core, "settings", fresh)


@asynccontextmanager
async def house_with_a_name(folder: Path, database: str = "") -> AsyncIterator[House]:
    """A house as it is delivered, at `localhost`, with somebody who must have a second factor and somebody who need not."""
    async with house_at(folder, database) as house:
        set_to(house, second_factor="required", base_url="http://localhost:8000")
        await add_officer(house.core.store, "dig", "DIG", PASSWORD, ["range/varanasi"], "en")
        await add_officer(house.core.store, "sho", "SHO", PASSWORD, ["station/jaunpur/kotwali"], "en")
        yield house


@pytest.fixture
async def named(tmp_path: Path) -> AsyncIterator[House]:
    async with house_with_a_name(tmp_path) as house:
        yield house


@pytest.fixture
async def both_named(tmp_path: Path, database: str) -> AsyncIterator[House]:
    async with house_with_a_name(tmp_path, database) as house:
        yield house


async def test_who_must_have_a_second_factor_makes_a_passkey_and_signs_in_with_it(both_named: House) -> None:
    desk, key = KeyDesk(both_named, "dig"), Authenticator()
    assert (await desk.enrol(key)).headers["location"] == "/panel/tips"
    other = KeyDesk(both_named, "dig")
    assert (await other.sign_in()).headers["location"] == "/panel/sign-in/code"
    asked = await other.options("/panel/sign-in/code")
    assert [one["id"] for one in asked["allowCredentials"]] == [key.name]
    assert (asked["rpId"], asked["userVerification"]) == ("localhost", "required")
    assert 'id="code"' not in (await other.client.get("/panel/sign-in/code")).text
    assert not await other.is_in()
    assert (await other.use(key)).headers["location"] == "/panel/account", "the page that was asked for"
    assert await other.is_in()
    assert await value(both_named, "SELECT counter FROM passkey") == key.counter
    assert await value(both_named, "SELECT count(*) FROM audit_entry WHERE action = 'second factor'") == 1


async def test_a_challenge_is_good_once(named: House) -> None:
    """What was seen on the way is of no use, neither before its owner's answer nor after it."""
    desk, key = KeyDesk(named, "dig"), Authenticator()
    await desk.enrol(key)
    other = KeyDesk(named, "dig")
    await other.sign_in()
    old = (await other.options("/panel/sign-in/code"))["challenge"]
    stranger = Authenticator(id=key.id)
    assert (await other.use(stranger, old)).status_code == 401
    assert (await other.use(key, old)).status_code == 401
    assert (await other.options("/panel/sign-in/code"))["challenge"] != old
    third = KeyDesk(named, "dig")
    await third.sign_in()
    foreign = (await third.options("/panel/sign-in/code"))["challenge"]
    assert (await other.use(key, foreign)).status_code == 401, "it was asked of another session"
    assert (await other.use(key)).is_redirect


async def test_a_challenge_that_is_too_old_is_no_good(named: House, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, key = KeyDesk(named, "sho"), Authenticator()
    await desk.sign_in()
    page = await desk.post("/panel/account/passkeys/new", name="x", password=PASSWORD)
    answer = key.make(base64url_to_bytes(options_in(page.text)["challenge"]))
    later = asked.now() + asked.GOOD_FOR + 1
    monkeypatch.setattr(asked, "now", lambda: later)
    assert (await desk.post("/panel/account/passkeys", credential=answer, name="x")).status_code == 422
    assert await value(named, "SELECT count(*) FROM passkey") == 0


async def test_another_officers_passkey_opens_nothing(named: House) -> None:
    dig, sho, digs, shos = KeyDesk(named, "dig"), KeyDesk(named, "sho"), Authenticator(), Authenticator()
    await dig.enrol(digs)
    await sho.sign_in()
    assert (await sho.add(shos)).is_redirect
    desk = KeyDesk(named, "dig")
    await desk.sign_in()
    assert (await desk.use(shos)).status_code == 401
    assert not await desk.is_in()
    assert (await desk.use(digs)).is_redirect
    assert (await sho.remove(digs)).is_redirect
    assert await value(named, "SELECT count(*) FROM passkey") == 2, "nobody removes another's"


async def test_the_id_of_anothers_passkey_is_not_taken_over(both_named: House) -> None:
    dig, sho, digs = KeyDesk(both_named, "dig"), KeyDesk(both_named, "sho"), Authenticator()
    await dig.enrol(digs)
    await sho.sign_in()
    assert (await sho.add(Authenticator(id=digs.id))).status_code == 422
    other = KeyDesk(both_named, "dig")
    await other.sign_in()
    assert (await other.use(digs)).is_redirect


async def test_answers_cannot_be_tried_without_end(named: House) -> None:
    desk, key = KeyDesk(named, "dig"), Authenticator()
    await desk.enrol(key)
    other = KeyDesk(named, "dig")
    await other.sign_in()
    statuses = [(await other.use(Authenticator(id=key.id))).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert (await other.use(key)).status_code == 429


async def test_a_passkey_is_added_with_the_password_and_asked_for_from_then_on(named: House) -> None:
    desk, key = KeyDesk(named, "sho"), Authenticator()
    await desk.sign_in()
    assert (await desk.add(key, password="wrong")).status_code == 422
    assert (await desk.add(key)).is_redirect
    assert "My telephone" in (await desk.client.get("/panel/account")).text
    other = KeyDesk(named, "sho")
    assert (await other.sign_in()).headers["location"] == "/panel/sign-in/code"
    assert (await other.use(key)).is_redirect
    assert (await desk.remove(key, password="wrong")).status_code == 422
    assert (await desk.remove(key)).is_redirect
    assert (await KeyDesk(named, "sho").sign_in()).headers["location"] == "/panel/tips"
    async with named.core.store.read() as db:
        actions = [*(await db.execute(text("SELECT action FROM audit_entry ORDER BY number"))).scalars()]
    assert actions == ["sign-in", "add passkey", "sign-in", "remove passkey", "sign-in"]


async def test_what_was_not_asked_for_is_not_kept(named: House) -> None:
    """Without the password there is no challenge, and a challenge is spent by its answer."""
    desk, key = KeyDesk(named, "sho"), Authenticator()
    await desk.sign_in()
    assert (await desk.post("/panel/account/passkeys", credential=key.make(b""), name="x")).status_code == 422
    page = await desk.post("/panel/account/passkeys/new", name="x", password=PASSWORD)
    answer = key.make(base64url_to_bytes(options_in(page.text)["challenge"]))
    assert (await desk.post("/panel/account/passkeys", credential=answer, name="x")).is_redirect
    assert (await desk.remove(key)).is_redirect
    assert (await desk.post("/panel/account/passkeys", credential=answer, name="x")).status_code == 422
    assert await value(named, "SELECT count(*) FROM passkey") == 0


async def test_the_last_second_factor_stays_where_there_must_be_one(both_named: House) -> None:
    desk, first, second = KeyDesk(both_named, "dig"), Authenticator(), Authenticator()
    await desk.enrol(first)
    assert (await desk.remove(first)).status_code == 422
    assert (await desk.add(second)).is_redirect
    assert (await desk.remove(first)).is_redirect
    assert (await desk.remove(second)).status_code == 422
    assert await value(both_named, "SELECT count(*) FROM passkey") == 1


async def test_both_ways_are_offered_and_either_opens(named: House) -> None:
    desk, key = KeyDesk(named, "dig"), Authenticator()
    await desk.sign_in()
    page = (await desk.client.get("/panel/sign-in/enrol")).text
    assert "data-options" in page
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert secret
    totp = pyotp.TOTP(secret[1])
    assert (await desk.client.post("/panel/sign-in/enrol", data={"code": totp.now()})).is_redirect
    assert (await desk.add(key)).is_redirect
    by_key, by_code = KeyDesk(named, "dig"), KeyDesk(named, "dig")
    await by_key.sign_in()
    assert (await by_key.use(key)).is_redirect
    await by_code.sign_in()
    page = (await by_code.client.get("/panel/sign-in/code")).text
    assert 'id="code"' in page
    assert "data-options" in page
    await rewind(named)
    assert (await by_code.client.post("/panel/sign-in/code", data={"code": totp.now()})).is_redirect


async def test_a_password_alone_adds_nothing_once_there_is_a_second_factor(named: House) -> None:
    """Somebody who knows the password waits on the page for a new second factor while its owner makes one."""
    thief, owner, key = KeyDesk(named, "dig"), KeyDesk(named, "dig"), Authenticator()
    await thief.sign_in()
    page = (await thief.client.get("/panel/sign-in/enrol")).text
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert secret
    await owner.enrol(key)
    answer = Authenticator().make(base64url_to_bytes(options_in(page)["challenge"]))
    assert (await thief.client.post("/panel/sign-in/enrol/passkey", data={"credential": answer})).status_code == 401
    code = pyotp.TOTP(secret[1]).now()
    answered = await thief.client.post("/panel/sign-in/enrol", data={"code": code})
    assert answered.headers["location"] == "/panel/sign-in"
    assert not await thief.is_in()
    assert await value(named, "SELECT count(*) FROM passkey") == 1
    assert await value(named, "SELECT count(*) FROM officer WHERE second IS NOT NULL") == 0


async def test_a_second_administrator_takes_passkeys_away_too(named: House) -> None:
    set_to(named, second_factor="optional")
    await add_officer(named.core.store, "admin", "Admin", PASSWORD, [], "en", Role.ADMINISTRATOR)
    desk, key = KeyDesk(named, "dig"), Authenticator()
    await desk.sign_in()
    await desk.add(key)
    admin = Desk(named, "admin")
    await admin.sign_in()
    assert '<i class="chip">second factor</i>' in (await admin.client.get("/panel/admin/people")).text
    dig = await value(named, "SELECT id FROM officer WHERE login = 'dig'")
    password = await confirmed(named, (await admin.post(f"/panel/admin/people/{dig}/recover")).text)
    assert password
    assert await value(named, "SELECT count(*) FROM passkey") == 0
    assert (await desk.sign_in(password)).headers["location"] == "/panel/tips"


async def test_where_there_can_be_none_they_are_not_offered(named: House) -> None:
    desk, key = KeyDesk(named, "dig"), Authenticator()
    await desk.enrol(key)
    set_to(named, base_url="http://127.0.0.1:8000")
    page = (await desk.client.get("/panel/account")).text
    assert "There can be no passkeys at this address" in page
    assert (await desk.post("/panel/account/passkeys/new", name="x", password=PASSWORD)).status_code == 422
    other = KeyDesk(named, "dig")
    assert (await other.sign_in()).headers["location"] == "/panel/sign-in/code", "the password alone is no way in"
    page = (await other.client.get("/panel/sign-in/code", headers={"Accept-Language": "en"})).text
    assert "Your passkeys do not work at this address." in page
    assert "data-options" not in page


async def test_who_has_passkeys_is_told_to_nobody_without_the_password(named: House) -> None:
    await KeyDesk(named, "dig").enrol(Authenticator())
    pages = []
    for login in ("dig", "sho", "nobody"):
        desk = KeyDesk(named, login)
        answer = await desk.sign_in("wrong")
        pages.append((answer.status_code, answer.text.replace(login, ""), COOKIE in desk.client.cookies))
    assert pages[0] == pages[1] == pages[2]
    assert "data-options" not in pages[0][1]


async def test_who_has_a_passkey_adds_an_authenticator_and_takes_it_away_again(
    named: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, key = KeyDesk(named, "dig"), Authenticator()
    await desk.enrol(key)
    new, keep, remove = (f"/panel/account/authenticator{end}" for end in ("/new", "", "/remove"))
    assert (await desk.post(keep, code="000000")).status_code == 422, "nothing was begun"
    assert (await desk.post(new, password="wrong")).status_code == 422
    assert (await desk.post(keep, code="000000")).status_code == 422
    secret = secret_in((await desk.post(new, password=PASSWORD)).text)
    other = KeyDesk(named, "dig")
    await other.sign_in()
    await other.use(key)
    right = pyotp.TOTP(secret).now()
    assert (await other.post(keep, code=right)).status_code == 422, "it was begun in another session"
    again = await desk.post(keep, code="000000")
    assert again.status_code == 422
    assert secret_in(again.text) == secret
    assert await value(named, "SELECT count(*) FROM officer WHERE second IS NOT NULL") == 0
    assert (await desk.post(keep, code=right)).headers["location"] == "/panel/account"
    assert (await desk.post(keep, code=right)).status_code == 422, "it was kept"
    assert (await desk.post(new, password=PASSWORD)).status_code == 422, "nobody's is replaced"
    await rewind(named)
    third = KeyDesk(named, "dig")
    await third.sign_in()
    answer = await third.client.post("/panel/sign-in/code", data={"code": pyotp.TOTP(secret).now()})
    assert answer.headers["location"] == "/panel/tips"
    assert (await desk.post(remove, password="wrong")).status_code == 422
    assert (await desk.post(remove, password=PASSWORD)).is_redirect
    assert await value(named, "SELECT count(*) FROM officer WHERE second IS NOT NULL") == 0
    assert (await desk.post(remove, password=PASSWORD)).status_code == 422, "the passkey is the last second factor"
    for action in ("add authenticator", "remove authenticator"):
        assert await value(named, f"SELECT count(*) FROM audit_entry WHERE action = '{action}'") == 1
    secret = secret_in((await desk.post(new, password=PASSWORD)).text)
    later = asked.now() + asked.GOOD_FOR + 1
    monkeypatch.setattr(asked, "now", lambda: later)
    assert (await desk.post(keep, code=pyotp.TOTP(secret).now())).status_code == 422, "it is too old"


async def test_the_last_authenticator_stays_where_there_must_be_one(named: House) -> None:
    sho, key = KeyDesk(named, "sho"), Authenticator()
    await sho.sign_in()
    secret = secret_in((await sho.post("/panel/account/authenticator/new", password=PASSWORD)).text)
    await sho.post("/panel/account/authenticator", code=pyotp.TOTP(secret).now())
    assert (await sho.post("/panel/account/authenticator/remove", password=PASSWORD)).is_redirect, "a station may"
    dig, _ = await enrolled(named)
    answer = await dig.post("/panel/account/authenticator/remove", password=PASSWORD)
    assert answer.status_code == 422
    assert "this is the last one" in answer.text
    passkeys = KeyDesk(named, "dig")
    passkeys.client = dig.client
    assert (await passkeys.add(key)).is_redirect
    assert (await dig.post("/panel/account/authenticator/remove", password=PASSWORD)).is_redirect


def secret_in(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found, "no secret is shown"
    return found[1]
