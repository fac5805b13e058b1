"""How a film is turned for its viewer: the matrix of its track (ISO/IEC 14496-12, 8.3.2), as steps of FFmpeg's filters.

The matrix takes a point (x, y) to (a·x + c·y, b·x + d·y). Telephones write quarter turns, and mirror their front cameras;
that makes eight.
"""

import struct
from dataclasses import dataclass
from typing import Any

Step = tuple[str, str]
MATRIX = "DISPLAYMATRIX"
MATRIX_FORM = "<9i"
# By how many quarters a frame is to be turned against the clock.
QUARTER_TURNS = ((1, 0, 0, 0, 1), (0, -1, 0, 1, 0), (-1, 0, 0, 0, -1), (0, 1, 0, -1, 0))
TRANSPOSE: Step = ("transpose", "cclock_flip")
MIRROR: Step = ("hflip", "")
UPSIDE_DOWN: Step = ("vflip", "")


@dataclass(frozen=True)
class Orientation:
    """`steps` are filters, in their order; `is_sideways` is whether width and height change places."""

    steps: tuple[Step, ...] = ()
    is_sideways: bool = False


def orientation_of(frame: Any) -> Orientation:
    """Of a decoded frame, which FFmpeg gives the matrix of its track."""
    try:
        told = [frame.side_data[number] for number in range(len(frame.side_data))]
    except ValueError:
        # PyAV does not know all that may stand beside a frame, and then tells nothing but the angle.
        return orientation_by(QUARTER_TURNS[round(frame.rotation / 90) % 4])
    matrix = next((bytes(one) for one in told if one.type.name == MATRIX), None)
    if matrix is None:
        return Orientation()
    return orientation_by(struct.unpack(MATRIX_FORM, matrix[: struct.calcsize(MATRIX_FORM)]))


def orientation_by(matrix: tuple[int, ...]) -> Orientation:
    """A matrix that is none of the eight is taken for the nearest of them."""
    a, b, _, c, d = matrix[:5]
    is_sideways = abs(b) + abs(c) > abs(a) + abs(d)
    across, down = (c, b) if is_sideways else (a, d)
    wanted = ((TRANSPOSE, is_sideways), (MIRROR, across < 0), (UPSIDE_DOWN, down < 0))
    return Orientation(tuple(step for step, is_needed in wanted if is_needed), is_sideways)
