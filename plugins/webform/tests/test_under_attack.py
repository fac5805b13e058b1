"""While very many forms come, each works or waits for its way in; nothing typed is lost, and nobody is written down."""

import html
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from conftest import House, house_at
from satark.channels import pressure, turnstile
from satark.channels.spec import Misconfigured
from satark.channels.turnstile import answer_of
from satark_webform.guard import asks_with_a_receipt, limits_of
from satark_webform.plugin import WebForm
from satark_webform.reading import Form

PATH = "/channels/webform/"
STATUS = "/channels/webform/status"
FORM = {"category": "category:gambling", "text": "line one\n<b>& 'two'</b>", "lang": "en", "place": "at:unknown"}
NUMBERS = {"token": "a" * 22, "nonce": "b" * 22}
WRONG = "1234567890123452"


@pytest.fixture(autouse=True)
def _light_work_and_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood is not over before a test says so."""
    monkeypatch.setattr(turnstile, "COST", 10)
    monkeypatch.setattr(pressure, "MINUTE", 1e9)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Three forms a minute are very many here."""
    async with house_at(tmp_path, environ={"SATARK_WEBFORM_BUSY": "3"}) as made:
        yield made


def line(house: House, client: str = "192.0.2.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=house.web, client=(client, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://testserver")


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with line(house) as made:
        yield made


async def flood(client: httpx.AsyncClient) -> None:
    """Until nothing is taken without work."""
    for _ in range(3):
        assert (await client.post(PATH, data=FORM)).status_code == 200
    assert (await client.post(PATH, data=FORM)).status_code == 429


def fields(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)"[^>]*? value="([^"]*)"', page):
        found.setdefault(name, []).append(html.unescape(value))
    return found


def solved(page: str) -> dict[str, list[str]]:
    """The form of a page that holds one, with its work done as a browser does it."""
    said = re.search(r'data-name="(\w+)" data-steps="(\d+)" data-begins="(\w+)"', page)
    assert said, page
    answers = (answer_of(said[1], at) for at in range(int(said[2])))
    return {**fields(page), "proof": [next(one for one in answers if one.startswith(said[3]))]}


def receipt(page: httpx.Response) -> str:
    found = re.search(r'data-code="(\d{16})"', page.text)
    assert found, page.text
    return found[1]


async def tips(house: House) -> int:
    async with house.core.store.read() as db:
        return int((await db.execute(text("SELECT count(*) FROM tip"))).scalar_one())


async def test_in_quiet_times_nobody_notices(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        assert receipt(await client.post(PATH, data=FORM))


async def test_a_form_without_work_is_refused_politely_and_kept(house: House, client: httpx.AsyncClient) -> None:
    await flood(client)
    file = {"files": ("x.jpg", b"not really a photo", "image/jpeg")}
    page = await client.post(PATH, data={**FORM, **NUMBERS, "voice": ["changed", "own"]}, files=file)
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "15"
    assert "Nothing you wrote is lost." in page.text
    held = fields(page.text)
    for name, value in {**FORM, **NUMBERS}.items():
        assert held[name] == [value]
    assert held["voice"] == ["changed", "own"]
    assert len(held["kept"]) == 1
    assert await tips(house) == 3


async def test_a_form_that_worked_is_taken_and_its_work_is_worth_nothing_more(
    house: House, client: httpx.AsyncClient
) -> None:
    await flood(client)
    work = solved((await client.post(PATH, data={**FORM, **NUMBERS})).text)
    first = receipt(await client.post(PATH, data=work))
    assert await tips(house) == 4
    again = await client.post(PATH, data={**work, "token": "c" * 22})
    assert again.status_code == 429
    assert await tips(house) == 4
    same = await client.post(PATH, data=solved((await client.post(PATH, data=work)).text))
    assert receipt(same) == first
    assert await tips(house) == 4


async def test_in_the_language_of_the_citizen(client: httpx.AsyncClient) -> None:
    await flood(client)
    for lang, said in (
        ("hi", "आपका लिखा कुछ नहीं खोया है।"),
        ("ur", "آپ کا لکھا کچھ نہیں کھویا ہے۔"),
        ("bho", "आपका लिखा"),
    ):
        assert said in (await client.post(PATH, data={**FORM, "lang": lang})).text


async def test_who_cannot_work_waits(house: House, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "WAIT", 0)
    await flood(client)
    page = (await client.post(PATH, data=FORM)).text
    assert receipt(await client.post(PATH, data=fields(page)))
    assert (await client.post(PATH, data=fields(page))).status_code == 429


async def test_one_question_at_a_time_goes_on_too(house: House, client: httpx.AsyncClient) -> None:
    """Also the first page, for it begins something."""
    await flood(client)
    page = await client.get("/channels/webform/step?lang=en&poster=jnp-kotwali")
    before = await tips(house)
    steps: list[dict[str, str]] = [{}, {"choice": "category:weapons"}, {"text": "in the shed"}, {"choice": "done"}, {"choice": "check:send"}]  # fmt: skip
    for answer in steps:
        if answer:
            page = await client.post("/channels/webform/step", data={**fields(page.text), **answer})
        assert page.status_code == 429
        page = await client.post("/channels/webform/step", data=solved(page.text))
        assert page.status_code == 200
    assert receipt(page)
    assert await tips(house) == before + 1


async def test_it_ends_with_the_flood(
    house: House, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    guard = channel(house).guard
    with caplog.at_level(logging.WARNING):
        await flood(client)
        guard._posts._at -= 1e11
        assert receipt(await client.post(PATH, data=FORM))
    assert [one.name for one in caplog.records] == ["satark_webform.guard"] * 2
    assert "192.0.2.1" not in caplog.text


def channel(house: House) -> WebForm:
    found = house.core.registry.channels["webform"]
    assert isinstance(found, WebForm)
    return found


GUESSES = {
    STATUS: {"receipt": WRONG},
    "/channels/webform/step": {"text": "1234 5678 9012 3452"},
    PATH: {**FORM, "text": "१२३४५६७८९०१२३४५२"},
}


@pytest.mark.parametrize("path", GUESSES)
async def test_who_guesses_works_for_each_further_guess_wherever(path: str, tmp_path: Path) -> None:
    async with house_at(tmp_path) as house, line(house) as guesser, line(house, "198.51.100.7") as citizen:
        code = receipt(await citizen.post(PATH, data=FORM))
        for _ in range(10):
            assert (await guesser.post(path, data={"lang": "en", **GUESSES[path]})).status_code in (200, 404)
        page = await guesser.post(path, data={"lang": "en", **GUESSES[path]})
        assert page.status_code == 429
        assert "Wrong receipts were given too often." in page.text
        assert 'data-steps="8000"' in page.text
        assert receipt(await guesser.post(PATH, data=FORM)), "who shares the address may still tell"
        assert "Received" in (await citizen.post(STATUS, data={"receipt": code, "lang": "en"})).text
        right = solved((await guesser.post(STATUS, data={"receipt": code, "lang": "en"})).text)
        assert "Received" in (await guesser.post(STATUS, data=right)).text


async def test_guesses_from_everywhere_make_all_who_have_a_receipt_work(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house_at(tmp_path, environ={"SATARK_WEBFORM_GUESSES": "20"}) as house, line(house) as citizen:
        code = receipt(await citizen.post(PATH, data=FORM))
        taken = 0
        for at in range(40):
            async with line(house, f"203.0.113.{at}") as one:
                taken += (await one.post(STATUS, data={"receipt": WRONG})).status_code == 404
        assert taken == 21
        page = await citizen.post(STATUS, data={"receipt": code, "lang": "en"})
        assert page.status_code == 429
        assert "Received" in (await citizen.post(STATUS, data=solved(page.text))).text
        assert receipt(await citizen.post(PATH, data=FORM)), "who has no receipt does not work for those who guess"


@pytest.mark.parametrize("value", ["0", "-1", "many", "१२", "1e3", ""])
def test_a_limit_that_makes_no_sense_is_said(value: str) -> None:
    with pytest.raises(Misconfigured, match="SATARK_WEBFORM_BUSY"):
        limits_of({"SATARK_WEBFORM_BUSY": value})


@pytest.mark.parametrize(
    "written", ["1234 5678 9012 3450.", "\u202a1234567890123450\u202c", "①②③④⑤⑥⑦⑧⑨⓪①②③④⑤⓪", "Receipt: १२३४५६७८९०१२३४५०"]
)
@pytest.mark.parametrize("field", ["receipt", "text", "place_words"])
def test_whatever_the_core_takes_for_a_receipt_is_guarded(written: str, field: str) -> None:
    form = Form()
    form.fields[field] = [written]
    assert asks_with_a_receipt(form)
