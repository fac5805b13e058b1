"""Makes a clip of any recording of speech: 8 kHz, one channel, 16 bits, without silence around it, evenly loud."""

import io
import wave
from array import array

RATE = 8000
# Of full scale: how loud speech is on the whole, and what is silence.
LOUDNESS = 0.12
SILENCE = 0.01
FULL = 32767
# How loud it is, is measured in parts of 20 ms, of which the louder half count: pauses between words do not.
PART = RATE // 50
MARGIN = RATE // 50
MOST_SECONDS = 60


class Unusable(Exception):
    """No sound can be read in it, or only silence, or it goes on for longer than a minute."""


def clip_of(recording: bytes, pause: float) -> bytes:
    """A WAV file, with `pause` seconds of silence at its end. Raises Unusable."""
    samples = _levelled(_trimmed(_read(recording)))
    return _written(samples + array("h", bytes(2 * int(pause * RATE))))


def _read(recording: bytes) -> "array[int]":
    import av  # half a second and 50 MB, which a process that never speaks saves

    samples = array("h")
    try:
        with av.open(io.BytesIO(recording), "r") as media:
            resampler = av.AudioResampler("s16", "mono", RATE)
            for frame in media.decode(audio=0):
                for one in resampler.resample(frame):
                    samples.frombytes(bytes(one.planes[0])[: 2 * one.samples])
                if len(samples) > MOST_SECONDS * RATE:
                    raise Unusable
            for one in resampler.resample(None):
                samples.frombytes(bytes(one.planes[0])[: 2 * one.samples])
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise Unusable from error
    return samples


def _trimmed(samples: "array[int]") -> "array[int]":
    least = int(SILENCE * FULL)
    loud = [at for at, sample in enumerate(samples) if abs(sample) > least]
    if not loud:
        raise Unusable
    return samples[max(0, loud[0] - MARGIN) : loud[-1] + MARGIN]


def _levelled(samples: "array[int]") -> "array[int]":
    """As loud as the others, unless its peaks would be cut off."""
    parts = sorted(_power(samples[at : at + PART]) for at in range(0, len(samples), PART))
    louder = parts[len(parts) // 2 :]
    level = (sum(louder) / len(louder)) ** 0.5
    gain = min(LOUDNESS * FULL / level, FULL / max(abs(sample) for sample in samples))
    return array("h", (int(sample * gain) for sample in samples))


def _power(part: "array[int]") -> float:
    return sum(sample * sample for sample in part) / len(part)


def _written(samples: "array[int]") -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as clip:
        clip.setnchannels(1)
        clip.setsampwidth(2)
        clip.setframerate(RATE)
        clip.writeframes(samples.tobytes())
    return file.getvalue()
