"""Evidence in an S3-compatible store, by URL alone (moto's server: no other is to be had from PyPI, npm or Debian whose
ranges are those of S3; rclone's answers them with 200)."""

import os
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import httpx
import obstore
import pytest

from conftest import House, house_at
from satark.evidence.blobs import Blobs
from satark.evidence.uploads import PART
from satark.evidence.vault import CHUNK
from satark.settings import Settings
from satark.store.clock import now
from tests.buckets import bucket
from tests.evidence.samples import film
from tests.evidence.test_uploads import TUS, arrived, line_to, row_of
from tests.promises.test_p1_canary import tell_by_form

NAME = "ab" + "0" * 30


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with bucket("some/where") as found:
        yield found


async def stored_at(url: str) -> dict[str, bytes]:
    """What is in the bucket, by its path below the prefix."""
    store = Blobs(url)._store
    paths = [one["path"] async for page in obstore.list(store) for one in page]
    return {path: bytes(await (await obstore.get_async(store, path)).bytes_async()) for path in paths}


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def everything(blobs: Blobs, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in blobs.get(NAME, start, end)])


@pytest.mark.parametrize("size", [1, 1000, 12 * 2**20])
async def test_what_is_put_is_got_whole_and_in_parts_listed_and_deleted(url: str, size: int) -> None:
    blobs, data = Blobs(url), os.urandom(size)
    await blobs.put(NAME, pieces(*(data[at : at + CHUNK] for at in range(0, size, CHUNK))))
    assert await blobs.size(NAME) == size
    assert await everything(blobs) == data
    if size > 1:
        assert await everything(blobs, 1, size - 1) == data[1:-1]
        assert await everything(blobs, size - 1) == data[-1:]
    assert await stored_at(url) == {f"ab/{NAME}": data}
    assert [name async for page in blobs.stored(0, now() + 60) for name in page] == [NAME]
    assert [name async for page in blobs.stored(0, now() - 60) for name in page] == []
    await blobs.delete(NAME)
    await blobs.delete(NAME)
    with pytest.raises(FileNotFoundError):
        await blobs.size(NAME)


async def test_what_breaks_off_leaves_nothing(url: str) -> None:
    async def broken() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield bytes(CHUNK)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await Blobs(url).put(NAME, broken())
    assert await stored_at(url) == {}


async def test_what_the_url_does_not_say_is_taken_from_the_environment(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare, _, query = url.partition("?")
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        monkeypatch.setenv(f"AWS_{name.upper()}", value)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    await Blobs(bare).put(NAME, pieces(b"x"))
    assert await stored_at(url) == {f"ab/{NAME}": b"x"}


async def test_a_setting_that_there_is_not_is_told(url: str) -> None:
    with pytest.raises(obstore.exceptions.UnknownConfigurationKeyError, match="endpiont"):
        Blobs(url.replace("endpoint", "endpiont"))


async def test_a_whole_tip_with_a_photo(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATARK_EVIDENCE_URL", url)
    assert Settings().evidence == url
    async with house_at(tmp_path / "house") as house:
        transport = httpx.ASGITransport(app=house.web)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            await tell_by_form(client)
        await house.work()
        photo = await _the_photo(house)
    assert photo[:2] == b"\xff\xd8"
    assert not (tmp_path / "house" / "evidence").exists()
    stored = (await stored_at(url)).values()
    assert stored
    assert not any(photo[:64] in one for one in stored)


async def test_a_film_over_a_line_that_breaks(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts lie in the bucket until the worker has joined them; then the clean file and its poster do."""
    monkeypatch.setenv("SATARK_EVIDENCE_URL", url)
    data = film() + os.urandom(PART)
    async with house_at(tmp_path / "house") as house, line_to(house) as line:
        place = await line.create(len(data))
        for cut in (0, 1, CHUNK - 1, CHUNK, CHUNK + 1):
            start = await line.offset(place)
            await line.send_and_cut(place, start, data[start:], cut)
            assert await line.offset(place) == start + cut
        start = await line.offset(place)
        assert (await line.send(place, start, data[start:])).status_code == 204
        assert await arrived(house, place) == sha256(data).hexdigest()
        await house.work()
        row = await row_of(house, place)
        assert row.state == "ready"
        assert {path.rpartition("/")[2] for path in await stored_at(url)} == {row.blob, row.poster}
        assert (await line.client.delete(place, headers=TUS)).status_code == 204
        assert await stored_at(url) == {}


async def _the_photo(house: House) -> bytes:
    async with house.core.store.read() as db:
        row, *_ = (await db.exec_driver_sql("SELECT id FROM evidence WHERE state = 'ready'")).all()
    opened = await house.core.keeper.open(row.id)
    assert opened
    return b"".join([chunk async for chunk in opened.chunks])
