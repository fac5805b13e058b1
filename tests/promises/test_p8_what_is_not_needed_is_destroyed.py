"""P8: what is no longer needed is destroyed: to the byte, with the keys, and by the clock."""

import asyncio
import io
import re
import string
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import text
from sqlmodel import SQLModel

from conftest import MONDAY, House, Watch, house_at
from satark.channels.messages import Envelope, Inbound, Kind, Media, MediaKind, Secret
from satark.commands import purge as command
from satark.evidence import discarding
from satark.jobs import purging
from satark.jobs.purging import Purged, foresee, purge
from satark.panel.people import add_officer
from satark.store.clock import DAY, day_of, hour_of, now
from satark.store.informants import SeenEvent, SentPart
from satark.store.writing import Rows
from satark.tips.audit import verify
from satark.tips.letters import Letter, Piece
from satark.tips.opening import NewTip, open_tip
from tests.tips.standing import wrong

PHONE = "919876500077"
ACCOUNT = "behind the mill of Ramnagar"
RECEIPT = re.compile(r"\d{4} \d{4} \d{4} \d{4}")


def photo(phone: str) -> bytes:
    """Everybody's is another one."""
    file = io.BytesIO()
    Image.new("RGB", (300, 200), f"#{phone[-6:]}").save(file, "JPEG")
    return file.getvalue()


async def say(house: House, *said: Inbound | str, phone: str = PHONE) -> None:
    """Words are a text, `=id` is a choice."""
    chat = house.core.registry.channels["simulator"]
    for one in said:
        inbound = (
            one
            if isinstance(one, Inbound)
            else Inbound(Kind.CHOICE, choice=one[1:])
            if one[0] == "="
            else Inbound(Kind.TEXT, one)
        )
        number = Secret(f"{phone}-{next(numbers)}")
        await house.core.door.receive(chat, [Envelope(Secret(phone), number, inbound, ())])


numbers = iter(range(10**6))


async def tell(house: House, phone: str = PHONE) -> str:
    """A tip with a photo. Returns the receipt."""

    async def chunks() -> AsyncIterator[bytes]:
        yield photo(phone)

    kept = await house.core.keeper.keep(chunks(), "image/jpeg", 10**6)
    sent = Inbound(Kind.MEDIA, media=Media(MediaKind.PHOTO, kept=kept))
    await say(
        house, "=language:en", "=category:gambling", ACCOUNT, sent, "=done", "=at:unknown", "=check:send", phone=phone
    )
    await do(house, "UPDATE outbox SET due = 0")
    await house.work()
    chat: Any = house.core.registry.channels["simulator"]
    said = " ".join(str(wire["text"]) for wire in chat._inboxes[phone].values())
    return RECEIPT.findall(said)[-1].replace(" ", "")


async def do(house: House, statement: str, **values: Any) -> None:
    async with house.core.store.write() as db:
        await db.execute(text(statement), values)


async def values(house: House, query: str) -> list[Any]:
    async with house.core.store.read() as db:
        return list((await db.execute(text(query))).scalars())


async def close(house: House, status: str = "closed") -> None:
    await do(house, "UPDATE tip SET status = :status, changed_hour = :hour", status=status, hour=hour_of(now()))


@dataclass
class Marks:
    """Bytes that must not be anywhere afterwards: of the way back, and of what was said and sent."""

    address: list[bytes]
    content: list[bytes]
    blobs: list[str]


async def marks_of(house: House) -> Marks:
    """What is at rest of the tips there are."""
    content = [
        one
        for query in (
            "SELECT sealed FROM message",
            "SELECT key FROM evidence",
            "SELECT original FROM evidence",
            "SELECT cleaned FROM evidence",
            "SELECT id FROM message",
            "SELECT id FROM evidence",
        )
        for one in await values(house, query)
    ]
    blobs = await values(house, "SELECT blob FROM evidence")
    address = await values(house, "SELECT sealed FROM return_address")
    assert all((address, content, blobs))
    plain = [one.encode() if isinstance(one, str) else bytes(one) for one in (*content, *blobs)]
    return Marks([bytes(one) for one in address], plain, blobs)


async def left_of(house: House, folder: Path, marks: list[bytes]) -> list[bytes]:
    """The marks that are still somewhere: in a file under the data directory, or in a row. A part of one is enough."""
    files = [path.read_bytes() + str(path).encode() for path in folder.rglob("*") if path.is_file()]
    rows = []
    async with house.core.store.read() as db:
        for table in SQLModel.metadata.tables.values():
            for row in await db.execute(table.select()):
                rows += [one if isinstance(one, bytes) else str(one).encode() for one in row]
    places = [*files, b"\0".join(rows)]
    return [mark for mark in marks if any(part in place for place in places for part in _parts(mark))]


def _parts(mark: bytes) -> list[bytes]:
    return [mark[at : at + 32] for at in range(0, max(1, len(mark) - 31), 16)]


async def officer(house: House, watch: Watch, login: str = "dig", office: str = "range/varanasi") -> httpx.AsyncClient:
    """Somebody at a desk, signed in now."""
    if not await values(house, f"SELECT id FROM officer WHERE login = '{login}'"):
        await add_officer(house.core.store, login, f"Officer {login}", "a long password", [office], "en")
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=house.web), base_url="http://testserver")
    await client.post("/panel/sign-in", data={"login": login, "password": "a long password"})
    return client


async def night(house: House) -> Purged:
    """What the worker does by then: conversations have ended, and what is due is destroyed."""
    await house.core.door.close_idle(house.core.registry.channels)
    return await purge(house.core)


def after(watch: Watch, days: int) -> None:
    watch.put(MONDAY + timedelta(days=days))


async def test_address_and_content_go_when_their_time_is_over_and_nothing_of_them_stays(
    both_houses: House, tmp_path: Path, watch: Watch
) -> None:
    house = both_houses
    receipt = await tell(house)
    await close(house)
    marks = await marks_of(house)
    assert await left_of(house, tmp_path, marks.address) == marks.address
    assert set(await left_of(house, tmp_path, marks.content)) == set(marks.content)

    after(watch, 29)
    await night(house)
    assert await left_of(house, tmp_path, marks.address) == marks.address
    after(watch, 30)
    await night(house)
    assert await left_of(house, tmp_path, marks.address) == []
    assert set(await left_of(house, tmp_path, marks.content)) == set(marks.content)

    after(watch, 1094)
    await night(house)
    assert set(await left_of(house, tmp_path, marks.content)) == set(marks.content)
    after(watch, 1095)
    purged = await night(house)
    assert (purged.content, purged.rows["message"], purged.rows["evidence"]) == ({"closed": 1}, 1, 1)
    assert await left_of(house, tmp_path, marks.content) == []
    assert [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == []

    (row,) = await values(house, "SELECT status || category || hour || channel FROM tip")
    assert row.startswith("closedgambling")
    (detail,) = await values(
        house, "SELECT detail FROM audit_entry WHERE action = 'destroy' ORDER BY number DESC LIMIT 1"
    )
    assert detail == "closed 1; evidence 1, message 1"
    async with house.core.store.read() as db:
        assert await verify(db) is None

    client = await officer(house, watch)
    (reference,) = await values(house, "SELECT reference FROM tip")
    page = (await client.get(f"/panel/tips/{reference}")).text
    assert "was destroyed on 22 Nov 2029" in page
    assert 'method="post" action="/panel/tips' not in page
    assert reference not in (await client.get("/panel/tips")).text
    assert reference in (await client.get(f"/panel/tips?reference={reference}")).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf
    answer = await client.post(f"/panel/tips/{reference}/note", data={"csrf": csrf[1], "words": "x"})
    assert answer.status_code == 422
    status = await client.post("/channels/webform/status", data={"receipt": receipt, "lang": "en"})
    assert "are not kept any more" in status.text
    assert 'action="/channels/webform/step"' not in status.text
    await client.aclose()


@pytest.mark.parametrize(
    ("status", "content", "address"), [("received", 1095, 365), ("duplicate", 365, 30), ("not_actionable", 180, 30)]
)
async def test_each_end_has_its_own_time(
    both_houses: House, watch: Watch, status: str, content: int, address: int
) -> None:
    house, rule = both_houses, "open" if status == "received" else status
    await tell(house)
    await close(house, status)
    for days, expected in ((address - 1, (0, 0)), (address, (0, 1)), (content - 1, (0, 0)), (content, (1, 0))):
        after(watch, days)
        seen = await foresee(house.core)
        purged = await night(house)
        assert (purged.content[rule], purged.address[rule]) == expected
        assert (seen["content"], seen["address"]) == (purged.content, purged.address)


async def test_a_hold_keeps_the_content_and_never_the_way_back(
    both_houses: House, tmp_path: Path, watch: Watch
) -> None:
    house = both_houses
    await tell(house)
    marks = await marks_of(house)
    (reference,) = await values(house, "SELECT reference FROM tip")
    client = await officer(house, watch)
    path = f"/panel/tips/{reference}"
    token = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', (await client.get(path)).text)[0]}
    assert (await client.post(f"{path}/hold", data=token)).status_code == 422
    assert (await client.post(f"{path}/hold", data={**token, "words": "court case 12/26"})).is_redirect
    page = (await client.get(path)).text
    assert "Kept from being destroyed since 23 Nov 2026 by Officer dig" in page
    assert "court case 12/26" in page
    await close(house)
    after(watch, 4000)
    await night(house)
    assert await left_of(house, tmp_path, marks.address) == []
    assert set(await left_of(house, tmp_path, marks.content)) == set(marks.content)
    await client.aclose()

    client = await officer(house, watch)
    token = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', (await client.get(path)).text)[0]}
    assert (await client.post(f"{path}/release", data={**token, "words": "acquitted"})).is_redirect
    await night(house)
    assert await left_of(house, tmp_path, marks.content) == []
    assert await values(house, "SELECT action FROM audit_entry WHERE action IN ('hold', 'release')") == [
        "hold",
        "release",
    ]
    await client.aclose()


async def test_a_station_cannot_hold_and_a_duplicate_is_held_with_its_main(both_houses: House, watch: Watch) -> None:
    house = both_houses
    await tell(house)
    await tell(house, "919876500078")
    one, other = await values(house, "SELECT id FROM tip ORDER BY id")
    await close(house)
    await do(house, "UPDATE tip SET status = 'duplicate' WHERE id = :id", id=other)
    await do(
        house, "INSERT INTO tip_link (tip_id, other_id, kind) VALUES (:other, :one, 'duplicate')", one=one, other=other
    )
    await do(house, "INSERT INTO tip_hold (tip_id, officer_id, hour) VALUES (:one, 'x', 0)", one=one)
    sho = "station/jaunpur/kotwali"
    await do(
        house, "INSERT INTO tip_reader (tip_id, office_id, hour, fresh) SELECT id, :sho, hour, false FROM tip", sho=sho
    )
    client = await officer(house, watch, "sho", sho)
    (reference,) = await values(house, f"SELECT reference FROM tip WHERE id = '{one}'")
    page = (await client.get(f"/panel/tips/{reference}")).text
    assert "Kept from being destroyed" in page
    token = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', page)[0], "words": "x"}
    assert (await client.post(f"/panel/tips/{reference}/release", data=token)).status_code == 403
    assert (await client.post(f"/panel/tips/{reference}/hold", data=token)).status_code == 403
    after(watch, 4000)
    assert not (await night(house)).content
    await do(house, "DELETE FROM tip_hold")
    assert (await night(house)).content == {"closed": 1, "duplicate": 1}
    await client.aclose()


async def test_the_word_delete_destroys_the_way_back_at_once(both_houses: House, tmp_path: Path, watch: Watch) -> None:
    house = both_houses
    await tell(house)
    marks = await marks_of(house)
    await say(house, "delete", "=erase:yes")
    assert await left_of(house, tmp_path, marks.address) == []
    assert set(await left_of(house, tmp_path, marks.content)) == set(marks.content)
    await do(house, "UPDATE outbox SET due = 0")
    await house.work()
    assert (
        await values(
            house,
            "SELECT channel FROM return_address UNION SELECT channel FROM conversation UNION SELECT channel FROM outbox",
        )
        == []
    )


async def test_an_answer_to_a_tip_that_was_just_destroyed_is_not_lost(both_houses: House, watch: Watch) -> None:
    """The conversation still knows the tip: what is added lives in it, until its own time is over."""
    house = both_houses
    receipt = await tell(house)
    await say(house, receipt)
    await close(house)
    await do(house, "UPDATE tip SET changed_hour = 0")
    assert (await purge(house.core)).content == {"closed": 1}
    await say(house, "they are back")
    assert await values(house, "SELECT kind FROM message") == ["addition"]
    assert await values(house, "SELECT destroyed FROM tip") == [None]
    client = await officer(house, watch)
    (reference,) = await values(house, "SELECT reference FROM tip")
    assert "they are back" in (await client.get(f"/panel/tips/{reference}")).text
    await client.aclose()


async def fill(house: House, number: int) -> None:
    """Closed tips of long ago."""
    rows = Rows()
    for at in range(number):
        letter = Letter(pieces=(Piece(text=f"account {at}"),))
        one = NewTip(
            "simulator", "hi", "gambling", "", "", frozenset(), frozenset({"range/varanasi"}), letter, f"r{at}", at
        )
        open_tip(rows, house.core.keeper.seal, one)
    async with house.core.store.write() as db:
        await rows.write(db)
    await do(house, "UPDATE tip SET status = 'closed'")


async def test_two_workers_destroy_each_tip_once(tmp_path: Path, both_houses: House) -> None:
    house = both_houses
    await fill(house, 450)
    url = house.core.settings.database_url.get_secret_value()
    async with house_at(tmp_path, url) as second:
        one, other = await asyncio.gather(purge(house.core), purge(second.core))
        assert one.content["closed"] + other.content["closed"] == 450
        assert one.rows["message"] + other.rows["message"] == 450
        assert not (await purge(second.core)).content
    assert await values(house, "SELECT count(*) FROM message") == [0]
    assert await values(house, "SELECT count(*) FROM tip WHERE destroyed IS NOT NULL") == [450]
    assert await wrong(house.core.store) == [], "no clock runs, and their lists know"
    async with house.core.store.read() as db:
        assert await verify(db) is None


async def test_what_a_dead_worker_left_behind_is_collected(
    both_houses: House, tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies between the commit, with which the keys are gone, and the deletion of the ciphertexts."""
    house = both_houses
    await tell(house)
    marks = await marks_of(house)
    await close(house)
    after(watch, 1095)
    await tell(house, "919876500078")
    (living,) = await values(
        house, "SELECT blob FROM evidence WHERE tip_id IN (SELECT id FROM tip WHERE status = 'received')"
    )
    foreign = tmp_path / "evidence" / "lost+found" / ("0" * 32)
    foreign.parent.mkdir()
    foreign.write_text("not ours")

    async def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(purging, "delete_blobs", die)
        with pytest.raises(KeyboardInterrupt):
            await purge(house.core)
    assert await values(house, "SELECT blob FROM evidence") == [living]
    names = [path.name for path in (tmp_path / "evidence").rglob("*") if path.is_file()]
    assert set(marks.blobs) <= set(names)
    watch.seconds += 2 * DAY
    purged = await night(house)
    assert purged.orphans == len(marks.blobs)
    assert await left_of(house, tmp_path, marks.content) == []
    assert sorted(path.name for path in (tmp_path / "evidence").rglob("*") if path.is_file()) == sorted(
        (living, foreign.name)
    )


async def test_every_column_that_names_a_ciphertext_is_looked_at_before_one_is_deleted() -> None:
    """Should a file get a second ciphertext, it must be added where orphans are looked for."""
    named = {column.key for column in discarding.NAMED_IN}
    columns = {
        column.name for table in ("evidence", "upload_part") for column in SQLModel.metadata.tables[table].columns
    }
    assert named == {name for name in columns if "blob" in name or f"{name}_key" in columns}


async def test_hashes_of_messages_go_when_no_provider_repeats_them_any_more(both_houses: House, watch: Watch) -> None:
    """Whatever they begin with."""
    today, rows = day_of(now()), Rows()
    for first in string.hexdigits.lower()[:16]:
        for table in (SeenEvent, SentPart):
            rows.put(table, key=f"{first}{'0' * 31}", day=today)
            rows.put(table, key=f"{first}{'f' * 31}", day=today + 1)
    async with both_houses.core.store.write() as db:
        await rows.write(db)
    for days, gone, left in ((8, 0, 32), (9, 16, 16), (10, 16, 0)):
        after(watch, days)
        purged = await purge(both_houses.core)
        for table in ("seen_event", "sent_part"):
            assert purged.rows[table] == gone
            assert await values(both_houses, f"SELECT count(*) FROM {table}") == [left]


async def test_the_command_counts_and_names_nobody(
    both_houses: House, watch: Watch, capsys: pytest.CaptureFixture[str]
) -> None:
    house = both_houses
    await tell(house)
    await close(house)
    (tip,) = await values(house, "SELECT id FROM tip")
    after(watch, 2000)
    await command.run(house.core.settings, dry=True)
    assert capsys.readouterr().out.splitlines() == [
        "content would be destroyed: closed 1",
        "files would be destroyed: closed 1",
        "address would be destroyed: closed 1",
    ]
    assert await values(house, "SELECT count(*) FROM message") == [1]
    await command.run(house.core.settings, dry=False)
    said = capsys.readouterr().out
    assert "content destroyed: closed 1" in said
    assert tip not in said
    assert await values(house, "SELECT count(*) FROM message") == [0]
    await command.run(house.core.settings, dry=False)
    assert "content destroyed: nothing" in capsys.readouterr().out
