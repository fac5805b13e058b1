"""A photo is decoded, turned upright and written anew from its pixels alone: no tag, thumbnail, profile or tail is left.

Of a moving picture (GIF, WebP, PNG) the first frame is kept.
"""

import struct
from contextlib import suppress
from typing import IO

from PIL import ExifTags, Image

from satark.evidence.looks import look_of
from satark.evidence.report import Mime, NotClean, Reason, Report

MOST_PIXELS = 120_000_000
MOST_SIDE = 4096
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


def clean_picture(source: IO[bytes], target: IO[bytes], kind: str) -> Report:
    """`kind` is Pillow's name of the format. Raises NotClean."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        picture = Image.open(source, formats=(kind,))
        if picture.width * picture.height > MOST_PIXELS:
            raise NotClean(Reason.PIXELS)
        fresh = _pixels_of(picture)
    except (OSError, SyntaxError, ValueError, MemoryError) as error:
        raise NotClean(Reason.UNREADABLE) from error
    look = look_of(fresh)
    looks = () if look is None else (look,)
    if fresh.mode == "RGBA":
        fresh.save(target, "PNG")
        return Report(Mime.PNG, looks=looks)
    fresh.save(target, "JPEG", quality=QUALITY)
    return Report(Mime.JPEG, looks=looks)


def _pixels_of(picture: Image.Image) -> Image.Image:
    """Another image, upright, that knows nothing of the file."""
    picture.thumbnail((MOST_SIDE, MOST_SIDE))
    turn = _turn_of(picture)
    fresh = picture.copy() if turn is None else picture.transpose(turn)
    mode = "RGBA" if _is_see_through(fresh) else "RGB"
    if fresh.mode != mode:
        fresh = fresh.convert(mode)
    fresh.info.clear()
    return fresh


def _turn_of(picture: Image.Image) -> Image.Transpose | None:
    # What cannot be read of the tags says nothing of the picture.
    with suppress(SyntaxError, ValueError, KeyError, struct.error):
        return TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    return None


def _is_see_through(picture: Image.Image) -> bool:
    if not picture.has_transparency_data:
        return False
    return picture.convert("RGBA").getchannel("A").getextrema() != (OPAQUE, OPAQUE)
