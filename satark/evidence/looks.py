"""What a picture looks like, in 64 bits: two that show the same thing differ in few of them (a perceptual hash). They are
compared in tips/alike.py.

The bits are those of `phash` of the library ImageHash, which needs a hundred megabytes of others for these few lines; the
tests hold the two against each other.
"""

from collections.abc import Iterable
from math import cos, pi
from statistics import median

from PIL import Image

SIDE = 32
LOW = 8
# Less contrast than this, of 256, is a wall, a black frame or fog: they all look alike.
LEAST_CONTRAST = 4

_WAVES = [[cos(pi * k * (2 * n + 1) / (2 * SIDE)) for n in range(SIDE)] for k in range(LOW)]


def look_of(picture: Image.Image) -> int | None:
    """None where there is nothing to see."""
    small = picture.resize((4 * SIDE, 4 * SIDE), Image.Resampling.BOX, reducing_gap=3.0).convert("L")
    grey = small.resize((SIDE, SIDE), Image.Resampling.LANCZOS).tobytes()
    mean = sum(grey) / len(grey)
    if sum((value - mean) ** 2 for value in grey) < LEAST_CONTRAST**2 * len(grey):
        return None
    rows = [grey[at : at + SIDE] for at in range(0, len(grey), SIDE)]
    across = [[_strength(wave, row) for row in rows] for wave in _WAVES]
    waves = [_strength(down, column) for down in _WAVES for column in across]
    middle = median(waves)
    return int("".join("1" if wave > middle else "0" for wave in waves), 2)


def _strength(wave: Iterable[float], values: Iterable[float]) -> float:
    return sum(one * other for one, other in zip(wave, values, strict=True))
