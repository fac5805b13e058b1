"""The store of evidence is out for a while: no file is given up for it, and what was given up can be put back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from conftest import House, house_at
from satark.commands.evidence import retry
from satark.evidence.blobs import Blobs, StoreUnavailable
from satark.evidence.preparing import MOST_ATTEMPTS, NOT_FETCHED
from tests.buckets import bucket
from tests.evidence import samples
from tests.evidence.test_preparing import due_now, kept, put_on_the_tip, row_of
from tests.promises.test_p3_two_tips_cannot_be_linked import tell

MORE_THAN_ENOUGH = MOST_ATTEMPTS + 3


@asynccontextmanager
async def without(folder: Path) -> AsyncIterator[None]:
    """A folder that cannot be asked for anything: the disk is gone, and something else is in its place."""
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.write_text("no folder")
    yield
    folder.unlink()
    aside.rename(folder)


async def work_often(house: House, times: int = MORE_THAN_ENOUGH) -> None:
    for _ in range(times):
        await due_now(house)
        await house.work()


async def test_an_outage_is_not_charged_to_a_file(both_houses: House) -> None:
    house = both_houses
    await tell(house, "910000000001", 1)
    files = [await kept(house, samples.jpeg()) for _ in range(3)]
    for one in files:
        await put_on_the_tip(house, one)
    async with without(house.core.settings.data_dir / "evidence"):
        await work_often(house)
        assert [((await row_of(house, one)).state, (await row_of(house, one)).attempts) for one in files] == [
            ("kept", 0)
        ] * 3
    await due_now(house)
    await house.work()
    assert [(await row_of(house, one)).state for one in files] == ["ready"] * 3


async def test_an_empty_disk_in_its_place_withholds_nothing_for_days(house: House) -> None:
    """A mount point without its disk is a folder without files."""
    await tell(house, "910000000001", 1)
    file = await kept(house, samples.jpeg())
    await put_on_the_tip(house, file)
    folder = house.core.settings.data_dir / "evidence"
    folder.rename(aside := folder.with_name("aside"))
    folder.mkdir()
    await work_often(house)
    assert (await row_of(house, file)).state == "kept"
    folder.rmdir()
    aside.rename(folder)
    await due_now(house)
    await house.work()
    assert (await row_of(house, file)).state == "ready"


@asynccontextmanager
async def line_to(port: int) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """A port that leads to another one, while the event is set; else it hangs up."""
    is_up = asyncio.Event()
    is_up.set()

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while is_up.is_set() and (data := await reader.read(65536)):
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not is_up.is_set():
            writer.close()
            return
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(copy(reader, back), copy(there, writer), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1], is_up
    server.close()


async def test_a_bucket_that_is_out_of_reach_is_not_charged(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bucket("some/where") as url:
        port = int(url.partition("127.0.0.1:")[2].partition("&")[0])
        async with line_to(port) as (line, is_up):
            monkeypatch.setenv("SATARK_EVIDENCE_URL", url.replace(f"127.0.0.1:{port}", f"127.0.0.1:{line}"))
            async with house_at(tmp_path, database) as house:
                await tell(house, "910000000001", 1)
                file = await kept(house, samples.jpeg())
                await put_on_the_tip(house, file)
                is_up.clear()
                await work_often(house, 2)
                row = await row_of(house, file)
                assert (row.state, row.attempts) == ("kept", 0)
                is_up.set()
                await due_now(house)
                await house.work()
                assert (await row_of(house, file)).state == "ready"


async def test_what_a_missing_bucket_cannot_take_is_the_stores_fault() -> None:
    async with bucket("some/where") as url:
        with pytest.raises(StoreUnavailable):
            await Blobs(url.replace("s3://satark/", "s3://nobody/")).try_out()
        await Blobs(url).try_out()


async def test_the_sources_own_error_stays_its_own(house: House) -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield b"some"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await house.core.keeper.blobs.put("ab" + "0" * 30, breaks())


async def test_what_was_withheld_can_be_put_back(both_houses: House) -> None:
    house = both_houses
    await tell(house, "910000000001", 1)
    file, other, gone, ready = [await kept(house, samples.jpeg()) for _ in range(4)]
    for one in (file, other, gone, ready):
        await put_on_the_tip(house, one)
    async with house.core.store.write() as db:
        for one, reason in ((file, "crashed"), (other, NOT_FETCHED), (gone, "crashed")):
            values = {"id": one, "reason": reason}
            await db.execute(
                text("UPDATE evidence SET state = 'withheld', reason = :reason, attempts = 8 WHERE id = :id"), values
            )
        await db.execute(text("UPDATE evidence SET key = NULL WHERE id = :id"), {"id": gone})
    await house.work()
    assert dict(await retry(house.core.settings, ["crashed"])) == {"crashed": 1}
    await house.work()
    states = [(await row_of(house, one)).state for one in (file, other, gone, ready)]
    assert states == ["ready", "withheld", "withheld", "ready"]
    assert dict(await retry(house.core.settings, [])) == {NOT_FETCHED: 1}
    await house.work()
    assert (await row_of(house, other)).state == "ready"
    async with house.core.store.read() as db:
        entries = [
            tuple(row) for row in await db.execute(text("SELECT action, detail FROM audit_entry ORDER BY number"))
        ]
    assert entries == [("evidence retry", "crashed 1"), ("evidence retry", f"{NOT_FETCHED} 1")]
