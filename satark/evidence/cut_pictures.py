"""Fills up a picture that breaks off, of a format whose readers want to see its end before they show its beginning."""

import io
import os
from typing import IO

BOXED = frozenset({"HEIF", "AVIF", "JPEG2000"})
# What is put in place of what is missing. A reader of AVIF may take one for damage and another not: each is tried.
FILLINGS = {"AVIF": (0, *range(255, 0, -12))}
# No more is made up than a picture is likely to have.
MOST_MISSING_BYTES = 2**26
SHORT, LONG, LONG_SIZE = 8, 16, 1


def fillings(kind: str) -> tuple[int, ...]:
    """The bytes with which to call `filled`, one after the other, until the picture can be read."""
    return FILLINGS.get(kind, (0,))


def filled(source: IO[bytes], kind: str, filling: int = 0) -> tuple[IO[bytes], bool]:
    """The file with one byte again and again for what is missing, and whether anything is. `kind` is Pillow's name of the
    format."""
    there = source.seek(0, os.SEEK_END)
    missing = _said_end(source, kind, there) - there
    source.seek(0)
    if not 0 < missing <= MOST_MISSING_BYTES:
        return source, False
    return io.BytesIO(source.read() + bytes((filling,)) * missing), True


def _said_end(source: IO[bytes], kind: str, there: int) -> int:
    """Where the file says that it ends."""
    if kind == "WEBP":
        source.seek(4)
        return SHORT + int.from_bytes(source.read(4), "little")
    return _end_of_boxes(source, there) if kind in BOXED else there


def _end_of_boxes(source: IO[bytes], there: int) -> int:
    """Of boxes one after the other (ISO/IEC 14496-12, 4.2), each of which begins with its size."""
    at = 0
    while at + SHORT <= there:
        source.seek(at)
        head = source.read(LONG)
        size = int.from_bytes(head[:4])
        if size == LONG_SIZE:
            size = int.from_bytes(head[8:16])
        if size < SHORT:
            # The last one, which goes to the end, or none at all.
            return there
        at += size
    return at
