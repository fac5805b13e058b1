"""A photo is decoded, turned upright and written anew from its pixels alone: no tag, thumbnail, profile or tail is left.

A moving picture becomes a film (animations.py), a file of several pages a PDF (pages.py). A photo that breaks off is shown
as far as it goes.
"""

import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import IO

import msgspec
from PIL import ExifTags, Image, ImageFile

from satark.evidence.animations import MOVING, clean_animation
from satark.evidence.colours import to_screen
from satark.evidence.cut_pictures import filled, fillings
from satark.evidence.greys import to_eight_bits
from satark.evidence.looks import look_of
from satark.evidence.pages import write_pages
from satark.evidence.report import LeftOut, Mime, NotClean, Reason, Report

MOST_PIXELS, MOST_PIXELS_OF_ALL = 120_000_000, 400_000_000
# What is larger is scaled down to so many pixels, but a long picture (a scrolled chat) stays so wide that one can read it.
KEPT_PIXELS, READABLE_SIDE = 4096 * 4096, 1080
# No JPEG is longer.
JPEG_SIDE = 65_000
MOST_PAGES = 40
QUALITY = 85
OPAQUE = 255
# How a picture is turned upright, by what its tag says of it (EXIF 2.3, 4.6.4).
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Formats whose further pictures are pages, each to be seen.
PAGED = frozenset({"TIFF", "HEIF"})
REDUCED_PAGE = 1
NEW_SUBFILE_TYPE = 254
# Of formats that hold a short film behind the photo, how its first box begins.
FILM_BEHIND = b"ftyp"
FILM_BRANDS = (b"mp4", b"iso", b"qt ", b"MSN", b"3gp")
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, MemoryError, struct.error, RuntimeError)


def clean_picture(source: IO[bytes], target: IO[bytes], kind: str) -> Report:
    """`kind` is Pillow's name of the format. Raises NotClean."""
    Image.MAX_IMAGE_PIXELS = None
    for filling in fillings(kind):
        whole, is_cut = filled(source, kind, filling)
        with suppress(*UNREADABLE):
            report = _clean(whole, target, kind)
            return _breaking_off(report) if is_cut else report
        target.seek(0)
        if not is_cut:
            break
    raise NotClean(Reason.UNREADABLE)


def _breaking_off(report: Report) -> Report:
    rest = () if LeftOut.REST in report.left_out else (LeftOut.REST,)
    return msgspec.structs.replace(report, left_out=(*rest, *report.left_out))


def _clean(source: IO[bytes], target: IO[bytes], kind: str) -> Report:
    picture = _opened(source, kind)
    count = getattr(picture, "n_frames", 1)
    if kind in MOVING and count > 1:
        return clean_animation(picture, target)
    if kind in PAGED and count > 1:
        return _clean_pages(picture, target)
    fresh, left_out = _decoded(source, kind)
    if _has_film_behind(source):
        left_out = (*left_out, LeftOut.ATTACHED_FILM)
    return _report(_save(fresh, target), fresh, left_out)


def _opened(source: IO[bytes], kind: str) -> Image.Image:
    source.seek(0)
    picture = Image.open(source, formats=(kind,))
    if picture.width * picture.height > MOST_PIXELS:
        raise NotClean(Reason.PIXELS)
    return picture


def _decoded(source: IO[bytes], kind: str) -> tuple[Image.Image, tuple[LeftOut, ...]]:
    """The whole picture, or as much of it as came."""
    try:
        return _pixels_of(_opened(source, kind)), ()
    except UNREADABLE:
        ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        fresh = _pixels_of(_opened(source, kind))
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    if _is_blank(fresh):
        raise NotClean(Reason.UNREADABLE)
    return fresh, (LeftOut.REST,)


def _is_blank(picture: Image.Image) -> bool:
    """Whether nothing of it came: all its pixels are alike."""
    return all(low == high for low, high in picture.convert("RGB").getextrema())  # type: ignore[misc]


def _pixels_of(picture: Image.Image) -> Image.Image:
    """Another image, upright, that knows nothing of the file."""
    # A JPEG may be decoded smaller than it is; nothing else knows of it.
    width, height = _kept_size(*picture.size)
    picture.draft("", (2 * width, 2 * height))
    picture.load()
    turn = _turn_of(picture)
    fresh = to_screen(_scaled(to_eight_bits(picture)), picture.info.get("icc_profile"))
    fresh = fresh.copy() if turn is None else fresh.transpose(turn)
    mode = "RGBA" if _is_see_through(fresh) else "RGB"
    if fresh.mode != mode:
        fresh = fresh.convert(mode)
    fresh.info.clear()
    return fresh


def _scaled(picture: Image.Image) -> Image.Image:
    size = _kept_size(*picture.size)
    if size == picture.size:
        return picture
    if picture.mode in ("1", "P"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture.resize(size, reducing_gap=2.0)


def _kept_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, (KEPT_PIXELS / (width * height)) ** 0.5)
    scale = max(scale, min(1.0, READABLE_SIDE / min(width, height)))
    scale = min(scale, JPEG_SIDE / max(width, height))
    return max(1, int(width * scale)), max(1, int(height * scale))


def _turn_of(picture: Image.Image) -> Image.Transpose | None:
    # What cannot be read of the tags says nothing of the picture.
    with suppress(SyntaxError, ValueError, KeyError, struct.error):
        return TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    return None


def _is_see_through(picture: Image.Image) -> bool:
    if not picture.has_transparency_data:
        return False
    return picture.convert("RGBA").getchannel("A").getextrema() != (OPAQUE, OPAQUE)


def _save(fresh: Image.Image, target: IO[bytes]) -> Mime:
    if fresh.mode == "RGBA":
        fresh.save(target, "PNG")
        return Mime.PNG
    fresh.save(target, "JPEG", quality=QUALITY)
    return Mime.JPEG


def _clean_pages(picture: Image.Image, target: IO[bytes]) -> Report:
    """Every page of a scan, or picture of a series. Raises NotClean, also where there are so many that some would be
    lost."""
    count: int = picture.n_frames  # type: ignore[attr-defined]
    if count > MOST_PAGES:
        raise NotClean(Reason.PAGES)
    left_out: list[LeftOut] = []
    pages = list(_pages(picture, count, left_out))
    if not pages:
        raise NotClean(Reason.UNREADABLE)
    if len(pages) == 1:
        return _report(_save(pages[0], target), pages[0], left_out)
    write_pages(pages, target)
    return Report(Mime.PDF, left_out=tuple(left_out))


def _pages(picture: Image.Image, count: int, left_out: list[LeftOut]) -> Iterator[Image.Image]:
    """Without the small copies of other pages, and no more pixels than can be in memory at once."""
    pixels = 0
    for number in range(count):
        try:
            picture.seek(number)
            pixels += picture.width * picture.height
            if pixels > MOST_PIXELS_OF_ALL:
                raise NotClean(Reason.PIXELS)
            if not (number and _is_reduced(picture)):
                yield _pixels_of(picture)
        except UNREADABLE:
            left_out[:] = [LeftOut.REST]


def _is_reduced(page: Image.Image) -> bool:
    return bool(int(getattr(page, "tag_v2", {}).get(NEW_SUBFILE_TYPE, 0)) & REDUCED_PAGE)


def _report(mime: Mime, picture: Image.Image, left_out: Sequence[LeftOut]) -> Report:
    look = look_of(picture)
    return Report(mime, looks=() if look is None else (look,), left_out=tuple(left_out))


def _has_film_behind(source: IO[bytes]) -> bool:
    """Whether a telephone put the moving part of a photo behind it."""
    source.seek(0)
    data, at = source.read(), 0
    while (at := data.find(FILM_BEHIND, at + 12)) >= 0:
        if data[at + 4 : at + 8].startswith(FILM_BRANDS) and int.from_bytes(data[at - 4 : at]) < 256:
            return True
    return False
