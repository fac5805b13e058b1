"""Makes decoded frames into those of the clean film: upright, of square pixels, of one size, in colours that every screen
shows."""

from fractions import Fraction
from typing import Any

import av
import av.filter
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from satark.evidence.orientation import Orientation, orientation_of
from satark.evidence.tone_mapping import SIDE, is_beyond, table_of

# As large as full HD, in any shape, and no side longer than players take.
MOST_PIXELS, MOST_SIDE = 1920 * 1080, 4096
TICK = Fraction(1, 90_000)
DEEP = "rgb48le"
# How a file's colours are told to the encoder where they need no mapping.
UNSPECIFIED = 2
RGB_MATRIX = 0


def shown_size(frame: Any, shape: Fraction | None) -> tuple[int, int]:
    """Width and height of the clean film; `shape` is that of a pixel, width by height."""
    width, height = frame.width * float(shape or 1), frame.height
    scale = min(1.0, (MOST_PIXELS / (width * height)) ** 0.5, MOST_SIDE / max(width, height))
    wide, high = (max(2, round(side * scale / 2) * 2) for side in (width, height))
    return (high, wide) if orientation_of(frame).is_sideways else (wide, high)


class VideoFilter:
    """Frames may change their form in the middle of a film; what is made of them does not."""

    def __init__(self, size: tuple[int, int], shape: Fraction | None = None) -> None:
        self._size = size
        self._shape = float(shape or 1)
        self._form: Any = None
        # The graph, which its ends do not keep alive, and they.
        self._graph: Any = None
        self._ends: Any = None

    def apply(self, frame: Any) -> Any:
        """The frame as it is shown: of yuv420p."""
        orientation = orientation_of(frame)
        form = (frame.width, frame.height, frame.format.name, frame.colorspace, frame.color_range, frame.color_primaries,
                frame.color_trc, orientation)  # fmt: skip
        if form != self._form:
            self._form, self._graph = form, av.filter.Graph()
            self._ends = self._chain(self._graph, frame, orientation)
        first, last = self._ends
        first.push(frame)
        return last.pull()

    def _chain(self, graph: Any, frame: Any, orientation: Orientation) -> Any:
        first = graph.add("buffer", _described(frame))
        box, margin = self._fitted(frame, orientation)
        steps = [("scale", f"{box[0]}:{box[1]}:flags=bicubic"), *_to_colours(frame)]
        at = first
        for name, options in (*steps, *orientation.steps, *margin, ("format", "yuv420p"), ("buffersink", "")):
            node = graph.add(name, options or None)
            at.link_to(node)
            if name == "haldclut":
                table = _table(graph, frame, node)
            at = node
        graph.configure()
        if is_beyond(frame):
            table[0].push(table[1])
            table[0].push(None)
        return first, at

    def _fitted(self, frame: Any, orientation: Orientation) -> tuple[tuple[int, int], list[tuple[str, str]]]:
        """To what size a frame is scaled before it is turned, and the margin that it then needs."""
        width, height = self._size[::-1] if orientation.is_sideways else self._size
        seen = frame.width * self._shape / frame.height
        wide, high = round(min(width, height * seen)), round(min(height, width / seen))
        # A pixel more or less is none to be seen.
        if abs(wide - width) <= 2 and abs(high - height) <= 2:
            return (width, height), []
        return (max(wide, 1), max(high, 1)), [("pad", f"{self._size[0]}:{self._size[1]}:-1:-1")]


def _described(frame: Any) -> str:
    return (
        f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base={frame.time_base or TICK}"
        f":pixel_aspect=1/1:colorspace={frame.colorspace}:range={frame.color_range}"
    )


def _to_colours(frame: Any) -> list[tuple[str, str]]:
    if is_beyond(frame):
        return [("format", DEEP), ("haldclut", "clut=first"), ("scale", "out_color_matrix=bt709:out_range=tv")]
    matrix = "out_color_matrix=bt709:" if is_relabelled(frame) else ""
    return [("scale", f"{matrix}out_range=tv")]


def is_relabelled(frame: Any) -> bool:
    """Whether the clean film has other colours than the file says of its own, or than a film can say."""
    return is_beyond(frame) or frame.format.is_rgb or frame.colorspace == RGB_MATRIX


def label_colours(codec: Any, frame: Any) -> None:
    """Tell the encoder what its frames are."""
    codec.color_range = ColorRange.MPEG
    if is_relabelled(frame):
        codec.colorspace = Colorspace.ITU709
        codec.color_trc, codec.color_primaries = ColorTrc.BT709, ColorPrimaries.BT709
    else:
        codec.colorspace, codec.color_trc = frame.colorspace, frame.color_trc
        codec.color_primaries = frame.color_primaries


def _table(graph: Any, frame: Any, node: Any) -> tuple[Any, Any]:
    """Where the table of colours goes in, and the table."""
    entry = graph.add("buffer", f"video_size={SIDE}x{SIDE}:pix_fmt={DEEP}:time_base={TICK}:pixel_aspect=1/1")
    entry.link_to(node, 0, 1)
    table = av.VideoFrame.from_ndarray(table_of(frame), DEEP)
    table.pts, table.time_base = 0, TICK
    return entry, table
