"""Small lines for rows of a table (pure)."""

from collections.abc import Sequence
from typing import NamedTuple

WIDE, HIGH = 88, 16
LEFT, BELOW = 4, 20


class Spark(NamedTuple):
    """A line as an SVG path in a box of 96 by 24, and where its last value is."""

    path: str
    x: float
    y: float


def spark_of(values: Sequence[float | None]) -> Spark:
    """Oldest first; None leaves a gap. The largest value is at the top, 0 at the bottom."""
    peak = max((value for value in values if value is not None), default=0) or 1
    step, pen, path, x, y = WIDE / max(1, len(values) - 1), "M", [], 0.0, 0.0
    for at, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        x, y = round(LEFT + step * at, 1), round(BELOW - HIGH * value / peak, 1)
        path.append(f"{pen}{x},{y}")
        pen = "L"
    return Spark("".join(path), x, y)
