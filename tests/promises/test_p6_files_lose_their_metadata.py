"""P6: what officers see has no metadata, and what cannot be cleaned is withheld, and says why."""

import io
import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import av
import pypdfium2
import pytest
from PIL import Image

from satark.evidence.report import LeftOut, Reason
from satark.evidence.sandbox import Clean, Sandbox, Withheld
from tests.evidence import samples
from tests.evidence.samples import CLEANED, MARK, RAW, SIZE, pieces

# What a file must have to be one; anything else that exiftool finds would be a tag.
NEEDED = {"ExifTool", "System", "File", "JFIF", "PNG", "QuickTime", "Track1", "Track2", "Composite", "PDF"}
# Tags of these groups that say whose file it is, when it was made, or by what.
TELLING = {"Title", "Author", "Creator", "Producer", "CreateDate", "ModifyDate", "Comment", "HandlerDescription"}
EMPTY = {"0000:00:00 00:00:00", "VideoHandler", "SoundHandler"}
TRACES = (
    RAW,
    MARK.encode("utf-16-le"),
    MARK.encode("utf-16-be"),
    RAW.hex().encode(),
    b"Lavf",
    b"Lavc",
    b"x264",
    b"Exif",
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


async def whole(result: Clean | Withheld) -> bytes:
    assert isinstance(result, Clean), result
    data = b"".join([chunk async for chunk in result.chunks()])
    result.close()
    return data


def tags_of(data: bytes, path: Path) -> dict[str, str]:
    """What exiftool, which nobody here wrote, finds."""
    path.write_bytes(data)
    asked = ["exiftool", "-a", "-u", "-G1", "-ee", "-j", str(path)]
    found: list[dict[str, str]] = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    return {name: str(value) for name, value in found[0].items() if ":" in name}


def assert_clean(data: bytes, path: Path) -> None:
    assert [trace for trace in TRACES if trace in data] == []
    words = subprocess.run(["strings", "-n", "4"], input=data, capture_output=True, check=True).stdout
    assert MARK[:4].encode() not in words
    tags = tags_of(data, path)
    assert {name.split(":")[0] for name in tags} <= NEEDED
    assert {value for name, value in tags.items() if name.split(":")[1] in TELLING} <= EMPTY


@pytest.mark.parametrize("kind", CLEANED)
async def test_nothing_but_the_picture_and_the_sound_passes(sandbox: Sandbox, kind: str, tmp_path: Path) -> None:
    make, mime = CLEANED[kind]
    original = make()
    assert RAW in original
    result = await sandbox.clean(pieces(original))
    data = await whole(result)
    assert isinstance(result, Clean)
    assert (result.mime, len(result.sha256)) == (mime, 64)
    assert_clean(data, tmp_path / "clean")
    if result.report.poster:
        assert_clean(result.report.poster, tmp_path / "poster")
    # An MP3 came with a cover.
    assert bool(result.report.poster) == (mime == "video/mp4" or kind == "mp3")
    assert bool(result.report.peaks) == (mime == "audio/mp4")
    # It is as clean as a file of one's own, and is taken again.
    again = await sandbox.clean(pieces(data))
    assert isinstance(again, Clean)
    again.close()


async def test_a_photo_is_turned_upright(sandbox: Sandbox) -> None:
    data = await whole(await sandbox.clean(pieces(samples.jpeg())))
    assert Image.open(io.BytesIO(data)).size == (SIZE[1], SIZE[0])


async def test_broken_tags_do_not_cost_the_picture(sandbox: Sandbox) -> None:
    data = await whole(await sandbox.clean(pieces(samples.saved(samples.scene(), "JPEG", exif=b"Exif\0\0nonsense"))))
    assert Image.open(io.BytesIO(data)).size == SIZE


def units_of(packet: bytes) -> list[bytes]:
    """The H.264 units of a packet of an MP4, each after its length."""
    units, at = [], 0
    while at < len(packet):
        size = int.from_bytes(packet[at : at + 4])
        units.append(packet[at + 4 : at + 4 + size])
        at += 4 + size
    return units


def packets_of(data: bytes) -> tuple[list[bytes], list[bytes]]:
    """The units of the video, and the packets of the sound."""
    video: list[bytes] = []
    sound: list[bytes] = []
    with av.open(io.BytesIO(data)) as media:
        for packet in media.demux():
            if packet.stream.type == "video":
                video += units_of(bytes(packet))
            elif packet.stream.type == "audio":
                sound.append(bytes(packet))
    return video, sound


def hidden_in(kind: int) -> bytes:
    """A unit of H.264 with MARK in it: notes of a camera are of kind 6, filling of kind 12, others of none that is known."""
    return bytes([kind]) + RAW + b"\x80"


@pytest.mark.parametrize("form", ["mp4", "mov", "matroska"])
async def test_no_packet_passes_as_it_came(sandbox: Sandbox, form: str, tmp_path: Path) -> None:
    """Whatever hides in the units of a picture, or between the elements of the sound, is gone with them."""
    original = samples.film(form, plain_sound=True, units=[hidden_in(kind) for kind in (6, 12, 24, 30)])
    came, heard = packets_of(original)
    data = await whole(await sandbox.clean(pieces(original)))
    left, said = packets_of(data)
    assert sum(RAW in one for one in came) == 20 * 5
    assert not {one for one in came if one[0] & 31 in (1, 5)} & set(left)
    assert not set(heard) & set(said) - {b""}
    assert {one[0] & 31 for one in left} <= {1, 5, 7, 8}
    assert_clean(data, tmp_path / "clean")


async def test_a_second_description_in_the_middle_of_a_film_does_not_pass(sandbox: Sandbox, tmp_path: Path) -> None:
    film = samples.described_twice()
    with av.open(io.BytesIO(film)) as media:
        packets = [packet for packet in media.demux(video=0) if packet.size]
        assert [packet.has_sidedata("new_extradata") for packet in packets].count(True) == 1
    data = await whole(await sandbox.clean(pieces(film)))
    assert_clean(data, tmp_path / "clean")
    assert not set(packets_of(data)[0]) & set(packets_of(film)[0])
    with av.open(io.BytesIO(data)) as media:
        assert len(list(media.decode(video=0))) == len(packets)


async def test_a_film_starts_with_its_index(sandbox: Sandbox) -> None:
    data = await whole(await sandbox.clean(pieces(samples.mp4())))
    assert data.index(b"moov") < data.index(b"mdat")


async def test_a_film_that_was_cut_is_shown_as_far_as_it_goes(sandbox: Sandbox) -> None:
    whole_film = samples.film("matroska")
    data = await whole(await sandbox.clean(pieces(whole_film[: len(whole_film) * 2 // 3])))
    with av.open(io.BytesIO(data)) as media:
        assert 5 < len(list(media.decode(video=0))) < 20


async def test_the_waveform_tells_loud_from_quiet(sandbox: Sandbox) -> None:
    result = await sandbox.clean(pieces(samples.voice("wav", "pcm_s16le")), as_spoken=True)
    assert isinstance(result, Clean)
    result.close()
    assert 0 < len(result.report.peaks) <= 400
    assert all(110 < peak < 140 for peak in result.report.peaks[2:-2])


async def test_a_pdf_is_pictures_of_its_pages(sandbox: Sandbox) -> None:
    data = await whole(await sandbox.clean(pieces(samples.pdf())))
    document = pypdfium2.PdfDocument(data)
    assert len(document) == 1
    assert [one.type for one in document[0].get_objects()] == [pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
    assert (document.get_metadata_dict(skip_empty=True), document.count_attachments()) == ({}, 0)
    for name in (b"/JavaScript", b"/OpenAction", b"/EmbeddedFile", b"/Metadata", b"/Info"):
        assert name not in data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"<html><script>alert(1)</script>", Reason.WEB),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', Reason.WEB),
        (b"BEGIN:VCARD\nFN:" + RAW, Reason.CONTACT),
        (b"%PDF-1.7\n", Reason.UNREADABLE),
        (samples.long_pdf(), Reason.PAGES),
        (samples.locked_pdf(), Reason.LOCKED),
        (samples.docx_bomb(), Reason.OFFICE),
        (samples.archive(), Reason.ARCHIVE),
        (b"PK\x03\x04" + bytes(26) + b"AndroidManifest.xml", Reason.PROGRAM),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Reason.UNREADABLE),
        (b"#EXTM3U\nhttp://127.0.0.1:1/x.ts\n", Reason.KIND),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", Reason.KIND),
        (samples.png_bomb(), Reason.PIXELS),
        (samples.film()[:2000], Reason.UNREADABLE),
        (samples.jpeg()[:150], Reason.UNREADABLE),
        (b"\0\0\0\x20ftypisom" + b"\xff" * 500, Reason.UNREADABLE),
        (b"OggS" + b"\xff" * 500, Reason.UNREADABLE),
        (b"\x1aE\xdf\xa3" + b"\x00" * 500, Reason.UNREADABLE),
    ],
    ids="empty html svg contact cut-pdf long-pdf locked-pdf docx-bomb zip apk heic playlist concat png-bomb cut-movie "
    "cut-jpeg bad-mp4 bad-ogg bad-mkv".split(),
)  # fmt: skip
async def test_what_cannot_be_cleaned_is_withheld(sandbox: Sandbox, data: bytes, reason: Reason) -> None:
    assert await sandbox.clean(pieces(data)) == Withheld(reason)


def test_each_reason_has_its_words() -> None:
    words = (Path(__file__).parents[2] / "templates/panel/words.html").read_text()
    assert [reason.value for reason in Reason if f'"{reason.value}": _(' not in words] == []


async def one_by_one(data: Any) -> AsyncIterator[bytes]:
    yield data


async def test_a_playlist_in_a_film_s_clothes_opens_nothing(sandbox: Sandbox) -> None:
    """A QuickTime file may say that its pictures are in another file."""
    film = samples.film("mov")
    named = film.replace(b"url \0\0\0\x01", b"url \0\0\0\0")
    result = await sandbox.clean(one_by_one(named))
    if isinstance(result, Clean):
        assert b"root:" not in await whole(result)


def test_each_thing_that_is_left_out_has_its_sentence() -> None:
    words = (Path(__file__).parents[2] / "templates/panel/words.html").read_text()
    assert [one.value for one in LeftOut if f'"{one.value}": _(' not in words] == []
