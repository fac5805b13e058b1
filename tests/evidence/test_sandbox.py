"""P6: what officers see has no metadata, and what cannot be cleaned is withheld and takes nothing down."""

import io
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from satark.evidence.report import Reason
from satark.evidence.sandbox import Clean, Withheld, clean

MARK = "MARK-9f3a"
# What a file must have to be one; anything else that exiftool finds would be a tag.
NEEDED = {"ExifTool", "System", "File", "JFIF", "PNG", "QuickTime", "Track1", "Track2", "Composite"}


async def one(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), 10_000):
        yield data[at : at + 10_000]


def jpeg() -> bytes:
    tags = Image.Exif()
    tags[0x010F], tags[0x0112] = MARK, 6
    tags.get_ifd(0x8825)[1] = "N"
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(
        file, "JPEG", exif=tags, comment=MARK.encode(), icc_profile=MARK.encode() * 9
    )
    return file.getvalue() + b"PK\x03\x04" + MARK.encode()


def png() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", MARK)
    file = io.BytesIO()
    Image.new("RGBA", (60, 40), (1, 2, 3, 4)).save(file, "PNG", pnginfo=info)
    return file.getvalue() + MARK.encode()


def movie(seconds: int = 1) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as made:
        made.metadata.update({"title": MARK, "location": MARK, "comment": MARK})
        video: Any = made.add_stream("libx264", rate=10)
        video.width, video.height, video.pix_fmt = 96, 64, "yuv420p"
        sound: Any = made.add_stream("aac", rate=44_100, layout="mono")
        for number in range(10 * seconds):
            picture = np.full((64, 96, 3), number * 5 % 255, dtype=np.uint8)
            made.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        made.mux(video.encode(None))
        for number in range(43 * seconds):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono")
            frame.rate, frame.pts = 44_100, number * 1024
            made.mux(sound.encode(frame))
        made.mux(sound.encode(None))
    return file.getvalue()


def voice() -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as made:
        made.metadata["artist"] = MARK
        sound: Any = made.add_stream("libopus", rate=48_000, layout="mono")
        for number in range(50):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 960), dtype=np.int16), format="s16", layout="mono")
            frame.rate, frame.pts = 48_000, number * 960
            made.mux(sound.encode(frame))
        made.mux(sound.encode(None))
    return file.getvalue()


def tags_of(path: Path) -> dict[str, str]:
    """What exiftool, which nobody here wrote, finds."""
    out = subprocess.run(["exiftool", "-a", "-G1", "-j", str(path)], capture_output=True, check=True, text=True).stdout
    found: dict[str, str] = json.loads(out)[0]
    return found


@pytest.mark.parametrize(
    ("make", "mime"), [(jpeg, "image/jpeg"), (png, "image/png"), (movie, "video/mp4"), (voice, "audio/mp4")]
)
async def test_nothing_but_the_picture_and_the_sound_passes(tmp_path: Path, make: Any, mime: str) -> None:
    original = make()
    assert MARK.encode() in original
    result = await clean(one(original))
    assert isinstance(result, Clean)
    data = b"".join([chunk async for chunk in result.chunks()])
    result.close()
    assert result.mime == mime
    assert len(result.sha256) == 64
    for trace in (MARK.encode(), MARK.encode("utf-16-le"), b"Lavf", b"Lavc", b"x264", b"Exif"):
        assert trace not in data
    path = tmp_path / "clean"
    path.write_bytes(data)
    groups = {name.split(":")[0] for name in tags_of(path) if ":" in name}
    assert groups <= NEEDED


async def test_a_photo_is_turned_upright() -> None:
    result = await clean(one(jpeg()))
    assert isinstance(result, Clean)
    data = b"".join([chunk async for chunk in result.chunks()])
    result.close()
    assert Image.open(io.BytesIO(data)).size == (40, 60)


def bomb() -> bytes:
    file = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.KIND),
        (b"<html><script>alert(1)</script>", Reason.KIND),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', Reason.KIND),
        (b"%PDF-1.7\n", Reason.KIND),
        (b"PK\x03\x04" + b"\0" * 100, Reason.KIND),
        (b"#EXTM3U\nhttp://127.0.0.1:1/x.ts\n", Reason.KIND),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", Reason.KIND),
        (bomb(), Reason.PIXELS),
        (movie()[:2000], Reason.UNREADABLE),
        (jpeg()[:150], Reason.KIND),
        (b"\0\0\0\x20ftypisom" + b"\xff" * 500, Reason.UNREADABLE),
        (b"OggS" + b"\xff" * 500, Reason.UNREADABLE),
        (b"\x1aE\xdf\xa3" + b"\x00" * 500, Reason.UNREADABLE),
    ],
    ids=[
        "empty",
        "html",
        "svg",
        "pdf",
        "zip",
        "playlist",
        "concat",
        "bomb",
        "cut-movie",
        "cut-jpeg",
        "bad-mp4",
        "bad-ogg",
        "bad-mkv",
    ],
)
async def test_what_cannot_be_cleaned_is_withheld(data: bytes, reason: Reason) -> None:
    assert await clean(one(data)) == Withheld(reason)


async def test_a_cleaner_that_dies_is_only_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("satark.evidence.sandbox.SECONDS", 0.0)
    assert await clean(one(jpeg())) == Withheld(Reason.TIME)
    monkeypatch.setattr("satark.evidence.sandbox.SECONDS", 60)
    monkeypatch.setattr("satark.evidence.sandbox.sys.executable", "/bin/false")
    assert await clean(one(jpeg())) == Withheld(Reason.CRASHED)
