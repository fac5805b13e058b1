"""Moves the formants of a voice: in each frame, the envelope of the spectrum along the frequencies, and not what it is an
envelope of."""

import math
import random

import numpy as np
from numpy.fft import irfft, rfft
from numpy.lib.stride_tricks import sliding_window_view

from satark.evidence.grains import RATE, Samples, Wander

# In samples: frames of 32 ms, each 8 ms after the last, so that four are over each other.
FRAME, STEP = 512, 128
OVER = FRAME - STEP
BINS = FRAME // 2
ORDER = 20
PIVOT = 1000.0
"""In Hz: what is here is stretched only, and not bent."""
WANDERS = 0.04
MOST_GAIN = math.log(30)
# A little noise in each frame, for the sums that divide by what is not there.
FLOOR, QUIET = 1.0005, 1e-7


class Throat:
    """One recording, in pieces of any size. A formant at f Hz goes to PIVOT * stretch * (f / PIVOT) ** bend, about."""

    def __init__(self, chance: random.Random, stretch: float, bend: float) -> None:
        self._stretch, self._bend = stretch, bend
        self._wander = Wander(chance, WANDERS, STEP / RATE)
        self._left = np.zeros(OVER)
        self._tail = np.zeros(OVER)
        # Applied before and after; four of its squares over each other are two.
        self._window = np.sqrt(np.hanning(FRAME + 1)[:FRAME])

    def take(self, sound: Samples, last: bool = False) -> Samples:
        held = np.concatenate((self._left, sound, np.zeros(OVER if last else 0)))
        count = max(0, (len(held) - OVER) // STEP)
        self._left = held[count * STEP :]
        if not count:
            return np.zeros(0)
        frames = sliding_window_view(held, FRAME)[: count * STEP : STEP]
        made = self._shaped(frames * self._window) * self._window / 2
        out = np.concatenate((self._tail, np.zeros(count * STEP)))
        for part in range(0, FRAME, STEP):
            out[part : part + count * STEP] += made[:, part : part + STEP].ravel()
        self._tail = out[count * STEP :]
        return out[: count * STEP]

    def _shaped(self, frames: Samples) -> Samples:
        seen = rfft(frames)
        power = np.abs(seen) ** 2
        envelope = envelopes(power)
        gain = np.clip(self._moved(envelope) - envelope, -MOST_GAIN, MOST_GAIN)
        made = seen * np.exp(gain)
        # Each frame is as loud as it was.
        level = np.sqrt(power.sum(axis=1) / np.maximum((np.abs(made) ** 2).sum(axis=1), 1e-12))
        return irfft(made * level[:, None])

    def _moved(self, envelope: Samples) -> Samples:
        """What is at each frequency, taken from where it was before."""
        hertz = np.maximum(np.arange(BINS + 1) * (RATE / FRAME), 1.0)
        stretch = self._stretch * self._wander.take(len(envelope))[:, None]
        came = PIVOT * (hertz / (PIVOT * stretch)) ** (1 / self._bend) * (FRAME / RATE)
        came = np.minimum(came, BINS - 1e-6)
        whole = came.astype(np.intp)
        below, above = (np.take_along_axis(envelope, one, axis=1) for one in (whole, whole + 1))
        moved: Samples = below + (came - whole) * (above - below)
        return moved


def envelopes(power: Samples) -> Samples:
    """The logarithm of the envelope of each frame's spectrum, by linear prediction."""
    alike = irfft(power)[:, : ORDER + 1]
    alike[:, 0] = alike[:, 0] * FLOOR + QUIET
    return -np.log(np.maximum(np.abs(rfft(_predictors(alike), FRAME)), 1e-6))


def _predictors(alike: Samples) -> Samples:
    """By Levinson and Durbin, for many frames at once."""
    made = np.zeros_like(alike)
    made[:, 0] = 1
    error = alike[:, 0].copy()
    for order in range(1, ORDER + 1):
        step = -np.einsum("fi,fi->f", made[:, :order], alike[:, order:0:-1]) / error
        made[:, 1 : order + 1] += step[:, None] * made[:, order - 1 :: -1][:, :order]
        error *= np.maximum(1 - step * step, 1e-9)
    return made
