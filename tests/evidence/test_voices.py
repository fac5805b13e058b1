"""Whose voice is heard in a recording, from the informant's word to what an officer hears; and of the other, nothing is left."""

import html
import io
import itertools
from pathlib import Path
from typing import Any

import av
import numpy as np
import pypdf
import pytest
from sqlalchemy import text

from conftest import House, house_at
from satark.channels.messages import Envelope, Inbound, Kind, Media, MediaKind, Secret
from satark.store.tables import Voice
from tests.evidence import samples
from tests.evidence.samples import pieces
from tests.evidence.speech import ENGLISH, formants_of, pitch_of, speak, wav_of
from tests.evidence.test_disguise import LEAST_PITCH
from tests.panel.test_work import desk_of

SPEAKER = "flite/rms"
PHONE = "910000000077"
WISHED = "by the informant's wish"
CHANGED = "The voice in this recording was changed."


def note() -> bytes:
    return wav_of(speak(ENGLISH, SPEAKER))


def heard(mp4: bytes) -> Any:
    """What a browser plays."""
    with av.open(io.BytesIO(mp4)) as media:
        resampler = av.AudioResampler("dbl", "mono", 16_000)
        frames = [one for frame in media.decode(audio=0) for one in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


async def say(house: House, *said: Inbound | str) -> None:
    """Words are the id of a choice."""
    chat = house.core.registry.channels["simulator"]
    for one in said:
        inbound = Inbound(Kind.CHOICE, choice=one) if isinstance(one, str) else one
        await house.core.door.receive(chat, [Envelope(Secret(PHONE), Secret(f"{PHONE}-{next(numbers)}"), inbound, ())])


numbers = itertools.count()


async def row_of(house: House, evidence: str) -> Any:
    async with house.core.store.read() as db:
        return (await db.execute(text("SELECT * FROM evidence WHERE id = :id"), {"id": evidence})).one()


async def told(house: House, *wishes: str, data: bytes = b"", mime: str = "audio/wav") -> str:
    """A tip with a voice note. Returns the id of its file."""
    kept = await house.core.keeper.keep(pieces(data or note()), mime, 2**24)
    kind = MediaKind.VIDEO if mime.startswith("video/") else MediaKind.AUDIO
    sent = Inbound(Kind.MEDIA, media=Media(kind, kept=kept))
    await say(
        house, "language:en", "category:gambling", sent, *wishes, "done", "at:station/jaunpur/kotwali", "check:send"
    )
    return kept


async def clean_of(house: House, evidence: str) -> bytes:
    opened = await house.core.keeper.open(evidence)
    assert opened is not None
    return b"".join([chunk async for chunk in opened.chunks])


async def test_what_an_officer_hears_is_another_voice(both_houses: House) -> None:
    house = both_houses
    evidence = await told(house)
    await house.work()
    row = await row_of(house, evidence)
    assert (row.state, row.voice, row.mime) == ("ready", Voice.CHANGED, "audio/mp4")
    assert row.original
    factor = pitch_of(heard(await clean_of(house, evidence))) / pitch_of(speak(ENGLISH, SPEAKER))
    assert max(factor, 1 / factor) >= LEAST_PITCH


async def test_who_wants_to_be_heard_is(both_houses: House) -> None:
    house = both_houses
    evidence = await told(house, "voice:own")
    await house.work()
    assert (await row_of(house, evidence)).voice == Voice.OWN
    before, after = speak(ENGLISH, SPEAKER), heard(await clean_of(house, evidence))
    assert pitch_of(after) == pytest.approx(pitch_of(before), rel=0.02)
    assert formants_of(after) == pytest.approx(formants_of(before), rel=0.04)


async def test_nothing_is_done_before_it_is_known_whose_voice_is_wanted(house: House) -> None:
    """Somebody may say so until the tip is sent; a photo need not wait."""
    voice = await house.core.keeper.keep(pieces(note()), "audio/wav", 2**24)
    photo = await house.core.keeper.keep(pieces(samples.jpeg()), "image/jpeg", 2**24)
    await house.work()
    assert [(await row_of(house, one)).state for one in (voice, photo)] == ["kept", "ready"]


async def test_the_sound_of_a_video_stays(house: House) -> None:
    evidence = await told(house, data=samples.mp4(), mime="video/mp4")
    await house.work()
    row = await row_of(house, evidence)
    assert (row.state, row.mime, row.voice) == ("ready", "video/mp4", "")


async def test_a_recording_that_calls_itself_a_document_is_changed_too(house: House) -> None:
    kept = await house.core.keeper.keep(pieces(note()), "application/octet-stream", 2**24)
    await house.work()
    assert (await row_of(house, kept)).voice == Voice.CHANGED


async def test_of_the_original_nothing_is_left_on_disk(tmp_path: Path) -> None:
    """Neither a byte of it, nor its ciphertext, nor the key that would open it: not in the database, nor in its log."""
    async with house_at(tmp_path) as house:
        original = note()
        evidence = await told(house, data=original)
        before = await row_of(house, evidence)
        assert before.state == "kept"
        folder = house.core.settings.data_dir
        ciphertext = b"".join([chunk async for chunk in house.core.keeper.blobs.get(before.blob)])
        assert found_in(folder, bytes(before.key))
        assert found_in(folder, ciphertext[5000:5064])
        await house.work()
        after = await row_of(house, evidence)
        assert (after.state, after.voice, after.original) == ("ready", Voice.CHANGED, before.original)
        for trace in (bytes(before.key), ciphertext[5000:5064], ciphertext[-64:], original[20_000:20_064]):
            assert found_in(folder, trace) == []


def found_in(folder: Path, trace: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and trace in path.read_bytes()]


async def test_the_page_the_note_and_the_certificate_say_so(house: House) -> None:
    dig = await desk_of(house, "dig", "range/varanasi")
    said = {}
    for wish in ((), ("voice:own",)):
        evidence = await told(house, *wish)
        await house.work()
        page = html.unescape((await dig.client.get(f"/panel/evidence/{evidence}/view")).text)
        note = (await dig.send(f"/panel/evidence/{evidence}/note")).text
        paper = (await dig.send(f"/panel/evidence/{evidence}/certificate", [("locale", "en")])).content
        certified = " ".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper)).pages).split())
        said[wish] = (CHANGED in page, CHANGED in note, "does not serve to tell who spoke" in certified)
        assert [WISHED in one.replace("’", "'") for one in (page, certified)] == [bool(wish)] * 2
    assert said == {(): (True, True, True), ("voice:own",): (False, False, False)}
    await dig.client.aclose()
