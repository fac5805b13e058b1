"""The sound of a clean file: encoded anew, from zero on, in the voice that it came in or in another."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import av
import numpy as np

from satark.evidence.disguise import Disguise
from satark.evidence.grains import RATE, Samples

SOUND_RATE = 44_100
MONO_BITS, STEREO_BITS, VOICE_BITS = 64_000, 112_000, 40_000
FRAME = 1024
# How far one track may be ahead of another while they are heard together.
LEAD_S = 30
# Of a mix: the first track as loud as it was, the others a little less.
FIRST_GAIN, OTHER_GAIN = 1.0, 0.7
# What is left of two channels that are each other's opposite, when they are added: then one of them is heard.
OPPOSITE = 0.05


class SoundReader:
    """Decoded frames of one track become samples without gaps, from zero on: rows are channels."""

    def __init__(self, channels: int, rate: int = SOUND_RATE) -> None:
        self.channels = channels
        self.rate = rate
        self._form: Any = None
        self._resampler: Any = None

    def take(self, frame: Any) -> Samples:
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        last: list[Any] = []
        if form != self._form:
            last = self._resampler.resample(None) if self._resampler else []
            self._form, self._resampler = form, self._new_resampler()
        return self._joined([*last, *self._resampler.resample(frame)])

    def finish(self) -> Samples:
        return self._joined(self._resampler.resample(None) if self._resampler else [])

    def _new_resampler(self) -> Any:
        # Gaps are filled with silence, and what comes twice is left out: sound and picture stay together.
        options = {"async": "1"} | ({} if self._resampler else {"first_pts": "0"})
        layout = "mono" if self.channels == 1 else "stereo"
        return av.AudioResampler("fltp", layout, self.rate, frame_size=FRAME, options=options)

    def _joined(self, frames: list[Any]) -> Samples:
        return np.concatenate([np.zeros((self.channels, 0)), *(frame.to_ndarray() for frame in frames)], axis=1)


class DisguisedReader:
    """The same in another voice, of one channel."""

    channels, rate = 1, RATE

    def __init__(self, channels: int) -> None:
        self._heard = SoundReader(channels, RATE)
        self._disguise = Disguise()

    def take(self, frame: Any) -> Samples:
        return self._disguise.take(one_channel(self._heard.take(frame)))[None]

    def finish(self) -> Samples:
        rest = one_channel(self._heard.finish())
        return np.concatenate((self._disguise.take(rest), self._disguise.finish()))[None]


def one_channel(sound: Samples) -> Samples:
    """The mean of the channels, or the first where they cancel each other out."""
    mean: Samples = sound.mean(axis=0) if sound.size else np.zeros(sound.shape[1])
    return sound[0] if np.square(mean).sum() < OPPOSITE * np.square(sound).sum() / len(sound) else mean


class SoundWriter:
    """One track of the clean file. `count` is how many samples it has."""

    def __init__(self, made: Any, rate: int, channels: int, bits: int) -> None:
        self._layout = "mono" if channels == 1 else "stereo"
        self._made = made
        self._stream = made.add_stream("aac", rate=rate, layout=self._layout, bit_rate=bits)
        self._stream.codec_context.flags |= av.codec.context.Flags.bitexact
        self._rate = rate
        self._left: Samples = np.zeros((channels, 0))
        self.count = 0

    def write(self, sound: Samples) -> None:
        """What is left of a whole frame waits."""
        sound = np.concatenate((self._left, sound), axis=1)
        whole = sound.shape[1] - sound.shape[1] % FRAME
        self._left = sound[:, whole:]
        for at in range(0, whole, FRAME):
            self._encode(sound[:, at : at + FRAME])

    def finish(self) -> None:
        rest = self._left.shape[1]
        if rest:
            self.write(np.zeros((len(self._left), FRAME - rest)))
        self._made.mux(self._stream.encode(None))

    def _encode(self, sound: Samples) -> None:
        plane = np.ascontiguousarray(np.clip(sound, -1, 1).astype(np.float32))
        frame = av.AudioFrame.from_ndarray(plane, "fltp", self._layout)
        frame.sample_rate, frame.time_base, frame.pts = self._rate, Fraction(1, self._rate), self.count
        self.count += FRAME
        self._made.mux(self._stream.encode(frame))


class Mixer:
    """Several tracks, heard together: sample by sample, as soon as all of them are there."""

    def __init__(self, tracks: int, rate: int) -> None:
        self._waiting: list[list[Samples]] = [[] for _ in range(tracks)]
        # How many samples of each wait; below zero, how many will come too late.
        self._ahead = [0] * tracks
        self._least, self._most_ahead = rate, LEAD_S * rate

    def take(self, track: int, sound: Samples) -> Samples:
        """Returns what can be heard now."""
        late = max(0, -self._ahead[track])
        self._waiting[track].append(sound[:, late:])
        self._ahead[track] += sound.shape[1]
        # One that ended, or comes late, is not waited for.
        ready = max(min(self._ahead), max(self._ahead) - self._most_ahead)
        return self._mixed(ready if ready >= self._least else 0)

    def finish(self) -> Samples:
        return self._mixed(max(0, *self._ahead) if len(self._ahead) > 1 else max(0, self._ahead[0]))

    def _mixed(self, samples: int) -> Samples:
        if not samples:
            return np.zeros((1, 0))
        parts = [self._taken(track, samples) for track in range(len(self._waiting))]
        mix = np.zeros((max(len(part) for part in parts), samples))
        for number, part in enumerate(parts):
            mix[:, : part.shape[1]] += part * (OTHER_GAIN if number else FIRST_GAIN)
        return mix

    def _taken(self, track: int, samples: int) -> Samples:
        held = np.concatenate(self._waiting[track] or [np.zeros((1, 0))], axis=1)
        self._waiting[track] = [held[:, samples:]]
        self._ahead[track] -= samples
        return held[:, :samples]


class Sounds:
    """All sound tracks of a file. A player plays the first: of several, it has what is heard in all, and each of the others
    stands behind it by itself."""

    def __init__(self, made: Any, channels: Sequence[int], disguised: bool) -> None:
        self._readers: list[SoundReader | DisguisedReader] = [
            DisguisedReader(one) if disguised else SoundReader(one) for one in channels
        ]
        rate = self._readers[0].rate
        self._channels = max(one.channels for one in self._readers)
        shapes = [self._channels, *(one.channels for one in self._readers[1:])]
        self._writers = [SoundWriter(made, rate, one, _bits(one, disguised)) for one in shapes]
        self._mixer = Mixer(len(channels), rate)

    @property
    def count(self) -> int:
        return sum(writer.count for writer in self._writers)

    def take(self, track: int, frames: Sequence[Any]) -> None:
        for frame in frames:
            self._write(track, self._readers[track].take(frame))

    def finish(self) -> None:
        for track, reader in enumerate(self._readers):
            self._write(track, reader.finish())
        self._writers[0].write(self._shaped(self._mixer.finish()))
        for writer in self._writers:
            writer.finish()

    def _write(self, track: int, sound: Samples) -> None:
        if track:
            self._writers[track].write(sound)
        self._writers[0].write(self._shaped(self._mixer.take(track, sound)))

    def _shaped(self, mix: Samples) -> Samples:
        """In as many channels as the first track has."""
        return mix if len(mix) == self._channels else np.repeat(mix[:1], self._channels, axis=0)


def _bits(channels: int, disguised: bool) -> int:
    return VOICE_BITS if disguised else MONO_BITS if channels == 1 else STEREO_BITS


def channels_of(streams: Sequence[Any]) -> Iterator[int]:
    """One or two: how many a clean track has."""
    return (1 if (stream.codec_context.channels or 1) == 1 else 2 for stream in streams)
