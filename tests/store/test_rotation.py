"""New keys for old: at every step all that was closed before can be opened, by processes before and after the step."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import text

from conftest import House, house_at
from satark.channels.messages import Envelope, Inbound, Kind, Secret
from satark.commands.exchangeable import Name
from satark.commands.rotate import add, drop, reseal, use
from satark.settings import Settings
from satark.store.engine import Store
from satark.store.fingerprints import mismatched_keys
from satark.store.keys import load_keys, make_keys
from satark.store.rotation import CLOSED, NotNow
from satark.store.sealing import KEY_BYTES, CannotOpen, Locker, Opener, new_pair
from tests.commands.test_backup import desk
from tests.promises.test_p1_canary import act, tell_by_form
from tests.promises.test_p3_two_tips_cannot_be_linked import tell

PASSWORD = "a long password"
WELL = "a den by the well"


@given(st.binary(max_size=600), st.integers(1, 4), st.data())
def test_what_any_of_the_keys_closed_is_opened_and_nothing_else(data: bytes, number: int, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, number - 1))
    pairs = [new_pair() for _ in range(number)]
    every, press = Opener(b"".join(private for private, _ in pairs)), Opener(pairs[at][0]).press()
    assert every.open(Opener(pairs[at][0]).close(data)) == data
    assert every.open(press.close(data)) == every.open(press.close(data)) == data
    assert press.close(data) != press.close(data)
    others = b"".join(private for n, (private, _) in enumerate(pairs) if n != at)
    locks = [os.urandom(KEY_BYTES) for _ in range(number)]
    assert Locker(b"".join(locks)).open(Locker(locks[at]).close(data)) == data
    assert Locker(locks[at]).open(Locker(locks[at] + os.urandom(KEY_BYTES)).close(data)) == data
    if others:
        with pytest.raises(CannotOpen):
            Opener(others).open(Opener(pairs[at][0]).close(data))
        with pytest.raises(CannotOpen):
            Opener(others).open(press.close(data))


@given(st.binary(max_size=100), st.data())
def test_what_was_changed_on_the_way_is_not_opened(data: bytes, draw: st.DataObject) -> None:
    opener = Opener(new_pair()[0])
    for closed in (opener.close(data), opener.press().close(data)):
        at = draw.draw(st.integers(0, len(closed) - 1))
        changed = closed[:at] + bytes([closed[at] ^ draw.draw(st.integers(1, 255))]) + closed[at + 1 :]
        with pytest.raises(CannotOpen):
            opener.open(changed)


def test_every_sealed_column_is_closed_to_a_key_that_can_be_exchanged() -> None:
    from sqlmodel import SQLModel

    from satark.store.columns import sealed_bytes

    kind = type(sealed_bytes().sa_column.type)
    sealed = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.tables.values()
        for column in table.c
        if isinstance(column.type, kind)
    }
    known = {f"{one.class_.__tablename__}.{one.key}" for columns in CLOSED.values() for one in columns}
    # A passkey's public key, and hours in a packed form.
    assert sealed - known == {"passkey.public", "tally_wait.hours"}


async def say(house: House, phone: str, number: int, words: str) -> None:
    chat = house.core.registry.channels["simulator"]
    said = Inbound(Kind.TEXT, words)
    await house.core.door.receive(chat, [Envelope(Secret(phone), Secret(f"{phone}-{number}"), said, ())])


async def told(house: House) -> set[str]:
    """What an officer reads of all tips, and how many of their files open."""
    async with desk(house) as officer:
        answer = await officer.post("/panel/sign-in", data={"login": "dig", "password": PASSWORD})
        assert "code" not in str(answer.url)
        found = set()
        for path in set(re.findall(r'"(/panel/tips/[0-9A-Z-]{11})"', (await officer.get("/panel/tips")).text)):
            page = (await officer.get(path)).text
            found |= {words for words in (WELL, "the same words", "a second one") if words in page}
            for one in re.findall(r'src="(/panel/evidence/[0-9a-f]{32})"', page):
                assert (await officer.get(one)).content[:2] == b"\xff\xd8"
                found.add("file")
        search = await officer.get("/panel/search", params={"q": "same words"})
        if search.status_code == 200 and re.search(r"/panel/tips/[0-9A-Z-]{11}", search.text):
            found.add("searched")
    return found


async def test_keys_are_exchanged_while_all_goes_on(tmp_path: Path, database: str) -> None:
    settings = Settings(data_dir=tmp_path, database_url=SecretStr(database))
    keys = tmp_path / "keys"
    make_keys(keys)
    originals = {path.name: path.read_bytes() for path in keys.iterdir()}
    async with house_at(tmp_path, database) as before:
        async with desk(before) as citizen:
            receipt = await tell_by_form(citizen)
        await tell(before, "910000000001", 1)
        await say(before, "910000000002", 0, "hello")
        async with desk(before) as officer:
            await act(officer, before)
        await before.work()
        seen = await told(before)
        assert seen >= {"the same words", "file"}
        for name in Name:
            await add(settings, name)
        async with house_at(tmp_path, database) as added:
            assert await told(added) == seen
            for name in Name:
                await use(settings, name)
            async with house_at(tmp_path, database) as using:
                # One that has the new key in use, and one that only opens with it, share the work.
                await say(using, "910000000002", 1, "language")
                await say(added, "910000000002", 2, "1")
                async with desk(using) as citizen:
                    await tell_by_form(citizen)
                await added.work()
                assert await told(added) == await told(using) == seen
    for name in Name:
        assert await reseal(settings, name) > 0 or name in (Name.OFFICERS, Name.CONVERSATION)
        await drop(settings, name)
        assert len((keys / f"{name}.key").read_bytes()) == KEY_BYTES
        assert (keys / f"{name}.key").read_bytes() != originals[f"{name}.key"]
    async with house_at(tmp_path, database) as after:
        assert await told(after) == seen
        async with desk(after) as citizen:
            page = await citizen.post("/channels/webform/status", data={"receipt": receipt, "lang": "en"})
            assert "files ready" in page.text
            assert "done" in page.text
        async with after.core.store.read() as db:
            rows = list((await db.execute(text("SELECT sealed FROM message"))).scalars())
    for name in ("content", "reply"):
        old = Opener(originals[f"{name}.key"])
        for row in rows:
            with pytest.raises(CannotOpen):
                old.open(row)


async def test_no_step_is_left_out(tmp_path: Path, database: str) -> None:
    settings = Settings(data_dir=tmp_path, database_url=SecretStr(database))
    make_keys(keys := settings.keys)
    with pytest.raises(NotNow, match="add"):
        await use(settings, Name.CONTENT)
    await add(settings, Name.CONTENT)
    public = (keys / "content.pub").read_bytes()
    await use(settings, Name.CONTENT)
    assert (keys / "content.pub").read_bytes() != public
    assert (keys / "content.key").stat().st_mode & 0o777 == 0o600
    store = Store(settings.database)
    async with store.read() as db:
        entries = [
            tuple(row) for row in await db.execute(text("SELECT action, detail FROM audit_entry ORDER BY number"))
        ]
    await store.dispose()
    assert entries == [("keys add", "content"), ("keys use", "content")]


async def test_at_each_step_the_right_processes_are_let_in(tmp_path: Path, database: str) -> None:
    """By the keys that each has: the old one, both, both the other way round, the new one."""
    settings = Settings(data_dir=tmp_path, database_url=SecretStr(database))
    make_keys(keys := settings.keys)
    store = Store(settings.database)

    async def let_in() -> list[int]:
        return [at for at, files in enumerate(folders) if not await mismatched_keys(store, files)]

    assert await mismatched_keys(store, load_keys(keys)) == []
    folders = [load_keys(keys)]
    for step in (add, use):
        await step(settings, Name.CONTENT)
        folders.append(load_keys(keys))
        if step is add:
            assert await let_in() == [0, 1]
    assert await let_in() == [1, 2], "who has only the old key could not open what is closed to the new one"
    await drop(settings, Name.CONTENT)
    folders.append(load_keys(keys))
    assert await let_in() == [2, 3], "what closes to a key that is forgotten is lost"
    await store.dispose()
