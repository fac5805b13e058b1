"""One track of a clean file, that takes the packets of one track of what came."""

from fractions import Fraction
from typing import Any, Protocol

import av
import av.bitstream
import numpy as np

from satark.evidence.disguise import Disguise
from satark.evidence.grains import RATE, Samples
from satark.evidence.units import PICTURE_KINDS, length_bytes, picture_of

VIDEO_SIDE = 1920
SOUND_RATE = 44_100
SOUND_BITS, VOICE_BITS = 64_000, 40_000
SOUND_FRAME = 1024
TICK = Fraction(1, 90_000)
# No more than 30 pictures a second: those between are left out.
LEAST_GAP = 1 / 33
# Kinds of H.264 units: a picture's parts and the two tables that they need.
PICTURE_UNITS = f"filter_units=pass_types={'|'.join(map(str, PICTURE_KINDS))}"
# AAC names its elements in three bits: one channel, and two of them; others are data, notes and filling.
SOUND_ELEMENTS = (0, 1)


def decoded(packet: Any) -> list[Any]:
    """A damaged packet is left out: a cut video is shown as far as it goes."""
    try:
        return list(packet.decode())
    except av.FFmpegError:
        return []


def starts_with_sound(packet: Any) -> bool:
    return bytes(packet)[0] >> 5 in SOUND_ELEMENTS


class Changed(Exception):
    """The track is described anew in the middle: its packets cannot be copied under one description."""


class Track(Protocol):
    """`count` is how many packets or frames came that could be used."""

    count: int

    def take(self, packet: Any) -> None: ...

    def finish(self) -> None: ...


class _Copied:
    """Packets as they are. `take` raises Changed."""

    def __init__(self, made: Any, source: Any) -> None:
        self.count = 0
        self._made = made
        self._tick = source.time_base
        self.stream = made.add_stream_from_template(source, opaque=True)

    def take(self, packet: Any) -> None:
        if packet.has_sidedata("new_extradata"):
            raise Changed
        # The last one that FFmpeg gives is empty: it says that there are no more.
        if packet.size:
            self._write(packet)

    def finish(self) -> None:
        """There is nothing left to write."""

    def _write(self, packet: Any) -> None:
        self.count += 1
        packet.time_base = self._tick
        packet.stream = self.stream
        self._made.mux(packet)


class CopiedVideo(_Copied):
    """Units that stand behind their lengths are picked here; others by a filter of FFmpeg, which takes ten times as long."""

    def __init__(self, made: Any, source: Any, rotation: int) -> None:
        super().__init__(made, source)
        self._length_bytes = length_bytes(source.codec_context.extradata)
        # It also keeps notes out of the track's description.
        self._filter = (
            None if self._length_bytes else av.bitstream.BitStreamFilterContext(PICTURE_UNITS, source, self.stream)
        )
        self.stream.set_display_rotation(rotation)

    def _write(self, packet: Any) -> None:
        if self._filter is not None:
            for one in self._filter.filter(packet):
                super()._write(one)
        elif data := picture_of(packet, self._length_bytes):
            super()._write(packet if len(data) == packet.size else _holding(bytes(data), packet))

    def finish(self) -> None:
        for one in self._filter.filter(None) if self._filter is not None else ():
            super()._write(one)


def _holding(data: bytes, packet: Any) -> Any:
    """Another packet, for the same moment."""
    made: Any = av.Packet(data)
    made.pts, made.dts, made.duration = packet.pts, packet.dts, packet.duration
    made.is_keyframe = packet.is_keyframe
    return made


class CopiedSound(_Copied):
    def take(self, packet: Any) -> None:
        if packet.size and starts_with_sound(packet):
            super().take(packet)


class _Encoded:
    """What was decoded, encoded anew; of a frame nothing passes but picture or sound."""

    def __init__(self, made: Any, stream: Any) -> None:
        self.count = 0
        self._made = made
        self.stream = stream
        stream.codec_context.flags |= av.codec.context.Flags.bitexact

    def shaped(self, frame: Any) -> list[Any]:
        raise NotImplementedError

    def take(self, packet: Any) -> None:
        for frame in decoded(packet):
            for shaped in self.shaped(frame):
                self.count += 1
                self._write(self.stream.encode(shaped))

    def finish(self) -> None:
        self._write(self.stream.encode(None))

    def _write(self, packets: list[Any]) -> None:
        self._made.mux(packets)


class Video(_Encoded):
    def __init__(self, made: Any, source: Any, rotation: int) -> None:
        source.thread_type = "AUTO"
        stream = made.add_stream("libx264", rate=30, options={"crf": "24", "preset": "veryfast"}, time_base=TICK)
        scale = min(1.0, VIDEO_SIDE / max(source.width, source.height, 1))
        stream.width, stream.height = (max(2, int(side * scale) // 2 * 2) for side in (source.width, source.height))
        stream.pix_fmt = "yuv420p"
        if source.sample_aspect_ratio:
            stream.codec_context.sample_aspect_ratio = source.sample_aspect_ratio
        stream.set_display_rotation(rotation)
        super().__init__(made, stream)
        # The encoder writes a note of its own.
        self._units = av.bitstream.BitStreamFilterContext(PICTURE_UNITS, stream)
        self._last = -1.0

    def shaped(self, frame: Any) -> list[Any]:
        time = self._last + 2 * LEAST_GAP if frame.time is None else float(frame.time)
        if self.count and time < self._last + LEAST_GAP:
            return []
        self._last = time
        shaped = frame.reformat(width=self.stream.width, height=self.stream.height, format="yuv420p")
        shaped.pict_type = 0
        shaped.time_base, shaped.pts = TICK, round(time / TICK)
        return [shaped]

    def _write(self, packets: list[Any]) -> None:
        for packet in packets:
            for one in self._units.filter(packet):
                one.time_base = TICK
                one.stream = self.stream
                self._made.mux(one)


class Sound(_Encoded):
    """One channel. Gaps are filled with silence, and what comes twice is left out: sound and picture stay together."""

    rate, bits = SOUND_RATE, SOUND_BITS

    def __init__(self, made: Any, source: Any) -> None:  # noqa: ARG002 - all tracks are made alike
        super().__init__(made, made.add_stream("aac", rate=self.rate, layout="mono", bit_rate=self.bits))
        self._form: Any = None
        self._resampler: Any = None

    def shaped(self, frame: Any) -> list[Any]:
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        last: list[Any] = []
        if form != self._form:
            last = self._resampler.resample(None) if self._resampler else []
            self._form, self._resampler = form, self._new_resampler()
        return [*last, *self._resampler.resample(frame)]

    def rest(self) -> list[Any]:
        return self._resampler.resample(None) if self._resampler else []

    def finish(self) -> None:
        for frame in self.rest():
            self._write(self.stream.encode(frame))
        super().finish()

    def _new_resampler(self) -> Any:
        return av.AudioResampler("fltp", "mono", self.rate, frame_size=SOUND_FRAME, options={"async": "1"})


class DisguisedSound(Sound):
    """The same, in another voice."""

    rate, bits = RATE, VOICE_BITS

    def __init__(self, made: Any, source: Any) -> None:
        super().__init__(made, source)
        self._disguise = Disguise()
        self._left: Samples = np.zeros(0)
        self._at = 0

    def shaped(self, frame: Any) -> list[Any]:
        return self._changed(super().shaped(frame))

    def rest(self) -> list[Any]:
        last = [*self._changed(super().rest()), *self._frames(self._disguise.finish())]
        return [*last, *self._frames(np.zeros(SOUND_FRAME - len(self._left)))]

    def _changed(self, frames: list[Any]) -> list[Any]:
        # A short one is heard at its end only.
        self.count += len(frames)
        ready = [self._disguise.take(frame.to_ndarray()[0].astype(np.float64)) for frame in frames]
        return [made for sound in ready for made in self._frames(sound)]

    def _frames(self, sound: Samples) -> list[Any]:
        """What the encoder takes, SOUND_FRAME each; what is left of it waits."""
        sound = np.concatenate((self._left, sound))
        whole = len(sound) - len(sound) % SOUND_FRAME
        self._left = sound[whole:]
        return [self._frame(sound[at : at + SOUND_FRAME]) for at in range(0, whole, SOUND_FRAME)]

    def _frame(self, sound: Samples) -> Any:
        frame = av.AudioFrame.from_ndarray(sound.astype(np.float32)[None], "fltp", "mono")
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), self._at
        self._at += SOUND_FRAME
        return frame
