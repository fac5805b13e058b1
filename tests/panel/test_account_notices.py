"""Where e-mail goes to: what cannot be is said beside the field, on the page of one's own account."""

import httpx
import pytest

from conftest import House
from satark.panel.people import add_officer
from tests.panel.test_admin_forms import Fields
from tests.promises.test_p4_accused_learn_nothing import as_officer, form_of

ACCOUNT = "/panel/account"


@pytest.fixture
async def officer(house: House) -> httpx.AsyncClient:
    settings = house.core.settings.model_copy(update={"mail_from": "satark@police.test"})
    object.__setattr__(house.core, "settings", settings)
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
