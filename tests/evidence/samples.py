"""Files as citizens and attackers send them, each with a mark where a tag can be."""

import io
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import av
import numpy as np
import pypdf
from PIL import Image, ImageDraw, PngImagePlugin
from pypdf.actions import JavaScript

MARK = "MARK-9f3a"
RAW = MARK.encode()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF/>' + RAW + b"</x:xmpmeta>"
SIZE = (96, 64)


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), 10_000):
        yield data[at : at + 10_000]


def scene(number: int = 0, size: tuple[int, int] = SIZE) -> Image.Image:
    """A picture with something in it; another number is something else."""
    picture = Image.new("RGB", size, (200, 190, 160))
    draw, random = ImageDraw.Draw(picture), np.random.default_rng(number)
    for _ in range(12):
        x, y = (int(random.integers(0, side)) for side in size)
        draw.ellipse((x - 9, y - 9, x + 12, y + 12), fill=tuple(int(one) for one in random.integers(0, 255, 3)))
    return picture


def saved(picture: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def jpeg() -> bytes:
    tags = Image.Exif()
    tags[0x010F], tags[0x0112], tags[0xA431] = MARK, 6, MARK
    tags.get_ifd(0x8825)[1] = "N"
    return saved(scene(), "JPEG", exif=tags, comment=RAW, icc_profile=RAW * 9, xmp=XMP)


def jpeg_and_zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(MARK, RAW)
    return jpeg() + file.getvalue()


def png() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", MARK)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    picture = scene().convert("RGBA")
    picture.putalpha(200)
    return saved(picture, "PNG", pnginfo=info) + RAW


def gif() -> bytes:
    return saved(scene(), "GIF", save_all=True, append_images=[scene(1)], comment=RAW) + RAW


def webp() -> bytes:
    return saved(scene(), "WEBP", save_all=True, append_images=[scene(1)], xmp=XMP, exif=b"Exif\0\0" + RAW)


def avif() -> bytes:
    return saved(scene(), "AVIF", xmp=XMP)


def bmp() -> bytes:
    return saved(scene(), "BMP") + RAW


def note() -> bytes:
    """An H.264 unit as a camera writes it: user data, not of the standard."""
    data = bytes(16) + RAW
    return b"\0\0\0\x01\x06\x05" + bytes([len(data)]) + data + b"\x80"


def film(
    form: str = "mp4", codec: str = "libx264", sound: str = "aac", rate: int = 44_100, frames: int = 20, rotation: int = 0,
    plain_sound: bool = False, units: Sequence[bytes] = (), more: Callable[[Any], None] = lambda made: None,
) -> bytes:  # fmt: skip
    """Ten pictures a second, and a tone; plain sound has no note of its encoder. `units` are put into each picture of H.264."""
    file = io.BytesIO()
    with av.open(file, "w", format=form) as made:
        made.metadata.update({"title": MARK, "location": MARK, "comment": MARK, "artist": MARK})
        made.set_chapters([{"id": 1, "start": 0, "end": 9, "time_base": Fraction(1, 10), "metadata": {"title": MARK}}])
        video: Any = made.add_stream(codec, rate=10)
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        video.metadata["handler_name"] = MARK
        if rotation:
            video.set_display_rotation(rotation)
        tone: Any = made.add_stream(sound, rate=rate, layout="mono")
        if plain_sound:
            tone.codec_context.flags |= av.codec.context.Flags.bitexact
        more(made)
        notes = b"".join((note(), *(b"\0\0\0\x01" + unit for unit in units))) if codec == "libx264" else b""
        for number in range(frames):
            frame = av.VideoFrame.from_image(scene(number // 5))
            _mux(made, video, video.encode(frame), notes)
        _mux(made, video, video.encode(None), notes)
        beep(made, tone, rate, frames / 10)
    return file.getvalue() + RAW


def _mux(made: Any, stream: Any, packets: list[Any], notes: bytes) -> None:
    for packet in packets:
        if notes:
            noted = av.Packet(notes + bytes(packet))
            noted.pts, noted.dts, noted.time_base, noted.stream = packet.pts, packet.dts, packet.time_base, stream
            noted.is_keyframe = packet.is_keyframe
            packet = noted
        made.mux(packet)


def beep(made: Any, stream: Any, rate: int, seconds: float) -> None:
    step = stream.codec_context.frame_size or 1024
    for at in range(0, int(seconds * rate), step):
        wave = (np.sin(np.arange(at, at + step) / rate * 2764) * 16_000).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
        frame.rate, frame.pts = rate, at
        made.mux(stream.encode(frame))
    made.mux(stream.encode(None))


def voice(form: str, codec: str, rate: int = 48_000, tags: bool = True) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=form) as made:
        if tags:
            made.metadata.update({"artist": MARK, "comment": MARK, "METADATA_BLOCK_PICTURE": MARK})
        beep(made, made.add_stream(codec, rate=rate, layout="mono"), rate, 2)
    return file.getvalue()


def box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + kind + data


def mp4() -> bytes:
    """With a place, a camera's notes in the picture, XMP and a tail."""
    return film() + box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + XMP) + box(b"free", RAW) + RAW


def described_twice() -> bytes:
    """A film whose last pictures stand under a description of their own, which holds a camera's note."""
    data = film(plain_sound=True)
    at = {name: data.index(name) - 4 for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"stsc")}

    def grown(start: int, end: int, by: int) -> bytes:
        return (int.from_bytes(data[start : start + 4]) + by).to_bytes(4) + data[start + 4 : end]

    entry = at[b"stsd"] + 16
    config = data.index(b"avcC") - 4
    behind = config + int.from_bytes(data[config : config + 4])
    end = entry + int.from_bytes(data[entry : entry + 4])
    second = grown(entry, config, len(RAW)) + grown(config, behind, len(RAW)) + RAW + data[behind:end]
    names = list(at)
    heads = [grown(at[one], at[other], len(second)) for one, other in pairwise(names[:-1])]
    table = grown(at[b"stsd"], entry - 4, len(second)) + (2).to_bytes(4)
    # Of the two entries of the table that says which picture is where, the second one names the second description.
    named = at[b"stsc"] + 16 + 12 + 8
    chunks = data[end:named] + (2).to_bytes(4) + data[named + 4 :]
    return data[: at[b"moov"]] + b"".join(heads) + table + data[entry:end] + second + chunks


def mov() -> bytes:
    return film("mov")


def mkv() -> bytes:
    return film("matroska", more=lambda made: made.add_attachment(MARK, "text/plain", RAW))


def webm() -> bytes:
    return film("webm", "libvpx", "libopus", 48_000)


def avi() -> bytes:
    return film("avi", "mpeg4", "libmp3lame")


def wav() -> bytes:
    plain = voice("wav", "pcm_s16le")
    more = b"".join(
        kind + struct.pack("<I", len(data)) + data
        for kind, data in (
            (b"bext", RAW.ljust(602, b"\0")),
            (b"LIST", b"INFOIART" + struct.pack("<I", 10) + RAW + b"\0"),
        )
    )
    return plain[:4] + struct.pack("<I", len(plain) + len(more) - 8) + plain[8:12] + more + plain[12:]


def mp3() -> bytes:
    cover = b"\0image/jpeg\0\x03\0" + jpeg()
    frames = b"".join(
        kind + struct.pack(">IH", len(data), 0) + data for kind, data in ((b"TPE1", b"\0" + RAW), (b"APIC", cover))
    )
    size = len(frames)
    head = b"ID3\x03\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return head + frames + voice("mp3", "libmp3lame") + b"TAG" + RAW.ljust(125, b"\0")


def opus() -> bytes:
    return voice("ogg", "libopus")


def m4a() -> bytes:
    return voice("ipod", "aac")


def flac() -> bytes:
    return voice("flac", "flac")


def amr() -> bytes:
    return voice("amr", "libopencore_amrnb", 8000) + RAW


def pdf() -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(saved(scene(size=(400, 300)), "PDF")))
    writer.add_open_action(JavaScript(f"app.alert('{MARK}')"))
    writer.add_attachment(MARK, RAW)
    writer.add_metadata({"/Author": MARK, "/Producer": MARK})
    writer.xmp_metadata = (
        b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax'
        b'-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="' + RAW +
        b'"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )  # fmt: skip
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue() + RAW


def long_pdf() -> bytes:
    page = Image.new("1", (10, 10))
    return saved(page, "PDF", save_all=True, append_images=[page] * 40)


def locked_pdf() -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(saved(scene(), "PDF")))
    writer.encrypt("secret", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def png_bomb() -> bytes:
    """A few bytes that say they are 30,000 pixels wide and high."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(1000))),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def docx_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<x/>")
        made.writestr("word/document.xml", bytes(20_000_000))
    return file.getvalue()


def archive() -> bytes:
    return (
        docx_bomb()
        .replace(b"[Content_Types].xml", b"one-two-three-4.txt")
        .replace(b"word/document.xml", b"a-long-name-here.")
    )


CLEANED: dict[str, tuple[Callable[[], bytes], str]] = {
    "jpeg": (jpeg, "image/jpeg"),
    "jpeg-and-zip": (jpeg_and_zip, "image/jpeg"),
    "png": (png, "image/png"),
    "gif": (gif, "video/mp4"),
    "webp": (webp, "video/mp4"),
    "avif": (avif, "image/jpeg"),
    "bmp": (bmp, "image/jpeg"),
    "mp4": (mp4, "video/mp4"),
    "mov": (mov, "video/mp4"),
    "mkv": (mkv, "video/mp4"),
    "webm": (webm, "video/mp4"),
    "avi": (avi, "video/mp4"),
    "wav": (wav, "audio/mp4"),
    "mp3": (mp3, "audio/mp4"),
    "opus": (opus, "audio/mp4"),
    "m4a": (m4a, "audio/mp4"),
    "flac": (flac, "audio/mp4"),
    "amr": (amr, "audio/mp4"),
    "pdf": (pdf, "application/pdf"),
}
"""What has a clean form: how it is made, and as what it is shown."""
