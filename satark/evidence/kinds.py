"""What a file is, by its first bytes; its name and what the sender calls it count for nothing."""

from dataclasses import dataclass
from enum import Enum

from satark.evidence.report import Reason

HEAD = 4096
"""How many bytes are looked at."""


class Family(Enum):
    PICTURE = "picture"
    MEDIA = "media"
    PDF = "pdf"
    NONE = "none"


@dataclass(frozen=True)
class Kind:
    """`format` is Pillow's or FFmpeg's own name of it; `reason` is why a file of no family is withheld."""

    family: Family
    format: str = ""
    reason: Reason = Reason.KIND


# Containers that can name other files (playlists, concat) are not among them.
STARTS = (
    (b"\xff\xd8\xff", Kind(Family.PICTURE, "JPEG")),
    (b"\x89PNG\r\n\x1a\n", Kind(Family.PICTURE, "PNG")),
    (b"GIF8", Kind(Family.PICTURE, "GIF")),
    (b"BM", Kind(Family.PICTURE, "BMP")),
    (b"\x1aE\xdf\xa3", Kind(Family.MEDIA, "matroska")),
    (b"OggS", Kind(Family.MEDIA, "ogg")),
    (b"#!AMR", Kind(Family.MEDIA, "amr")),
    (b"fLaC", Kind(Family.MEDIA, "flac")),
    (b"ID3", Kind(Family.MEDIA, "mp3")),
    (b"FLV\x01", Kind(Family.MEDIA, "flv")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Kind(Family.MEDIA, "asf")),
    (b"\0\0\x01\xba", Kind(Family.MEDIA, "mpeg")),
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
BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
AVIF = {b"avif", b"avis"}
HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
PROGRAM_PARTS = (b"AndroidManifest.xml", b"classes.dex", b"META-INF/MANIFEST.MF")
OFFICE_PARTS = (b"[Content_Types].xml", b"_rels/", b"word/", b"xl/", b"ppt/", b"mimetypeapplication/")
MPEG_TS_PACKET = 188


def kind_of_content(head: bytes) -> Kind:
    """`head` is the first HEAD bytes."""
    if head[4:8] in BOXES:
        return _iso(head)
    if head[:4] == b"RIFF":
        return RIFFS.get(head[8:12], Kind(Family.NONE))
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
    return Kind(Family.NONE, reason=Reason.HEIC) if brands & HEIC else Kind(Family.MEDIA, "mp4")


def _zip(head: bytes) -> Reason:
    """By the names that stand in the clear at its beginning: it is not opened."""
    if any(part in head for part in PROGRAM_PARTS):
        return Reason.PROGRAM
    return Reason.OFFICE if any(part in head for part in OFFICE_PARTS) else Reason.ARCHIVE


def _without_a_name(head: bytes) -> Kind:
    if head[:1] == b"\x47" and head[MPEG_TS_PACKET : MPEG_TS_PACKET + 1] == b"\x47":
        return Kind(Family.MEDIA, "mpegts")
    if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE0 == 0xE0:
        # The two bits of the layer: none is AAC, and the second lowest MP3.
        return Kind(Family.MEDIA, "mp3" if head[1] & 0x06 else "aac")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"begin:vcard"):
        return Kind(Family.NONE, reason=Reason.CONTACT)
    return Kind(Family.NONE, reason=Reason.WEB if text.startswith(b"<") else Reason.KIND)
