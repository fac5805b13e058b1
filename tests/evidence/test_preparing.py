"""From the file that came to what an officer sees, in a whole house, on both databases."""

import asyncio
import io
from typing import Any

import pypdf
import pytest
from sqlalchemy import text

from conftest import House
from satark.commands.check import _sandbox
from satark.evidence import preparing
from satark.evidence.discarding import discard_abandoned
from satark.evidence.preparing import MOST_ATTEMPTS, prepare_due
from satark.evidence.sandbox import Down
from satark.evidence.schedule import LEASE
from satark.store.clock import now
from satark.store.sealing import Locker
from tests.evidence import samples
from tests.evidence.samples import pieces
from tests.evidence.test_voices import told
from tests.evidence.test_what_is_heard import film, still, tone
from tests.panel.test_work import KOTWALI, desk_of
from tests.promises.test_p3_two_tips_cannot_be_linked import tell


async def row_of(house: House, evidence: str) -> Any:
    async with house.core.store.read() as db:
        return (await db.execute(text("SELECT * FROM evidence WHERE id = :id"), {"id": evidence})).one()


async def due_now(house: House) -> None:
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE evidence SET due = 0"))
    house.core.keeper.pauses.end_all()


async def kept(house: House, data: bytes, mime: str = "image/jpeg") -> str:
    return await house.core.keeper.keep(pieces(data), mime, 2**24)


async def put_on_the_tip(house: House, evidence: str) -> str:
    """Give the file to the only tip. Returns its reference."""
    async with house.core.store.write() as db:
        tip = (await db.execute(text("SELECT id, reference FROM tip"))).one()
        await db.execute(text("UPDATE evidence SET tip_id = :tip WHERE id = :id"), {"tip": tip.id, "id": evidence})
    return str(tip.reference)


def blobs_in(house: House) -> set[str]:
    return {path.name for path in (house.core.settings.data_dir / "evidence").rglob("*") if path.is_file()}


async def test_a_film_gets_a_poster_and_a_recording_a_waveform_for_who_may_see_it(both_houses: House) -> None:
    house = both_houses
    await tell(house, "910000000001", 1)
    film, voice = await kept(house, samples.mp4(), "video/mp4"), await kept(house, samples.wav(), "audio/wav")
    for one in (film, voice):
        await put_on_the_tip(house, one)
    await house.work()
    row, heard = await row_of(house, film), await row_of(house, voice)
    assert (row.state, row.mime, row.peaks) == ("ready", "video/mp4", None)
    assert blobs_in(house) == {row.blob, row.poster, heard.blob}
    dig = await desk_of(house, "dig", "range/varanasi")
    poster = await dig.client.get(f"/panel/evidence/{film}/poster")
    assert (poster.headers["content-type"], poster.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert "sandbox" in poster.headers["content-security-policy"]
    peaks = (await dig.client.get(f"/panel/evidence/{voice}/peaks")).json()["peaks"]
    assert 0 < len(peaks) <= 300
    assert max(peaks) > 100
    assert await dig.value("SELECT count(*) FROM audit_entry WHERE action = 'glimpse'") == 2
    sho = await desk_of(house, "sho", KOTWALI)
    for path in (film, f"{film}/poster", voice, f"{voice}/peaks"):
        assert (await sho.client.get(f"/panel/evidence/{path}")).status_code == 404
    for desk in (dig, sho):
        await desk.client.aclose()


async def test_what_is_kept_beside_a_file_is_locked(house: House) -> None:
    """One picture in two tips: nothing at rest says so but to who has `search.key` (P3)."""
    rows = []
    for _ in range(2):
        evidence = await kept(house, samples.saved(samples.scene(), "JPEG"))
        await house.work()
        rows.append(await row_of(house, evidence))
    locker = Locker(house.core.keys["search.key"])
    assert locker.open(rows[0].looks) == locker.open(rows[1].looks)
    for name in ("looks", "key", "blob"):
        assert getattr(rows[0], name) != getattr(rows[1], name)
    assert len({len(row.looks) for row in rows}) == 1


async def test_a_document_is_a_download_and_a_photo_is_shown(house: House) -> None:
    await tell(house, "910000000001", 1)
    dig = await desk_of(house, "dig", "range/varanasi")
    for data, disposition in ((samples.pdf(), "attachment"), (samples.jpeg(), "inline")):
        evidence = await kept(house, data)
        await put_on_the_tip(house, evidence)
        await house.work()
        answer = await dig.client.get(f"/panel/evidence/{evidence}")
        assert answer.headers["content-disposition"].partition(";")[0] == disposition
        for part in ("/poster", "/peaks"):
            assert (await dig.client.get(f"/panel/evidence/{evidence}{part}")).status_code == 404
    await dig.client.aclose()


async def test_what_nobody_claimed_is_destroyed_with_its_poster(house: House) -> None:
    evidence = await kept(house, samples.mp4(), "video/mp4")
    await house.work()
    assert len(blobs_in(house)) == 2
    async with house.core.store.write() as db:
        await db.execute(text("UPDATE evidence SET hour = hour - 48 WHERE id = :id"), {"id": evidence})
    assert await discard_abandoned(house.core.keeper) == 1
    assert blobs_in(house) == set()


async def test_files_are_prepared_in_any_number_of_jobs_once_each(house: House) -> None:
    for number in range(6):
        await kept(house, samples.saved(samples.scene(number), "JPEG"))
    await kept(house, b"<html>")

    async def never(channel: str, source: bytes) -> Any:
        raise AssertionError

    steps = await asyncio.gather(*(prepare_due(house.core.keeper, never, 2**24) for _ in range(5)))
    assert sum(steps) == 7
    async with house.core.store.read() as db:
        rows = (await db.execute(text("SELECT state, reason, attempts FROM evidence ORDER BY state, reason"))).all()
    assert [tuple(row) for row in rows] == [("ready", "", 1)] * 6 + [("withheld", "web_page", 1)]


async def test_a_sandbox_that_is_down_costs_no_file(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = await kept(house, samples.jpeg())

    async def down(data: Any, *, as_spoken: bool) -> Any:
        raise Down

    with monkeypatch.context() as patched:
        patched.setattr(house.core.keeper.sandbox, "clean", down)
        for _ in range(MOST_ATTEMPTS + 1):
            await house.work()
            await due_now(house)
    assert (await row_of(house, evidence)).state == "kept"
    await house.work()
    assert (await row_of(house, evidence)).state == "ready"


async def test_a_file_that_takes_long_stays_out_of_reach_of_other_workers(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence, clean = await kept(house, samples.jpeg()), house.core.keeper.sandbox.clean
    monkeypatch.setattr(preparing, "RENEWED_EVERY", 0.01)

    async def slowly(data: Any, *, as_spoken: bool) -> Any:
        await due_now(house)
        async with asyncio.timeout(30):
            while (await row_of(house, evidence)).due < now() + LEASE - 5:
                await asyncio.sleep(0.01)
        return await clean(data, as_spoken)

    monkeypatch.setattr(house.core.keeper.sandbox, "clean", slowly)
    await house.work()
    assert (await row_of(house, evidence)).state == "ready"


def test_the_sandbox_of_this_machine_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """What `satark doctor` says of it."""
    assert asyncio.run(_sandbox())
    assert "no network, no files, no processes" in capsys.readouterr().out


async def pages_of(house: House, evidence: str) -> list[str]:
    """What an officer reads of a file: the tip's page, the file's own, the custody note and the certificate."""
    async with house.core.store.read() as db:
        reference = (await db.execute(text("SELECT reference FROM tip"))).scalar_one()
    dig = await desk_of(house, "dig", "range/varanasi")
    paths = (f"/panel/tips/{reference}", f"/panel/evidence/{evidence}/view")
    pages = [(await dig.client.get(path)).text for path in paths]
    note = (await dig.send(f"/panel/evidence/{evidence}/note")).text
    paper = (await dig.send(f"/panel/evidence/{evidence}/certificate", [("locale", "en")])).content
    await dig.client.aclose()
    certified = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper)).pages)
    return [*pages, note, " ".join(certified.split())]


async def test_what_a_clean_file_left_out_is_said_on_its_pages(both_houses: House) -> None:
    house = both_houses
    evidence = await told(house, data=samples.saved(samples.scene(), "JPEG")[:-40], mime="image/jpeg")
    await house.work()
    row = await row_of(house, evidence)
    assert (row.state, row.left_out) == ("ready", "rest")
    for page in await pages_of(house, evidence):
        assert "The file breaks off: its rest never arrived." in page


async def test_a_file_that_came_empty_is_withheld_and_said_to_be_empty(house: House) -> None:
    evidence = await kept(house, b"", "video/mp4")
    await tell(house, "910000000001", 1)
    await put_on_the_tip(house, evidence)
    await house.work()
    assert ((row := await row_of(house, evidence)).state, row.reason) == ("withheld", "empty")
    assert "the file came empty; ask for it again" in (await pages_of(house, evidence))[1]


async def test_a_recording_with_a_cover_shows_it_and_has_another_voice(house: House) -> None:
    evidence = await told(house, data=samples.mp3(), mime="audio/mpeg")
    await house.work()
    row = await row_of(house, evidence)
    assert (row.state, row.mime, row.voice, bool(row.poster)) == ("ready", "audio/mp4", "changed", True)
    for page in (await pages_of(house, evidence))[:2]:
        assert f'<img src="/panel/evidence/{evidence}/poster"' in page


async def test_a_film_of_one_picture_says_that_its_voice_is_another(house: House) -> None:
    evidence = await told(house, data=film([tone(220, 12)], "mp4", still(120)), mime="video/mp4")
    await house.work()
    row = await row_of(house, evidence)
    assert (row.state, row.mime, row.voice) == ("ready", "video/mp4", "changed")
    for page in (await pages_of(house, evidence))[:3]:
        assert "The voice in this recording was changed." in page
