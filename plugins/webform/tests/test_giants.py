"""Giant forms are refused before they fill anything: no file stays, and what was typed is shown again."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from conftest import House
from satark_webform import reading

PATH = "/channels/webform/"
BOUNDARY = {"Content-Type": "multipart/form-data; boundary=x"}


def part(name: str, value: str) -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def file(number: int = 0) -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="files"; filename="{number}"\r\nContent-Type: video/mp4\r\n\r\n'.encode()


TYPED = part("lang", "hi") + part("category", "category:gambling") + part("text", "बहुत बड़ा वीडियो")


class Sent:
    """A body that counts how much of it was asked for, in bytes."""

    def __init__(self, head: bytes, most: int) -> None:
        self.head, self.most, self.bytes = head, most, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.head
        while self.bytes < self.most:
            self.bytes += 10_000
            yield b"x" * 10_000


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=house.web), base_url="http://testserver") as made:
        yield made


def stored(folder: Path) -> list[Path]:
    return [one for one in (folder / "evidence").rglob("*") if one.is_file()]


async def rows(house: House) -> int:
    async with house.core.store.read() as db:
        return int((await db.execute(text("SELECT count(*) FROM evidence"))).scalar_one())


async def test_one_that_says_how_large_it_is_is_not_kept_at_all(
    house: House, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    body = Sent(TYPED + file(), 50_000_000)
    page = await client.post(PATH, content=body, headers={**BOUNDARY, "Content-Length": str(10 * 2**30)})
    assert page.status_code == 413
    assert "बहुत बड़ा वीडियो" in page.text
    assert 'value="category:gambling" checked' in page.text
    assert body.bytes <= 20_000
    assert (stored(tmp_path), await rows(house)) == ([], 0)


async def test_one_without_an_end_leaves_no_file(
    house: House, client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_IN_ALL", 3_000_000)
    body = Sent(TYPED + file(), 50_000_000)
    page = await client.post(PATH, content=body, headers=BOUNDARY)
    assert page.status_code == 413
    assert "बहुत बड़ा वीडियो" in page.text
    assert body.bytes <= 3_100_000
    assert (stored(tmp_path), await rows(house)) == ([], 0)


@pytest.mark.parametrize("path", ["/channels/webform/step", "/channels/webform/status"])
async def test_half_a_step_is_not_taken_for_a_whole_one(house: House, client: httpx.AsyncClient, path: str) -> None:
    headers = {**BOUNDARY, "Content-Length": str(10 * 2**30), "Accept-Language": "hi"}
    page = await client.post(path, content=Sent(TYPED + file(), 50_000_000), headers=headers)
    assert page.status_code == 413
    assert '<html lang="hi">' in page.text
    async with house.core.store.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM seen_event"))).scalar_one() == 0


async def test_more_files_than_there_may_be_are_not_kept(
    house: House, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    body = TYPED + b"".join(file(at) + b"a file\r\n" for at in range(50)) + b"--x--\r\n"
    assert (await client.post(PATH, content=body, headers=BOUNDARY)).status_code == 200
    assert await rows(house) == len(stored(tmp_path)) == reading.MOST_FILES


FULL = {
    "thousands of fields": b"".join(part(f"f{at}", "") for at in range(5_000)),
    "one long text": part("text", "a" * 150_000),
    "many texts": b"".join(part(f"f{at}", "a" * 90_000) for at in range(5)),
}


@pytest.mark.parametrize("body", FULL.values(), ids=FULL)
async def test_what_is_typed_has_a_limit_too(house: House, client: httpx.AsyncClient, body: bytes) -> None:
    assert (await client.post(PATH, content=body + b"--x--\r\n", headers=BOUNDARY)).status_code == 413


async def test_a_head_of_a_part_has_a_limit(client: httpx.AsyncClient) -> None:
    body = b"--x\r\nContent-Disposition: form-data; name=" + b"a" * 100_000
    assert (await client.post(PATH, content=body, headers=BOUNDARY)).status_code == 400


@pytest.mark.parametrize("body", ["&".join(["a=b"] * 5_000), "text=" + "a" * 150_000], ids=["fields", "text"])
async def test_a_form_without_files_has_the_same_limits(client: httpx.AsyncClient, body: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await client.post(PATH, content=body, headers=headers)).status_code in (400, 413)
