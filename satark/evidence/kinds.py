"""What a file is, by its first bytes; its name and what the sender calls it count for nothing.

Recorders of cameras put a header of their maker before a film that is of a known kind: it is looked for behind that.
"""

import re
from dataclasses import dataclass
from enum import Enum

from satark.evidence.report import Reason

HEAD = 4096
"""How many bytes are looked at; of what begins like nothing that is known, RECORDER_HEAD."""
RECORDER_HEAD = 2**20


class Family(Enum):
    PICTURE = "picture"
    MEDIA = "media"
    PDF = "pdf"
    NONE = "none"


@dataclass(frozen=True)
class Kind:
    """`format` is Pillow's or FFmpeg's own name of it; `reason` is why a file of no family is withheld. `start` is at which
    byte it begins, behind the header of a recorder."""

    family: Family
    format: str = ""
    reason: Reason = Reason.KIND
    start: int = 0


# Containers that can name other files (playlists, concat) are not among them.
STARTS = (
    (b"\xff\xd8\xff", Kind(Family.PICTURE, "JPEG")),
    (b"\x89PNG\r\n\x1a\n", Kind(Family.PICTURE, "PNG")),
    (b"GIF8", Kind(Family.PICTURE, "GIF")),
    (b"BM", Kind(Family.PICTURE, "BMP")),
    (b"II*\0", Kind(Family.PICTURE, "TIFF")),
    (b"MM\0*", Kind(Family.PICTURE, "TIFF")),
    (b"II+\0", Kind(Family.PICTURE, "TIFF")),
    (b"MM\0+", Kind(Family.PICTURE, "TIFF")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Kind(Family.PICTURE, "JPEG2000")),
    (b"\xff\x4f\xff\x51", Kind(Family.PICTURE, "JPEG2000")),
    (b"\x1aE\xdf\xa3", Kind(Family.MEDIA, "matroska")),
    (b"OggS", Kind(Family.MEDIA, "ogg")),
    (b"#!AMR", Kind(Family.MEDIA, "amr")),
    (b"fLaC", Kind(Family.MEDIA, "flac")),
    (b"ID3", Kind(Family.MEDIA, "mp3")),
    (b"FLV\x01", Kind(Family.MEDIA, "flv")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Kind(Family.MEDIA, "asf")),
    (b"\0\0\x01\xba", Kind(Family.MEDIA, "mpeg")),
    (b"\0\0\x01\xb3", Kind(Family.MEDIA, "mpegvideo")),
    (b"DHAV", Kind(Family.MEDIA, "dhav")),
    (b"DAHUA", Kind(Family.MEDIA, "dhav")),
    (b"caff", Kind(Family.MEDIA, "caf")),
    (b".snd", Kind(Family.MEDIA, "au")),
    (b"\xd0\xcf\x11\xe0", Kind(Family.NONE, reason=Reason.OFFICE)),
    (b"{\\rtf", Kind(Family.NONE, reason=Reason.OFFICE)),
    (b"MZ", Kind(Family.NONE, reason=Reason.PROGRAM)),
    (b"\x7fELF", Kind(Family.NONE, reason=Reason.PROGRAM)),
    (b"dex\n", Kind(Family.NONE, reason=Reason.PROGRAM)),
    (b"Rar!", Kind(Family.NONE, reason=Reason.ARCHIVE)),
    (b"7z\xbc\xaf", Kind(Family.NONE, reason=Reason.ARCHIVE)),
    (b"\x1f\x8b", Kind(Family.NONE, reason=Reason.ARCHIVE)),
)
# What stands after RIFF and its size, and after the size of the first box of QuickTime and its children.
RIFFS = {
    b"WEBP": Kind(Family.PICTURE, "WEBP"),
    b"WAVE": Kind(Family.MEDIA, "wav"),
    b"AVI ": Kind(Family.MEDIA, "avi"),
}
AIFFS = (b"AIFF", b"AIFC")
BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
AVIF = {b"avif", b"avis"}
HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
PROGRAM_PARTS = (b"AndroidManifest.xml", b"classes.dex", b"META-INF/MANIFEST.MF")
OFFICE_PARTS = (b"[Content_Types].xml", b"_rels/", b"word/", b"xl/", b"ppt/", b"mimetypeapplication/")
# Without, with a time before, and with a check sum behind.
MPEG_TS_PACKETS = (188, 192, 204)
MPEG_TS_SYNC, MPEG_TS_IN_A_ROW = b"\x47", 6
MPEG_TS_TIME = 4
# How Windows begins a text of two bytes a letter; of sound only a layer that nobody uses begins so.
UTF_16 = b"\xff\xfe"
# Where a film may begin behind the header of a recorder: by what stands at so many bytes from its beginning.
RECORDED = (
    (re.compile(rb"DHAV[\xf0\xf1\xfc\xfd]"), 0, "dhav"),
    (re.compile(rb"ftyp(?:isom|iso\d|mp4\d|avc1|qt  |3gp\d|MSNV|M4V )"), 4, "mp4"),
    (re.compile(rb"\x00\x00\x01\xba[\x21-\x2f\x44-\x7f]"), 0, "mpeg"),
    (re.compile(rb"RIFF....AVI LIST", re.DOTALL), 0, "avi"),
    (re.compile(rb"\x1aE\xdf\xa3.{1,64}?(?:matroska|webm)", re.DOTALL), 0, "matroska"),
)
# A bare stream: the table of a sequence of H.264 (of the common profiles), or the first of H.265.
BARE = (
    (re.compile(rb"\x00\x00\x01[\x27\x47\x67][\x42\x4d\x58\x64\x6e\x7a]"), "h264"),
    (re.compile(rb"\x00\x00\x01\x40\x01\x0c"), "hevc"),
)


def kind_of_content(head: bytes) -> Kind:
    """`head` is the first HEAD bytes, or more."""
    if not head:
        return Kind(Family.NONE, reason=Reason.EMPTY)
    if head[4:8] in BOXES:
        return _iso(head)
    if head[:4] == b"RIFF":
        return RIFFS.get(head[8:12], Kind(Family.NONE))
    if head[:4] == b"FORM":
        return Kind(Family.MEDIA, "aiff") if head[8:12] in AIFFS else Kind(Family.NONE)
    if head[:2] == b"PK":
        return Kind(Family.NONE, reason=_zip(head))
    for start, kind in STARTS:
        if head.startswith(start):
            return kind
    if b"%PDF-" in head[:1024]:
        return Kind(Family.PDF)
    return _without_a_name(head)


def _iso(head: bytes) -> Kind:
    size = int.from_bytes(head[:4])
    brands = {head[at : at + 4] for at in range(8, min(size, 128), 4)} if head[4:8] == b"ftyp" else set()
    if brands & AVIF:
        return Kind(Family.PICTURE, "AVIF")
    return Kind(Family.PICTURE, "HEIF") if brands & HEIC else Kind(Family.MEDIA, "mp4")


def _zip(head: bytes) -> Reason:
    """By the names that stand in the clear at its beginning: it is not opened."""
    if any(part in head for part in PROGRAM_PARTS):
        return Reason.PROGRAM
    return Reason.OFFICE if any(part in head for part in OFFICE_PARTS) else Reason.ARCHIVE


def _without_a_name(head: bytes) -> Kind:
    if _is_transport_stream(head, 0) or _is_transport_stream(head, MPEG_TS_TIME):
        return Kind(Family.MEDIA, "mpegts")
    if head[:1] == b"\xff" and head[:2] != UTF_16 and len(head) > 1 and head[1] & 0xE0 == 0xE0:
        # The two bits of the layer: none is AAC, and the second lowest MP3.
        return Kind(Family.MEDIA, "mp3" if head[1] & 0x06 else "aac")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"begin:vcard"):
        return Kind(Family.NONE, reason=Reason.CONTACT)
    return Kind(Family.NONE, reason=Reason.WEB if text.startswith(b"<") else Reason.KIND)


def kind_behind_header(head: bytes) -> Kind:
    """Of what begins like nothing that is known: the film that begins behind the header of a recorder. `head` is the first
    RECORDER_HEAD bytes."""
    for pattern, back, name in RECORDED:
        found = pattern.search(head)
        if found and found.start() >= back:
            return Kind(Family.MEDIA, name, start=found.start() - back)
    start = _transport_stream_in(head)
    if start is not None:
        return Kind(Family.MEDIA, "mpegts", start=start)
    for pattern, name in BARE:
        if found := pattern.search(head):
            return Kind(Family.MEDIA, name, start=max(0, found.start() - 1))
    return Kind(Family.NONE)


def _is_transport_stream(head: bytes, at: int) -> bool:
    """Whether packets begin at this byte: as many as there are, up to MPEG_TS_IN_A_ROW, and two at least."""
    for packet in MPEG_TS_PACKETS:
        syncs = head[at : at + packet * MPEG_TS_IN_A_ROW : packet]
        if len(syncs) > 1 and not syncs.strip(MPEG_TS_SYNC):
            return True
    return False


def _transport_stream_in(head: bytes) -> int | None:
    at = head.find(MPEG_TS_SYNC)
    while 0 <= at < len(head) - MPEG_TS_PACKETS[-1] * MPEG_TS_IN_A_ROW:
        if _is_transport_stream(head, at):
            return at
        at = head.find(MPEG_TS_SYNC, at + 1)
    return None
