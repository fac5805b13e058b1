"""Films of recorders, whose makers put a header of their own before them, are found behind it."""

import io
import random
import struct

import av
import pytest

from satark.evidence.cleaners import clean_file
from satark.evidence.kinds import Family, Kind, kind_behind_header
from satark.evidence.report import LeftOut, Mime, NotClean, Reason, Report
from tests.evidence.test_what_is_seen import NAMES, film, played, quarters, seen

PICTURES = [quarters()] * 30
HIKVISION = b"IMKH" + bytes.fromhex("01010200001000000e00000000000000") + bytes(20)


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def cleaned(data: bytes) -> tuple[Report, bytes]:
    target = io.BytesIO()
    report = clean_file(io.BytesIO(data), target, as_spoken=False)
    return report, target.getvalue()


def program_stream() -> bytes:
    return film(PICTURES, "vob", "mpeg2video", rate=25)


def transport_stream() -> bytes:
    return film(PICTURES, "mpegts", rate=25)


def packets_of_192() -> bytes:
    """As Blu-ray and some recorders write it: a time before each packet."""
    data = transport_stream()
    return b"".join(b"\0\0\0\x01" + data[at : at + 188] for at in range(0, len(data), 188))


def bare(codec: str = "libx264", form: str = "h264") -> bytes:
    return film(PICTURES, form, codec, rate=25)


def dahua() -> bytes:
    """Frames of H.264, each between `DHAV` and `dhav`, with a length, a time and what it is."""
    with av.open(io.BytesIO(bare()), format="h264") as media:
        packets = [bytes(packet) for packet in media.demux(video=0) if packet.size]
    frames = []
    more = bytes([0x81, 0, 2, 25]) + bytes([0x80, 0, 96 // 8, 64 // 8])
    for number, packet in enumerate(packets):
        size = 24 + len(more) + len(packet) + 8
        head = struct.pack("<4sBBBBIIIHBB", b"DHAV", 0xFD if number == 0 else 0xFC, 0, 1, 0, number, size, 1_600_000_000,
                           number * 40 & 0xFFFF, len(more), 0)  # fmt: skip
        frames.append(head + more + packet + struct.pack("<4sI", b"dhav", size))
    return b"".join(frames)


@pytest.mark.parametrize(
    ("data", "demuxer"),
    [
        (HIKVISION + program_stream(), "mpeg"),
        (b"DAHUA".ljust(1024, b"\0") + dahua(), "dhav"),
        (noise(3000) + dahua(), "dhav"),
        (noise(777) + transport_stream(), "mpegts"),
        (b"\0" * 5000 + packets_of_192(), "mpegts"),
        (noise(512) + film(PICTURES, "mp4"), "mp4"),
        (noise(100_000) + film(PICTURES, "matroska"), "matroska"),
        (noise(64) + film(PICTURES, "avi", "mpeg4"), "avi"),
    ],
    ids="hikvision dahua dahua-late late-transport-stream packets-of-192 mp4 matroska avi".split(),
)
def test_a_film_is_found_behind_a_header(data: bytes, demuxer: str) -> None:
    report, made = cleaned(data)
    assert (report.mime, report.left_out) == (Mime.VIDEO, ())
    assert seen(played(made)) == NAMES
    with av.open(io.BytesIO(made)) as media:
        assert len(list(media.decode(video=0))) >= 25
    assert data.startswith(b"DAHUA") or kind_behind_header(data).format == demuxer


@pytest.mark.parametrize("header", [b"", b"\0\0\x01\xfc" + bytes(12), noise(600)])
@pytest.mark.parametrize(("codec", "form"), [("libx264", "h264"), ("libx265", "hevc")])
def test_a_bare_stream_is_shown_and_that_its_sound_is_not_there_is_said(header: bytes, codec: str, form: str) -> None:
    report, made = cleaned(header + bare(codec, form))
    assert (report.mime, report.left_out) == (Mime.VIDEO, (LeftOut.RECORDER_SOUND,))
    assert seen(played(made)) == NAMES


def test_files_whose_beginning_is_known_are_not_searched() -> None:
    with pytest.raises(NotClean) as found:
        cleaned(b"PK\x03\x04" + bytes(100) + transport_stream())
    assert found.value.reason == Reason.ARCHIVE


def test_noise_is_no_film() -> None:
    assert kind_behind_header(noise(2**20)) == Kind(Family.NONE)
    assert kind_behind_header(b"\x47" * 100) == Kind(Family.NONE)
    assert kind_behind_header(b"") == Kind(Family.NONE)
