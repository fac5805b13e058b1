"""A backup of a running house, brought back elsewhere: everything is there, and works."""

import asyncio
import re
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from conftest import House, house_at
from satark.commands.backup import back_up, restore
from satark.commands.dumps import CannotBackUp
from satark.panel.people import add_officer
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.keys import make_keys
from tests.promises.test_p1_canary import tell_by_form
from tests.promises.test_p3_two_tips_cannot_be_linked import tell

PASSWORD = "a long password"


def desk(house: House) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=house.web), base_url="http://testserver", follow_redirects=True
    )


async def contents(house: House) -> tuple[str, list[bytes]]:
    """What an officer reads of the tip with files, and the files."""
    async with desk(house) as officer:
        await officer.post("/panel/sign-in", data={"login": "dig", "password": PASSWORD})
        inbox = (await officer.get("/panel/tips")).text
        for path in re.findall(r'"(/panel/tips/[0-9A-Z-]{11})"', inbox):
            page = (await officer.get(path)).text
            if files := sorted(set(re.findall(r'src="(/panel/evidence/[0-9a-f]{32})"', page))):
                text_of = re.search(r'<p dir="auto"[^>]*>([^<]+)</p>|<p[^>]*>([^<]*gambl[^<]*)</p>', page)
                return str(text_of and text_of[0]), [(await officer.get(one)).content for one in files]
    raise AssertionError("no tip has a file")


async def status_of(house: House, receipt: str) -> str:
    """What who told reads by receipt."""
    async with desk(house) as citizen:
        page = await citizen.post("/channels/webform/status", data={"receipt": receipt, "lang": "en"})
    assert page.status_code == 200
    assert "files ready" in page.text
    return re.sub(r'value="[^"]*"', "", page.text)


def settings_at(folder: Path, database: str) -> Settings:
    return Settings(data_dir=folder, database_url=SecretStr(database), jurisdiction="varanasi")


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> str:
    """A database without tables, of the same kind."""
    if database.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/new/satark.db"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


async def test_what_was_backed_up_is_there_again(tmp_path: Path, database: str, elsewhere: str) -> None:
    old, new, kept = tmp_path, tmp_path / "new", tmp_path / "backup"
    async with house_at(old, database) as house:
        await add_officer(house.core.store, "dig", "A", PASSWORD, ["range/varanasi"], "en")
        async with desk(house) as citizen:
            receipt = await tell_by_form(citizen)
        await tell(house, "910000000001", 1)
        await house.work()
        before, told = await contents(house), await status_of(house, receipt)
        done = await back_up(settings_at(old, database), kept)
        assert done.files >= 2
        await tell(house, "910000000002", 2)
    assert len(before[1]) >= 1
    await restore(settings_at(new, elsewhere), kept)
    shutil.copytree(old / "keys", new / "keys")
    async with house_at(new, elsewhere) as house:
        assert await contents(house) == before
        assert await status_of(house, receipt) == told
        async with house.core.store.read() as db:
            assert (await db.execute(text("SELECT count(*) FROM tip"))).scalar_one() == 2
            assert (await db.execute(text("SELECT count(*) FROM return_address"))).scalar_one() == 1
        await tell(house, "910000000003", 3)
        async with house.core.store.read() as db:
            assert (await db.execute(text("SELECT count(*) FROM tip"))).scalar_one() == 3


async def test_with_addresses_forgotten_nobody_is_written_to(tmp_path: Path, database: str, elsewhere: str) -> None:
    async with house_at(tmp_path, database) as house:
        await tell(house, "910000000001", 1)
    await back_up(settings_at(tmp_path, database), tmp_path / "backup")
    await restore(settings_at(tmp_path / "new", elsewhere), tmp_path / "backup", forget=True)
    store = Store(settings_at(tmp_path / "new", elsewhere).database)
    async with store.read() as db:
        for table, expected in (("tip", 1), ("return_address", 0), ("outbox", 0), ("conversation", 0)):
            assert (await db.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == expected
    await store.dispose()


async def test_keys_that_do_not_belong_to_the_backup_are_named(tmp_path: Path, database: str, elsewhere: str) -> None:
    async with house_at(tmp_path, database) as house:
        await tell(house, "910000000001", 1)
    await back_up(settings_at(tmp_path, database), tmp_path / "backup")
    make_keys(tmp_path / "new" / "keys")
    with pytest.raises(CannotBackUp, match=r"restored, but .* other keys .*content"):
        await restore(settings_at(tmp_path / "new", elsewhere), tmp_path / "backup")


async def test_both_leave_an_entry(tmp_path: Path, database: str, elsewhere: str) -> None:
    async with house_at(tmp_path, database) as house:
        await tell(house, "910000000001", 1)
    await back_up(settings_at(tmp_path, database), tmp_path / "backup")
    await restore(settings_at(tmp_path / "new", elsewhere), tmp_path / "backup")
    for url, action in ((database, "backup"), (elsewhere, "restore")):
        store = Store(Settings(database_url=SecretStr(url)).database)
        async with store.read() as db:
            wanted = text("SELECT actor, action FROM audit_entry ORDER BY number DESC LIMIT 1")
            assert tuple((await db.execute(wanted)).one()) == ("command line", action)
        await store.dispose()


async def test_neither_over_what_is_there_nor_from_what_is_damaged(
    tmp_path: Path, database: str, elsewhere: str
) -> None:
    async with house_at(tmp_path, database) as house:
        await tell(house, "910000000001", 1)
    await back_up(settings_at(tmp_path, database), tmp_path / "backup")
    with pytest.raises(CannotBackUp, match="empty"):
        await restore(settings_at(tmp_path, database), tmp_path / "backup")
    with pytest.raises(CannotBackUp, match="there already"):
        await back_up(settings_at(tmp_path, database), tmp_path / "backup")
    with pytest.raises(CannotBackUp, match="no backup"):
        await restore(settings_at(tmp_path / "new", elsewhere), tmp_path)
    with (tmp_path / "backup" / "database").open("ab") as file:
        file.write(b"x")
    with pytest.raises(CannotBackUp, match="damaged"):
        await restore(settings_at(tmp_path / "new", elsewhere), tmp_path / "backup")


async def test_a_file_that_is_lost_from_the_store_is_said(house: House, tmp_path: Path) -> None:
    async with desk(house) as citizen:
        await tell_by_form(citizen)
    await house.work()
    for one in (tmp_path / "evidence").rglob("*"):
        if one.is_file():
            one.unlink()
    with pytest.raises(CannotBackUp, match="missing"):
        await back_up(settings_at(tmp_path, ""), tmp_path / "backup")
    assert not (tmp_path / "backup").exists(), "what is half there is in the way of the next try"


async def test_it_is_whole_though_people_write_meanwhile(house: House, tmp_path: Path) -> None:
    async def write() -> None:
        for number in range(12):
            await tell(house, f"91000000{number:04}", number)

    async def some(number: int, of: Callable[[int], Awaitable[object]]) -> None:
        for at in range(number):
            await of(at)

    settings = settings_at(tmp_path, "")
    await asyncio.gather(write(), some(3, lambda at: back_up(settings, tmp_path / f"backup-{at}")))
    for at in range(3):
        with sqlite3.connect(tmp_path / f"backup-{at}" / "database") as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            tips, told = (db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("tip", "message"))
            assert told >= tips
        db.close()
