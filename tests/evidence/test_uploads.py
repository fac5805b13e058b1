"""A file over a line that breaks: nothing that arrived is sent twice, nothing is lost, nothing stays."""

import asyncio
import base64
import hashlib
import os
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from starlette.types import ASGIApp, Receive, Scope, Send

from conftest import House, Watch, house_at, served
from satark.evidence.uploads import PART, Gone, Uploads
from satark.jobs.worker import forget_old
from tests.evidence.samples import film
from tests.promises.test_p1_canary import photo

FILES = "/channels/webform/files"
TUS = {"Tus-Resumable": "1.0.0"}
BODY = {**TUS, "Content-Type": "application/offset+octet-stream"}
SIZE = 200_001


def metadata(mime: str) -> str:
    return "filetype " + base64.b64encode(mime.encode()).decode()


class Watched:
    """An application that tells how many PATCHes came, how much of the last one's body it was given, and how many are over."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.news = asyncio.Condition()
        self.begun = self.read = self.over = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "PATCH":
            await self.app(scope, receive, send)
            return

        async def counted() -> Any:
            message = await receive()
            await self.tell(read=self.read + len(message.get("body", b"")))
            return message

        await self.tell(begun=self.begun + 1, read=0)
        await self.app(scope, counted, send)
        await self.tell(over=self.over + 1)

    async def tell(self, **now: int) -> None:
        async with self.news:
            vars(self).update(now)
            self.news.notify_all()

    async def until(self, begun: int = 0, read: int = 0, over: int = 0) -> None:
        async with self.news:
            await self.news.wait_for(lambda: self.begun >= begun and self.read >= read and self.over >= over)


class Line:
    """A client that speaks to a real server, and the cuts of its line."""

    def __init__(self, client: httpx.AsyncClient, url: str, watched: Watched) -> None:
        self.client = client
        self.address = urlsplit(url)
        self.watched = watched

    async def create(self, size: int, mime: str = "video/mp4") -> str:
        headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata(mime)}
        answer = await self.client.post(FILES, headers=headers)
        assert answer.status_code == 201, answer.text
        assert re.fullmatch(FILES + "/[0-9a-f]{32}", answer.headers["location"])
        return str(answer.headers["location"])

    async def offset(self, place: str) -> int:
        answer = await self.client.head(place, headers=TUS)
        assert answer.status_code == 200
        return int(answer.headers["upload-offset"])

    async def send(self, place: str, start: int, data: bytes) -> httpx.Response:
        return await self.client.patch(place, headers={**BODY, "Upload-Offset": str(start)}, content=data)

    async def send_and_cut(self, place: str, start: int, data: bytes, cut: int) -> None:
        """Announce all of `data`, and tear the connection after `cut` bytes of it."""
        _, writer = await asyncio.open_connection(self.address.hostname, self.address.port)
        head = {"Host": "x", **BODY, "Upload-Offset": str(start), "Content-Length": str(len(data))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        number = self.watched.begun + 1
        writer.write(f"PATCH {place} HTTP/1.1\r\n{lines}\r\n".encode() + data[:cut])
        await self.watched.until(begun=number, read=cut)
        writer.transport.abort()
        await self.watched.until(over=number)


@asynccontextmanager
async def line_to(house: House) -> AsyncIterator[Line]:
    watched = Watched(house.web)
    async with served(watched) as url, httpx.AsyncClient(base_url=url, timeout=60) as client:
        yield Line(client, url, watched)


async def row_of(house: House, place: str) -> Any:
    async with house.core.store.read() as db:
        wanted = text("SELECT * FROM evidence WHERE id = :id")
        return (await db.execute(wanted, {"id": place.rsplit("/")[-1]})).one_or_none()


async def count(house: House, table: str) -> int:
    async with house.core.store.read() as db:
        return int((await db.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


async def arrived(house: House, place: str) -> str:
    """The SHA-256 of what the worker joins."""
    digest = hashlib.sha256()
    async for chunk in Uploads(house.core.keeper).read(place.rsplit("/")[-1]):
        digest.update(chunk)
    return digest.hexdigest()


def blobs(folder: Path) -> list[Path]:
    return [path for path in (folder / "evidence").rglob("*") if path.is_file()]


async def test_what_came_before_a_cut_counts_to_the_byte(both_houses: House, tmp_path: Path) -> None:
    data = os.urandom(SIZE)
    async with line_to(both_houses) as line:
        for cut in (0, 1, 65_535, 65_536, 65_537, SIZE - 1, SIZE):
            place = await line.create(SIZE)
            await line.send_and_cut(place, 0, data, cut)
            assert await line.offset(place) == cut
            if cut < SIZE:
                done = await line.send(place, cut, data[cut:])
                assert (done.status_code, done.headers["upload-offset"]) == (204, str(SIZE))
            assert await arrived(both_houses, place) == hashlib.sha256(data).hexdigest()
            await both_houses.work()
            row = await row_of(both_houses, place)
            assert (row.original, row.size, row.kind) == (hashlib.sha256(data).hexdigest(), SIZE, "video")
            assert await line.offset(place) == SIZE, "who lost the last answer asks again"
    assert await count(both_houses, "upload_part") == 0
    assert len(blobs(tmp_path)) == 7
    assert not any(data[at : at + 32] in path.read_bytes() for path in blobs(tmp_path) for at in (0, 65_536))


CUTS = st.lists(st.sampled_from([0, 1, 65_535, 65_536, 65_537, PART - 1, PART, PART + 1, 2 * PART]), max_size=6)


def test_any_sequence_of_cuts_arrives(tmp_path: Path) -> None:
    @settings(max_examples=20)
    @given(cuts=CUTS, size=st.sampled_from([0, 1, PART - 1, PART, PART + 1, 3 * PART + 7]))
    def attempt(cuts: Sequence[int], size: int) -> None:
        runner.run(send(os.urandom(size), cuts))

    async def send(data: bytes, cuts: Sequence[int]) -> None:
        place, at = await line.create(len(data)), 0
        for cut in cuts:
            if at == len(data):
                break
            cut = min(cut, len(data) - at)
            await line.send_and_cut(place, at, data[at:], cut)
            at += cut
            assert await line.offset(place) == at
        if at < len(data):
            assert (await line.send(place, at, data[at:])).status_code == 204
        assert await arrived(house, place) == hashlib.sha256(data).hexdigest()
        assert (await row_of(house, place)).state == "waiting"

    with asyncio.Runner() as runner:
        home = house_at(tmp_path)
        house = runner.run(home.__aenter__())
        connected = line_to(house)
        line = runner.run(connected.__aenter__())
        attempt()
        runner.run(connected.__aexit__(None, None, None))
        runner.run(home.__aexit__(None, None, None))


@pytest.fixture
async def line(house: House) -> AsyncIterator[Line]:
    async with line_to(house) as made:
        yield made


async def test_the_protocol_is_kept(line: Line) -> None:
    place, http = await line.create(10), line.client
    asked = [
        ("OPTIONS", FILES, {}, 204),
        ("POST", FILES, {"Upload-Length": "5"}, 412),
        ("POST", FILES, {**TUS}, 400),
        ("POST", FILES, {**TUS, "Upload-Length": "-1"}, 400),
        ("POST", FILES, {**TUS, "Upload-Length": str(100 * 2**20 + 1)}, 413),
        ("POST", FILES, {**TUS, "Upload-Defer-Length": "1"}, 400),
        ("HEAD", place, {"Tus-Resumable": "0.2.2"}, 412),
        ("HEAD", f"{FILES}/{'0' * 32}", TUS, 410),
        ("PATCH", place, {**TUS, "Upload-Offset": "0"}, 415),
        ("PATCH", place, BODY, 400),
        ("PATCH", place, {**BODY, "Upload-Offset": "1"}, 409),
        ("PATCH", f"{FILES}/{'0' * 32}", {**BODY, "Upload-Offset": "0"}, 410),
        ("PATCH", place, {**BODY, "Upload-Offset": "0", "Upload-Checksum": "md5 AAAA"}, 400),
        ("PATCH", place, {**BODY, "Upload-Offset": "0", "Upload-Checksum": "sha1 AAAA"}, 460),
        ("POST", place, TUS, 405),
        ("DELETE", f"{FILES}/{'0' * 32}", TUS, 410),
    ]
    for method, path, headers, status in asked:
        answer = await http.request(method, path, headers=headers, content=b"xy" if method == "PATCH" else None)
        assert (method, path, headers, answer.status_code) == (method, path, headers, status)
        assert answer.headers["tus-resumable"] == "1.0.0"
        assert not [name for name in answer.headers if name.startswith("access-control")]
    offered = (await http.options(FILES)).headers
    assert (offered["tus-version"], offered["tus-max-size"]) == ("1.0.0", str(100 * 2**20))
    assert await line.offset(place) == 0


async def test_a_checked_part_and_another_name_for_a_method(line: Line) -> None:
    place = await line.create(5)
    checksum = "sha1 " + base64.b64encode(hashlib.sha1(b"hello").digest()).decode()
    headers = {**BODY, "Upload-Offset": "0", "Upload-Checksum": checksum, "X-HTTP-Method-Override": "PATCH"}
    assert (await line.client.post(place, headers=headers, content=b"hello")).status_code == 204
    assert await line.offset(place) == 5


async def test_more_than_was_announced_is_not_kept(line: Line, house: House) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 65_536

    place = await line.create(PART + 5)
    assert (await line.send(place, 0, b"x" * (PART + 6))).status_code == 413
    streamed = await line.client.patch(place, headers={**BODY, "Upload-Offset": "0"}, content=endless())
    assert streamed.status_code == 413
    assert await line.offset(place) == PART
    assert await row_of(house, place) is None


async def test_of_two_that_send_the_same_bytes_one_goes_on(line: Line, house: House) -> None:
    place, data = await line.create(SIZE), os.urandom(SIZE)
    answers = await asyncio.gather(*(line.send(place, 0, data) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]
    assert await arrived(house, place) == hashlib.sha256(data).hexdigest()
    assert await count(house, "evidence") == 1


async def test_a_storage_that_fails_says_so_and_the_rest_can_come_later(
    line: Line, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, data = await line.create(SIZE), os.urandom(SIZE)

    async def full(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as failing:
        failing.setattr(house.core.keeper.blobs, "put", full)
        assert (await line.send(place, 0, data)).status_code == 503
    assert await line.offset(place) == 0
    assert (await line.send(place, 0, data)).status_code == 204


async def test_who_begins_too_many_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("satark.gateway.tus.FREE_UPLOADS", 3)
    async with house_at(tmp_path) as house, line_to(house) as line:
        for _ in range(3):
            await line.create(1)
        answer = await line.client.post(FILES, headers={**TUS, "Upload-Length": "1"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "600")


async def test_what_is_taken_back_is_destroyed_but_not_from_a_tip(line: Line, house: House, tmp_path: Path) -> None:
    half, whole, given = [await line.create(SIZE) for _ in range(3)]
    await line.send(half, 0, b"x" * 1000)
    for place in (whole, given):
        await line.send(place, 0, b"x" * SIZE)
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE evidence SET tip_id = 'x' WHERE id = :id"), {"id": given.rsplit("/")[-1]})
    answers = [(await line.client.delete(place, headers=TUS)).status_code for place in (half, whole, given)]
    assert answers == [204, 204, 410]
    assert await row_of(house, whole) is None
    assert (await line.client.head(half, headers=TUS)).status_code == 410
    assert [await count(house, table) for table in ("upload", "upload_part", "evidence")] == [1, 1, 1]
    assert len(blobs(tmp_path)) == 1


async def test_what_is_taken_back_after_it_was_cleaned_leaves_no_poster(
    line: Line, house: House, tmp_path: Path
) -> None:
    data = film()
    place = await line.create(len(data))
    await line.send(place, 0, data)
    await house.work()
    row = await row_of(house, place)
    assert (row.state, len(blobs(tmp_path))) == ("ready", 2)
    assert (await line.client.delete(place, headers=TUS)).status_code == 204
    assert blobs(tmp_path) == []


async def test_after_a_day_it_is_gone_with_its_keys(line: Line, house: House, tmp_path: Path, watch: Watch) -> None:
    """Not what waits to be joined for a tip, however late the worker is."""
    half, whole, given = [await line.create(SIZE) for _ in range(3)]
    await line.send(half, 0, b"x" * 1000)
    for place in (whole, given):
        await line.send(place, 0, b"x" * SIZE)
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE evidence SET tip_id = 'x' WHERE id = :id"), {"id": given.rsplit("/")[-1]})
    watch.seconds += 24 * 3600
    assert (await line.client.head(half, headers=TUS)).status_code == 410
    assert (await line.send(half, 1000, b"x")).status_code == 410
    watch.seconds += 2 * 3600
    await forget_old({"bench": house.bench})
    assert [await count(house, table) for table in ("upload", "upload_part", "evidence")] == [1, 1, 1]
    assert len(blobs(tmp_path)) == 1
    assert await arrived(house, given) == hashlib.sha256(b"x" * SIZE).hexdigest()
    await house.work()
    await forget_old({"bench": house.bench})
    assert await count(house, "upload") == 0
    with pytest.raises(Gone):
        await Uploads(house.core.keeper).find(given.rsplit("/")[-1])


async def test_files_in_parts_are_counted_from_arrival_until_they_are_clean(line: Line, house: House) -> None:
    http, places = line.client, [await line.create(len(photo()), "image/jpeg") for _ in range(3)]
    for place in places:
        assert (await line.send(place, 0, photo())).status_code == 204
    kept = [f"{place.rsplit('/')[-1]}/photo" for place in places]
    form = {"category": "category:gambling", "place": "at:unknown", "lang": "en", "kept": kept}
    receipt = re.search(r'data-code="(\d{16})"', (await http.post("/channels/webform/", data=form)).text)
    assert receipt
    asked = {"receipt": receipt[1], "lang": "en"}
    assert "0 of 3 files ready" in (await http.post("/channels/webform/status", data=asked)).text
    await house.work()
    assert "3 of 3 files ready" in (await http.post("/channels/webform/status", data=asked)).text


async def test_an_upload_belongs_to_the_first_tip_that_names_it(line: Line, house: House) -> None:
    place = await line.create(len(photo()), "image/jpeg")
    await line.send(place, 0, photo())
    form = {"category": "category:gambling", "lang": "en", "kept": f"{place.rsplit('/')[-1]}/photo"}
    owners = set()
    for words in ("one", "two"):
        answer = await line.client.post("/channels/webform/", data={**form, "text": words})
        assert "data-code" in answer.text
        owners.add((await row_of(house, place)).tip_id)
    assert len(owners) == 1


def memory() -> int:
    """The most that this process held since it was last asked, in bytes."""
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    Path("/proc/self/clear_refs").write_text("5")
    return int(peak.split()[1]) * 1024


async def test_memory_stays_flat(line: Line, house: House) -> None:
    size, piece = 48 * 2**20, os.urandom(2**18)
    place = await line.create(size)

    async def video() -> AsyncIterator[bytes]:
        for _ in range(size // len(piece)):
            yield piece

    await line.send(await line.create(4 * len(piece)), 0, piece * 4)
    memory()
    before = memory()
    headers = {**BODY, "Upload-Offset": "0", "Content-Length": str(size)}
    assert (await line.client.patch(place, headers=headers, content=video())).status_code == 204
    expected = hashlib.sha256()
    for _ in range(size // len(piece)):
        expected.update(piece)
    assert await arrived(house, place) == expected.hexdigest()
    assert memory() - before < 16 * 2**20


async def test_who_told_learns_that_a_file_was_not_taken(line: Line, house: House) -> None:
    http, damaged = line.client, photo()[:200]
    places = [await line.create(len(one), "image/jpeg") for one in (photo(), damaged)]
    for place, one in zip(places, (photo(), damaged), strict=True):
        assert (await line.send(place, 0, one)).status_code == 204
    kept = [f"{place.rsplit('/')[-1]}/photo" for place in places]
    form = {"category": "category:gambling", "place": "at:unknown", "lang": "en", "kept": kept}
    receipt = re.search(r'data-code="(\d{16})"', (await http.post("/channels/webform/", data=form)).text)
    assert receipt
    await house.work()
    page = (await http.post("/channels/webform/status", data={"receipt": receipt[1], "lang": "en"})).text
    assert "1 of 2 files ready" in page
    assert "1 file could not be opened safely" in page
