"""A voice becomes somebody else's, and its words stay: another pitch and another throat. In pieces, on numpy alone.

Grains of the sound are played faster or slower (grains.py), so that the median of the pitch comes to where it was drawn,
whatever it was before. The envelope of the spectrum, which the throat makes, is stretched and bent along the frequencies
(throat.py), as a McAdams coefficient does with the poles of a linear prediction. Both wander while one speaks: no one
constant leads back. What was drawn comes from the operating system, and is kept nowhere.
"""

import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.fft import irfft, rfft
from numpy.lib.stride_tricks import sliding_window_view

from satark.evidence.grains import RATE, Grains, Samples
from satark.evidence.throat import PIVOT, Throat

PIECE = 20 * RATE
"""So much is worked on at a time; the first piece tells how high the voice is."""
NOTHING: Samples = np.zeros(0)

# In Hz: where the median of the pitch is drawn, and by what factor it moves, up or down.
PITCHES = (95.0, 215.0)
PITCH_MOVES = (1.2, 1.75)
GUESSED, MIDDLE = 150.0, 155.0
# By what factor the formants move, up or down: towards the middle of all voices, where words are understood best, and now
# and then away from it. It is looked at where the first three of them lie.
FORMANTS_MOVE, AWAY = (1.09, 1.32), (1.09, 1.18)
OFTEN = 0.75
BEND = 0.08
FORMANTS = (400.0, 3000.0)

# How a pitch is found: frames of 64 ms, between these two in Hz.
LOWEST, HIGHEST = 65, 400
LOOK, LEAP = 1024, 512
CLEAR, NEARLY, LOUD = 0.5, 0.9, 0.02
FEWEST = 5


@dataclass(frozen=True)
class Draw:
    """What one recording is disguised by: factors of the pitch and of the formants at PIVOT, and how the latter bend."""

    pitch: float
    stretch: float
    bend: float

    def moves(self, hertz: float) -> float:
        """By what factor a formant moves."""
        return self.stretch * math.pow(hertz / PIVOT, self.bend - 1)


def draw(median: float, chance: random.Random) -> Draw:
    """For a voice of this median pitch, in Hz."""
    pitch = 1.0
    while not PITCH_MOVES[0] <= max(pitch, 1 / pitch) <= PITCH_MOVES[1]:
        pitch = math.exp(chance.uniform(*(math.log(one) for one in PITCHES))) / median
    to_the_middle = chance.random() < OFTEN
    least, most = FORMANTS_MOVE if to_the_middle else AWAY
    up = (median < MIDDLE) == to_the_middle
    while True:
        stretch = math.exp(chance.uniform(math.log(least), math.log(most)) * (1 if up else -1))
        drawn = Draw(pitch, stretch, 1 + chance.uniform(-BEND, BEND))
        moved = [drawn.moves(hertz) ** (1 if up else -1) for hertz in FORMANTS]
        if least <= min(moved) and max(moved) <= most:
            return drawn


def median_pitch(sound: Samples) -> float:
    """In Hz, of what is voiced; 0 where nothing is. By autocorrelation, the first peak that is nearly the highest."""
    if len(sound) < LOOK:
        return 0.0
    low, high = RATE // HIGHEST, RATE // LOWEST
    frames = sliding_window_view(sound, LOOK)[::LEAP]
    power = np.abs(rfft(frames - frames.mean(axis=1, keepdims=True), 2 * LOOK)) ** 2
    alike = irfft(power)[:, : high + 1]
    energy = alike[:, :1]
    alike = alike / np.maximum(energy, 1e-12) * (LOOK / (LOOK - np.arange(high + 1)))
    inner = alike[:, low:high]
    top = inner.max(axis=1, keepdims=True)
    peaks = (inner >= NEARLY * top) & (inner >= alike[:, low - 1 : high - 1]) & (inner >= alike[:, low + 1 :])
    loud = energy > max(1e-9, LOUD * float(np.percentile(energy, 95)))
    voiced = (loud & (top > CLEAR))[:, 0] & peaks.any(axis=1)
    lags = peaks[voiced].argmax(axis=1) + low
    return RATE / float(np.median(lags)) if len(lags) >= FEWEST else 0.0


class Disguise:
    """Of one recording: one channel at RATE, in pieces of any size. `chance` is for tests."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self._chance = chance or random.SystemRandom()
        self._waiting: list[Samples] = []
        self._steps: tuple[Grains, Throat] | None = None

    def take(self, sound: Samples) -> Samples:
        """Returns what is ready."""
        self._waiting.append(sound)
        return self._work(last=False) if sum(map(len, self._waiting)) >= PIECE else NOTHING

    def finish(self) -> Samples:
        """The rest. All together is as long as what came, to some hundredths of a second."""
        return self._work(last=True)

    def _work(self, last: bool) -> Samples:
        sound = np.concatenate((NOTHING, *self._waiting))
        self._waiting = []
        grains, throat = self._steps = self._steps or self._prepared(sound)
        return throat.take(grains.take(sound, last), last)

    def _prepared(self, sound: Samples) -> tuple[Grains, Throat]:
        drawn = draw(median_pitch(sound) or GUESSED, self._chance)
        # The grains take the envelope along with the pitch: the throat brings it back, and then to where it was drawn.
        throat = Throat(self._chance, drawn.stretch / drawn.pitch, drawn.bend)
        return Grains(self._chance, drawn.pitch), throat
