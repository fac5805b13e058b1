"""QR codes as shapes, so that a page draws them in one black."""

from itertools import groupby

import segno

# A third of the code may be dirty, torn or written on (level H).
LEVEL = "h"
Run = tuple[int, int, int]


def code_of(link: str) -> tuple[int, list[Run]]:
    """How many modules a side has, without the quiet zone, and the dark runs in them: column, row, length."""
    matrix = segno.make(link, error=LEVEL, micro=False).matrix
    return len(matrix), [run for row, modules in enumerate(matrix) for run in _runs(row, modules)]


def _runs(row: int, modules: bytearray) -> list[Run]:
    found, column = [], 0
    for dark, group in groupby(modules):
        length = len(list(group))
        if dark:
            found.append((column, row, length))
        column += length
    return found
