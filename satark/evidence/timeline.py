"""Times of a file's packets, from zero: recorders' clocks stand at any hour, and jump."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# Containers whose clock may jump in the middle (FFmpeg's AVFMT_TS_DISCONT, and recorders).
JUMPING = frozenset({"mpegts", "mpeg", "dhav"})
LARGEST_GAP_S = 10.0
# Within one track times go back a little where pictures are not stored in their order.
LARGEST_STEP_BACK_S = 1.0


@dataclass(frozen=True)
class Span:
    """What one track has: how many packets, and from when to when, in seconds of the timeline."""

    packets: int
    start: float
    end: float


class Timeline:
    """Moves packets, in the order in which they come. `origin` in seconds becomes zero."""

    def __init__(self, jumps: bool, origin: float = 0.0) -> None:
        self._jumps = jumps
        # What is taken from the clock: now, and of each track, for they do not pass a jump at the same moment.
        self._shift = origin
        self._shifts = dict[int, float]()
        # When each track was last seen, and when the next packet of any is expected: where one pauses, the others tell the
        # time.
        self._last = dict[int, float]()
        self._next: float | None = None

    def move(self, packet: Any) -> None:
        """Set its times to those of the timeline."""
        tick = packet.time_base
        came = packet.dts if packet.dts is not None else packet.pts
        if came is None or not tick:
            return
        index = packet.stream.index
        if self._jumps:
            self._follow_jump(index, float(came * tick), float((packet.duration or 0) * tick))
        shift = round(self._shifts.get(index, self._shift) / tick)
        if packet.dts is not None:
            packet.dts -= shift
        if packet.pts is not None:
            packet.pts -= shift

    def _follow_jump(self, index: int, time: float, duration: float) -> None:
        shift = self._shifts.get(index, self._shift)
        expected = time - shift if self._next is None else self._next
        if self._is_jump(index, time - shift, expected):
            # Another track may have passed it before.
            if self._is_jump(index, time - self._shift, expected):
                self._shift = time - expected
            shift = self._shift
        self._shifts[index] = shift
        self._last[index] = time - shift
        self._next = max(expected, time - shift + duration)

    def _is_jump(self, index: int, time: float, expected: float) -> bool:
        return time < self._last.get(index, time) - LARGEST_STEP_BACK_S or abs(time - expected) > LARGEST_GAP_S


def measure(media: Any, streams: Iterable[Any], jumps: bool) -> dict[int, Span]:
    """Read all packets of the streams. Returns what each stream has, by its index; nothing of those that have none."""
    timeline, spans = Timeline(jumps), dict[int, Span]()
    for packet in media.demux(*streams):
        if not packet.size:
            continue
        timeline.move(packet)
        index = packet.stream.index
        spans[index] = _grown(spans.get(index), packet)
    return spans


def _grown(span: Span | None, packet: Any) -> Span:
    time = packet.pts if packet.pts is not None else packet.dts
    count = span.packets + 1 if span else 1
    if time is None or not packet.time_base:
        return Span(count, span.start if span else 0.0, span.end if span else 0.0)
    start = float(time * packet.time_base)
    end = start + float((packet.duration or 0) * packet.time_base)
    return Span(count, min(start, span.start), max(end, span.end)) if span else Span(count, start, end)


def origin_of(spans: Iterable[Span], jumps: bool) -> float:
    """When the first of them begins, in seconds: what becomes zero. Before the zero of an MP4 stands what is decoded and not
    shown; a clock that jumps may have passed its own end."""
    first = min(span.start for span in spans)
    return first if jumps else max(first, 0.0)


def length_of(spans: Iterable[Span], origin: float) -> float:
    """From `origin` to the end of the last, in seconds."""
    return max(span.end for span in spans) - origin
