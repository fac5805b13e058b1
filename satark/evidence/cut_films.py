"""Whether a film or a recording breaks off: whether it ends before it says that it ends."""

import os
from typing import IO

from satark.evidence.offset_file import OffsetFile

Source = IO[bytes] | OffsetFile

# Boxes of which a film consists (ISO/IEC 14496-12): what else stands there may be anything.
FILM_BOXES = frozenset({b"moov", b"mdat", b"moof"})
RIFFS = frozenset({"avi", "wav"})
SEGMENT = b"\x18\x53\x80\x67"
EBML = 4
SHORT, LONG, LONG_SIZE = 8, 16, 1
# Writers differ in whether they count their own head and what fills the last word.
TOLERATED = 16
# Sizes of which this much is set were never filled in: the film was written to the end of the line.
UNKNOWN_RIFF = 0xFFFF_FF00


def is_cut(source: Source, demuxer: str) -> bool:
    """`demuxer` is FFmpeg's name of the container. False where it does not say where it ends."""
    there = source.seek(0, os.SEEK_END)
    if demuxer == "mp4":
        end = _end_of_boxes(source, there)
    elif demuxer in RIFFS:
        end = _end_of_riff(source)
    elif demuxer == "matroska":
        end = _end_of_segment(source)
    else:
        return False
    return end > there + TOLERATED


def _end_of_boxes(source: Source, there: int) -> int:
    at = end = 0
    while at + SHORT <= there:
        source.seek(at)
        head = source.read(LONG)
        size = int.from_bytes(head[:4])
        if size == LONG_SIZE:
            size = int.from_bytes(head[8:16])
        if size < SHORT:
            break
        at += size
        if head[4:8] in FILM_BOXES:
            end = at
    return end


def _end_of_riff(source: Source) -> int:
    source.seek(4)
    size = int.from_bytes(source.read(4), "little")
    return 0 if size >= UNKNOWN_RIFF else SHORT + size


def _end_of_segment(source: Source) -> int:
    """Of Matroska: behind the head, whose size is said, stands the segment, whose size may be (RFC 8794, 6.2)."""
    source.seek(0)
    head = source.read(256)
    size, length = _number(head[EBML:])
    at = EBML + length + size
    if head[at : at + len(SEGMENT)] != SEGMENT:
        return 0
    at += len(SEGMENT)
    size, length = _number(head[at:])
    return 0 if size == 2 ** (7 * length) - 1 else at + length + size


def _number(data: bytes) -> tuple[int, int]:
    """A number of variable length, and its length."""
    length = 9 - data[0].bit_length() if data and data[0] else 1
    return int.from_bytes(data[:length]) & (2 ** (7 * length) - 1), length
