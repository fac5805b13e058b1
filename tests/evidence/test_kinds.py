"""What a file is, by its first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.evidence.kinds import STARTS, Family, Kind, kind_of_content
from satark.evidence.report import Reason

NONE = Family.NONE


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0", Kind(Family.PICTURE, "JPEG")),
        (b"RIFF\0\0\0\0WEBPVP8 ", Kind(Family.PICTURE, "WEBP")),
        (b"RIFF\0\0\0\0AVI LIST", Kind(Family.MEDIA, "avi")),
        (b"RIFF\0\0\0\0RMID", Kind(NONE)),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isom", Kind(Family.MEDIA, "mp4")),
        (b"\0\0\0\x18ftyp3gp4\0\0\0\x003gp4", Kind(Family.MEDIA, "mp4")),
        (b"\0\0\0\x18ftypmif1\0\0\0\0heic", Kind(Family.PICTURE, "HEIF")),
        (b"\0\0\0\x18ftypmif1\0\0\0\0avif", Kind(Family.PICTURE, "AVIF")),
        (b"\0\0\0\x08wide\0\0\0\0mdat", Kind(Family.MEDIA, "mp4")),
        (b"\xff\xfb\x90", Kind(Family.MEDIA, "mp3")),
        (b"\xff\xf1\x50", Kind(Family.MEDIA, "aac")),
        (b"\x47".ljust(188, b"\0") + b"\x47", Kind(Family.MEDIA, "mpegts")),
        (b"\r\n%PDF-1.4", Kind(Family.PDF)),
        (b"PK\x03\x04" + bytes(26) + b"AndroidManifest.xml", Kind(NONE, reason=Reason.PROGRAM)),
        (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis", Kind(NONE, reason=Reason.OFFICE)),
        (b"PK\x03\x04" + bytes(26) + b"x", Kind(NONE, reason=Reason.ARCHIVE)),
        (b"\xef\xbb\xbf<!DOCTYPE html>", Kind(NONE, reason=Reason.WEB)),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', Kind(NONE, reason=Reason.WEB)),
        (b"BEGIN:VCARD\r\n", Kind(NONE, reason=Reason.CONTACT)),
        (b"#EXTM3U\nhttp://127.0.0.1/x.ts", Kind(NONE)),
        (b"ffconcat version 1.0\nfile /etc/passwd", Kind(NONE)),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1", Kind(NONE)),
        ("दारू".encode("utf-16"), Kind(NONE)),
        (b"", Kind(NONE, reason=Reason.EMPTY)),
    ],
    ids=repr,
)
def test_the_beginning_tells(head: bytes, kind: Kind) -> None:
    assert kind_of_content(head) == kind


@given(st.binary() | st.tuples(st.sampled_from([start for start, _ in STARTS]), st.binary()).map(b"".join))
def test_anything_is_something(head: bytes) -> None:
    kind = kind_of_content(head)
    assert (kind.format == "") == (kind.family in (Family.NONE, Family.PDF))
