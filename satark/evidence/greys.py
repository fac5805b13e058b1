"""Brings pictures of more than 8 bits a channel, as scanners and scientific cameras make them, to 8."""

from typing import Any

import numpy as np
from PIL import Image

DEEP = frozenset({"I;16", "I;16L", "I;16B", "I;16N", "I", "F"})
BITS_PER_SAMPLE = 258
# The depths that are kept in 16 bits.
DEPTHS = (8, 10, 12, 14, 16)


def to_eight_bits(picture: Image.Image) -> Image.Image:
    """The same picture, where its pixels are numbers of 16 or 32 bits: in as many greys as can be shown."""
    if picture.mode not in DEEP:
        return picture
    values = np.nan_to_num(np.asarray(picture).astype(np.float64))
    low, high = _range(picture, values)
    greys = np.clip((values - low) * (255 / max(high - low, 1e-9)), 0, 255)
    return Image.fromarray(np.rint(greys).astype(np.uint8))


def _range(picture: Image.Image, values: Any) -> tuple[float, float]:
    """What is black and what is white: by the format, or where it does not say, by what is there."""
    low, high = float(values.min()), float(values.max())
    if picture.mode == "F":
        return (0.0, 1.0) if low >= 0 and high <= 1 else (low, high)
    if low < 0 or high >= 2**16:
        return low, high
    if picture.format == "PNG" or (picture.mode != "I" and _depth_of(picture) == DEPTHS[-1]):
        return 0.0, 2.0**16 - 1
    return 0.0, 2.0 ** next(bits for bits in DEPTHS if high < 2**bits) - 1


def _depth_of(picture: Image.Image) -> int:
    """How many bits the file says that a grey has; 16 where it says nothing."""
    said = getattr(picture, "tag_v2", {}).get(BITS_PER_SAMPLE, DEPTHS[-1:])
    return int(said[0] if isinstance(said, tuple) else said)
