"""One's own account: what cannot be is said beside the field where it was typed."""

import httpx
import pytest

from conftest import House
from satark.panel.people import add_officer
from tests.panel.test_admin_forms import Fields
from tests.panel.test_passkeys import set_to
from tests.promises.test_p4_accused_learn_nothing import as_officer, form_of

ACCOUNT = "/panel/account"


@pytest.fixture
async def officer(house: House) -> httpx.AsyncClient:
    set_to(house, mail_from="satark@police.test", base_url="http://localhost:8000")
    await add_officer(house.core.store, "sp", "SP", "a long password", ["district/jaunpur"], "en")
    return await as_officer(house, "sp")


@pytest.mark.parametrize(
    ("email", "digest", "why"),
    [
        ("sp@police", "daily", "That is no e-mail address."),
        ('"><b>@police.test', "", "That is no e-mail address."),
        (f"sp@{'x' * 260}.test", "hourly", "That is no e-mail address."),
        ("", "hourly", "An e-mail needs an address."),
    ],
)
async def test_a_bad_address_is_told_beside_its_field(
    officer: httpx.AsyncClient, email: str, digest: str, why: str
) -> None:
    token = await form_of(officer, ACCOUNT)
    answer = await officer.post(f"{ACCOUNT}/digest", data={**token, "email": email, "digest": digest})
    assert answer.status_code == 422
    fields = Fields(answer.text)
    assert fields.why("email") == why
    assert (fields.values["email"], fields.values["digest"]) == (email, digest)
    kept = Fields((await officer.get(ACCOUNT)).text)
    assert (kept.values["email"], kept.values["digest"], kept.described) == ("", "", {})


async def test_a_wrong_password_is_told_in_the_form_where_it_was_typed(officer: httpx.AsyncClient) -> None:
    passkey = {"name": "<Key> in the safe", "password": "wrong"}
    sent = {
        "passkeys/new": (passkey, "password", "passkey-password-wrong", "The password is wrong."),
        "authenticator/new": (
            {"password": "wrong"},
            "password",
            "authenticator-password-wrong",
            "The password is wrong.",
        ),
        "password": ({"old": "wrong", "new": "a longer password"}, "old", "old-wrong", "The password is wrong."),
    }
    for path, (typed, field, where, why) in sent.items():
        answer = await officer.post(f"{ACCOUNT}/{path}", data={**await form_of(officer, ACCOUNT), **typed})
        fields = Fields(answer.text)
        assert (answer.status_code, fields.described) == (422, {field: where}), path
        assert fields.why(field) == why
        assert answer.text.count("<details open>") == (0 if path == "password" else 1)
        assert fields.values["name"] == ("<Key> in the safe" if path == "passkeys/new" else "")
    short = {"old": "a long password", "new": "short"}
    answer = await officer.post(f"{ACCOUNT}/password", data={**await form_of(officer, ACCOUNT), **short})
    assert Fields(answer.text).why("new") == "It is too short."
