"""The picture of a clean film: encoded anew, frame by frame, within the time and the room that one file may have."""

import time
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import av.bitstream

from satark.evidence.video_filter import TICK, VideoFilter, label_colours, shown_size

# H.264 units of a picture: its parts, and the two tables that they need (ITU-T H.264, table 7-1). The encoder writes others.
PICTURE_KINDS = (1, 5, 7, 8)
PICTURE_UNITS = f"filter_units=pass_types={'|'.join(map(str, PICTURE_KINDS))}"
QUALITY = "23"
# No more than 60 pictures a second, and where the time of the processor gets short, fewer.
GAP_S, SLOW_GAPS_S = 1 / 66, (1 / 16, 1 / 5)
NEXT_FRAME_S = 1 / 25
# Of the processor, for one film: what remains of the sandbox's time is for sound and poster.
ENCODING_S, GRACE_S = 600.0, 20.0
FILM_BYTES, SOUND_BITS = 200_000_000, 128_000
MOST_BITS, LEAST_BITS = 16_000_000, 100_000
# Millions of pixels that are encoded in so good a way; above the last, in the fastest.
PRESETS = ((25_000, "veryfast"), (60_000, "superfast"))
FASTEST = "ultrafast"
NOTICED_LOSS = 0.1


@dataclass(frozen=True)
class Budget:
    """What a film has: its length in seconds, about how many pictures, and how many sound tracks."""

    length_s: float
    pictures: int
    sounds: int = 1

    @property
    def bits(self) -> int:
        """Of its picture, each second at most."""
        room = FILM_BYTES * 8 / max(self.length_s, 1.0) - self.sounds * SOUND_BITS
        return int(min(max(room, LEAST_BITS), MOST_BITS))

    def preset(self, size: tuple[int, int]) -> str:
        millions = size[0] * size[1] * self.pictures / 1_000_000
        return next((name for most, name in PRESETS if millions <= most), FASTEST)


class VideoWriter:
    """Takes frames as they came, with their times in seconds, and writes them as they are shown."""

    def __init__(self, made: Any, first: Any, budget: Budget, shape: Fraction | None = None) -> None:
        size = shown_size(first, shape)
        options = {
            "crf": QUALITY, "preset": budget.preset(size), "maxrate": str(budget.bits), "bufsize": str(2 * budget.bits),
        }  # fmt: skip
        self._made = made
        self._stream = made.add_stream("libx264", rate=30, options=options, time_base=TICK)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        label_colours(self._stream.codec_context, first)
        self._stream.codec_context.flags |= av.codec.context.Flags.bitexact
        self._units = av.bitstream.BitStreamFilterContext(PICTURE_UNITS, self._stream)
        self._filter = VideoFilter(size, shape)
        self._pace = Pace(budget.length_s)
        self._last = 0.0
        self._came = self.count = 0

    def write(self, frame: Any, time_s: float | None) -> None:
        if time_s is None:
            time_s = self._last + NEXT_FRAME_S if self.count else 0.0
        self._came += 1
        if time_s < 0 or (self.count and time_s < self._last + self._pace.gap_s(time_s)):
            return
        self.count += 1
        self._last = time_s
        shown = self._filter.apply(frame)
        shown.pict_type = 0
        shown.time_base, shown.pts = TICK, round(time_s / TICK)
        self._mux(self._stream.encode(shown))

    def finish(self) -> None:
        self._mux(self._stream.encode(None))

    @property
    def lost_pictures(self) -> bool:
        """Whether so many were left out that one might notice."""
        return self.count < self._came * (1 - NOTICED_LOSS)

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            for one in self._units.filter(packet):
                one.time_base, one.stream = TICK, self._stream
                self._made.mux(one)


class Pace:
    """Leaves pictures out where the processor is too slow for all of them, evenly over the film."""

    def __init__(self, length_s: float) -> None:
        self._length = max(length_s, 1.0)
        self._began = time.process_time()

    def gap_s(self, at_s: float) -> float:
        """How long to wait from one picture to the next, at this moment of the film."""
        used = time.process_time() - self._began
        share = GRACE_S + ENCODING_S * min(at_s / self._length, 1.0)
        if used <= share:
            return GAP_S
        return SLOW_GAPS_S[0] if used <= share + GRACE_S else SLOW_GAPS_S[1]
