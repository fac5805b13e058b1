"""The web form keeps the contract, reads any form, and loses nothing that was typed."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from conftest import House, house_at
from satark.channels.messages import Kind
from satark.channels.spec import Channel
from satark.channels.testing import ChannelContract
from satark_webform import plugin
from satark_webform.envelopes import whole_report
from satark_webform.plugin import WebForm
from satark_webform.reading import Form

STATIC = Path(plugin.__file__).parent / "static"


class TestWebForm(ChannelContract):
    def make(self) -> Channel:
        return WebForm()


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=house.web)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as made:
        yield made


FORM = {"category": "category:gambling", "text": "what I know", "lang": "en", "place": "at:unknown"}
NUMBERS = {"token": "a" * 22, "nonce": "b" * 22}


def receipt(page: str) -> str:
    found = re.search(r'data-code="(\d{16})"', page)
    assert found, page
    return found[1]


async def test_the_first_page_is_small_and_writes_nothing(client: httpx.AsyncClient) -> None:
    page = await client.get("/channels/webform/")
    linked = [await client.get(path) for path in re.findall(r'(?:href|src)="(/[^"]+\.(?:css|js|svg))"', page.text)]
    assert len(linked) == 3
    assert sum(len(one.content) for one in (page, *linked)) < 30_000
    assert "set-cookie" not in page.headers


async def test_a_form_sent_twice_is_one_tip_with_one_receipt(client: httpx.AsyncClient) -> None:
    first = await client.post("/channels/webform/", data={**FORM, **NUMBERS})
    again = await client.post("/channels/webform/", data={**FORM, **NUMBERS})
    assert receipt(first.text) == receipt(again.text)


async def test_what_is_missing_is_said_and_what_was_typed_stays(client: httpx.AsyncClient) -> None:
    file = {"files": ("x.jpg", b"not really a photo", "image/jpeg")}
    page = await client.post(
        "/channels/webform/", data={"text": "<b>typed</b>", "lang": "en", "place_words": "the old well"}, files=file
    )
    assert page.status_code == 422
    assert "Please choose what it is about." in page.text
    assert "&lt;b&gt;typed&lt;/b&gt;" in page.text
    assert 'value="the old well"' in page.text
    kept = re.search(r'name="kept" value="([^"]+)"', page.text)
    assert kept
    sent = await client.post("/channels/webform/", data={**FORM, "kept": kept[1]})
    assert receipt(sent.text)


def multipart(*parts: tuple[str, bytes]) -> dict[str, Any]:
    """A body of parts, each with the rest of its disposition and its content."""
    lines = b"".join(b"--x\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (head.encode(), content) for head, content in parts)  # fmt: skip
    return {"content": lines + b"--x--\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}


@pytest.mark.parametrize(
    "named", ["filename*=UTF-8''%E0%A4%AB.jpg", "filename=\"a.jpg\"; filename*=UTF-8''x%20.jpg", "FILENAME*=''x", "filename*=nonsense",
              'filename*0="a"; filename*1=".jpg"', "filename=a.jpg", 'filename=""\r\nContent-Type: image/jpeg', "x=1\r\nContent-Type: image/jpeg"],
)  # fmt: skip
async def test_a_file_is_a_file_however_its_name_is_written(
    house: House, client: httpx.AsyncClient, named: str
) -> None:
    fields = [(f'name="{name}"', value.encode()) for name, value in FORM.items()]
    page = await client.post("/channels/webform/", **multipart(*fields, (f'name="files"; {named}', b"\xff\xd8" * 90)))
    assert receipt(page.text)
    async with house.core.store.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM evidence WHERE tip_id IS NOT NULL"))).scalar_one() == 1


async def test_a_field_that_names_a_file_in_its_own_name_is_a_field(client: httpx.AsyncClient) -> None:
    page = await client.post(
        "/channels/webform/", **multipart(('name="x; filename*=a"', b"\xff"), ('name="text"', b"typed"))
    )
    assert "typed" in page.text


async def test_letters_in_no_known_script_lose_no_form(client: httpx.AsyncClient) -> None:
    """A byte that is no UTF-8, in parts or in lines."""
    parts = [(f'name="{name}"', value.encode() + b" \xff") for name, value in FORM.items() if name == "text"]
    assert "what I know \ufffd" in (await client.post("/channels/webform/", **multipart(*parts))).text
    plain = {
        "content": b"text=what+I+know+\xff&more=%FF",
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    }
    assert "what I know \ufffd" in (await client.post("/channels/webform/", **plain)).text


async def test_a_file_over_the_limit_is_left_out_and_the_rest_kept(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin, "FILE_LIMIT", 1000)
    files = [("files", ("a.jpg", b"x" * 900, "image/jpeg")), ("files", ("b.jpg", b"x" * 500_000, "image/jpeg"))]
    page = await client.post("/channels/webform/", data=FORM, files=files)
    assert page.status_code == 413
    assert page.text.count('name="kept"') == 1
    assert "what I know" in page.text


async def test_where_there_is_no_room_for_files_there_is_for_words(house: House, client: httpx.AsyncClient) -> None:
    """A flood of files fills its part of the disk, and no more."""
    house.core.keeper.blobs._reserve = 2**62
    files = [("files", ("a.jpg", b"x" * 500_000, "image/jpeg"))]
    page = await client.post("/channels/webform/", data=FORM, files=files)
    assert page.status_code == 503
    assert "Your words can" in page.text
    assert "what I know" in page.text
    assert 'name="kept"' not in page.text
    assert receipt((await client.post("/channels/webform/", data=FORM)).text)
    tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "10"}
    assert (await client.post("/channels/webform/files", headers=tus)).status_code == 503


async def test_it_is_refused_while_it_streams(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("satark_webform.reading.MOST_IN_ALL", 200_000)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\nContent-Type: video/mp4\r\n\r\n'
        while sent < 50_000_000:
            sent += 10_000
            yield b"x" * 10_000

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=house.web), base_url="http://testserver") as client:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        page = await client.post("/channels/webform/", content=endless(), headers=headers)
    assert page.status_code == 413
    assert sent <= 300_000


async def test_step_by_step_is_the_same_flow(client: httpx.AsyncClient) -> None:
    page = (await client.get("/channels/webform/step?lang=en")).text
    steps: list[dict[str, Any]] = [{"choice": "category:weapons"}, {"text": "in the shed"}, {"choice": "done"}, {"text": "shahganj jaunpur"},
                                   {"choice": "at:station/jaunpur/shahganj"}, {"choice": "check:send"}]  # fmt: skip
    for answer in steps:
        numbers = dict(re.findall(r'name="(token|nonce)" value="([^"]+)"', page))
        page = (await client.post("/channels/webform/step", data={**numbers, **answer})).text
    assert receipt(page)


async def test_whose_voice_is_heard_is_asked_with_the_files(house: House, client: httpx.AsyncClient) -> None:
    """A box that is not ticked is the changed voice; JavaScript or not, the form says both."""
    page = (await client.get("/channels/webform/?lang=en")).text
    assert re.findall(r'name="voice" value="(\w+)"(?: checked)?>', page) == ["changed", "own"]
    assert "checked" not in page
    for number, said in enumerate((["changed"], ["changed", "own"], [])):
        file = {"files": ("x.wav", b"RIFF....WAVE", "audio/wav")}
        form = {**FORM, "token": str(number) * 22, "voice": said}
        assert receipt((await client.post("/channels/webform/", data=form, files=file)).text)
    assert await voices(house) == ["", "", "own"]


async def test_what_is_added_later_is_asked_for_anew(house: House, client: httpx.AsyncClient) -> None:
    code = receipt((await client.post("/channels/webform/", data=FORM)).text)
    page = (await client.post("/channels/webform/status", data={"receipt": code, "lang": "en", "token": "c" * 22})).text
    for said in (["changed", "own"], ["changed"]):
        numbers = dict(re.findall(r'name="(token|nonce)" value="([^"]+)"', page))
        file = {"files": ("x.wav", b"RIFF....WAVE", "audio/wav")}
        answer = await client.post("/channels/webform/step", data={**numbers, "voice": said}, files=file)
        page = page.replace(numbers["nonce"], "z" * 22)
        assert answer.status_code == 200
    assert await voices(house) == ["", "own"]


async def voices(house: House) -> list[str]:
    async with house.core.store.read() as db:
        found = await db.execute(text("SELECT voice FROM evidence WHERE tip_id IS NOT NULL ORDER BY voice"))
        return list(found.scalars())


async def test_a_wrong_receipt_is_said_and_guessing_is_braked(client: httpx.AsyncClient) -> None:
    for _ in range(10):
        answer = await client.post("/channels/webform/status", data={"receipt": "1234567890123456", "lang": "en"})
        assert answer.status_code == 404
    assert (await client.post("/channels/webform/status", data={"receipt": "1234567890123456"})).status_code == 429


async def test_posters_know_their_place(client: httpx.AsyncClient) -> None:
    home = (await client.get("/q/jnp-shahganj?lang=en")).text
    assert "This poster is at Shahganj." in home
    form = (await client.get("/channels/webform/?lang=en&poster=jnp-shahganj")).text
    unknown, poster, *_ = re.findall(r"<option [^>]*>", form.partition('<select id="place"')[2])
    assert (unknown, poster) == ('<option value="">', '<option value="at:station/jaunpur/shahganj">')
    assert "Shahganj, where the poster hangs" in form
    step = (await client.get("/channels/webform/step?lang=en&poster=jnp-shahganj")).text
    numbers = dict(re.findall(r'name="(token|nonce)" value="([^"]+)"', step))
    for at, said in enumerate(({"choice": "category:gambling"}, {"text": "they play every night"}, {"choice": "done"})):
        data = {**numbers, "nonce": f"{at}" * 22, **said}
        step = (await client.post("/channels/webform/step", data=data)).text
    assert re.findall(r'name="choice" value="([^"]+)"', step)[0] == "at:station/jaunpur/shahganj"
    assert (await client.get("/q/nonsense")).status_code == 200


PATHS = ["/channels/webform/", "/channels/webform/step", "/channels/webform/status", "/channels/simulator/say", "/channels/simulator/file",
         "/panel/sign-in", "/panel/tips/x/assign", "/", "/q/x"]  # fmt: skip
TYPES = [
    "",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "application/json",
    "\x7f",
    "text/plain",
]


def test_any_body_on_any_route_gets_a_plain_answer(tmp_path: Path) -> None:
    @given(path=st.sampled_from(PATHS), kind=st.sampled_from(TYPES), shape=st.sampled_from([b"%s", b"--x\r\n%s\r\n--x--\r\n", b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n%s\r\n--x--\r\n', b"receipt=%s&lang=%s", b"choice=%s"]), body=st.binary(max_size=200), method=st.sampled_from(["POST", "GET", "PUT", "DELETE"]))  # fmt: skip
    def attempt(path: str, kind: str, shape: bytes, body: bytes, method: str) -> None:
        answer = loop.run_until_complete(
            client.request(
                method, path, content=shape.replace(b"%s", body), headers={"Content-Type": kind, "X-Simulator": "1"}
            )
        )
        assert answer.status_code < 500, (path, kind)
        assert "Traceback" not in answer.text

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        stack = house_at(tmp_path)
        house = runner.run(stack.__aenter__())
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=house.web), base_url="http://testserver")
        attempt()
        runner.run(client.aclose())
        runner.run(stack.__aexit__(None, None, None))


@pytest.mark.parametrize(("name", "count"), [("v.mp4", 1), ("", 0)])
async def test_a_file_that_came_empty_is_kept_and_one_that_was_not_picked_is_none(
    house: House, client: httpx.AsyncClient, name: str, count: int
) -> None:
    """A telephone's picker fails, and sends the name of a file without its bytes."""
    fields = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in {**FORM, **NUMBERS}.items()
    )
    file = (
        f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: video/mp4\r\n\r\n\r\n'
    )
    body, headers = f"{fields}{file}--x--\r\n".encode(), {"content-type": "multipart/form-data; boundary=x"}
    assert receipt((await client.post("/channels/webform/", content=body, headers=headers)).text)
    async with house.core.store.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM evidence"))).scalar_one() == count


async def test_where_it_is_stays_with_a_report_about_a_station(house: House) -> None:
    """The report goes by the station that is accused; the place that was named is for whoever reads it."""
    channel = house.core.registry.channels["webform"]
    assert isinstance(channel, WebForm)
    questions = channel.host.questions("en", "")
    fields = {"category": ["category:police_corruption"], "accused": ["by:station/jaunpur/kotwali"], "text": ["they take money"],
              "place": ["at:station/jaunpur/shahganj"], "place_words": ["behind the mill"]}  # fmt: skip
    form = Form()
    form.fields.update(fields)
    said = [one.inbound for one in whole_report(form, questions)]
    assert [one.text for one in said if one.kind is Kind.TEXT] == ["they take money", "Shahganj behind the mill"]
    assert not [one for one in said if one.choice.startswith("at:")]


async def test_a_report_can_be_withheld_on_every_page_of_its_steps(client: httpx.AsyncClient) -> None:
    """Most pages have nothing to write in: a button does what is promised."""
    page = (await client.get("/channels/webform/step?lang=en")).text
    steps: list[dict[str, Any]] = [{"choice": "category:weapons"}, {"text": "in the shed"}, {"choice": "done"},
                                   {"choice": "at:unknown"}, {"choice": "cancel"}, {"choice": "erase:yes"}]  # fmt: skip
    pages = []
    for answer in steps:
        numbers = dict(re.findall(r'name="(token|nonce)" value="([^"]+)"', page))
        page = (await client.post("/channels/webform/step", data={**numbers, **answer})).text
        pages.append(page)
    assert ["Do not send</button>" in one for one in pages] == [True, True, True, True, False, False]
    assert "press the button" in pages[1]
    assert "write: cancel" not in pages[1]
    assert "is erased, and is not sent" in pages[-1]
