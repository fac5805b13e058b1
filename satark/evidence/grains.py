"""Moves the pitch of a sound and not its length: short grains, played faster or slower, each put where it fits the last."""

import math
import random

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

RATE = 16_000
# In samples: grains of 30 ms, each half over the one before, sought within 16 ms, which is the period of the lowest voice.
GRAIN, HOP, SEARCH = 480, 240, 256
SPAN = GRAIN + HOP + SEARCH
WANDERS = 0.03
SECONDS = (0.6, 1.6)


class Wander:
    """A factor that goes from one random place to the next, each time within some seconds. `width` is the most of its
    logarithm, `step` the seconds between two values."""

    def __init__(self, chance: random.Random, width: float, step: float) -> None:
        self._chance, self._width, self._step = chance, width, step
        self._line: list[float] = []
        self._end = self._somewhere()

    def _somewhere(self) -> float:
        return self._chance.uniform(-self._width, self._width)

    def take(self, count: int) -> Samples:
        """The next values."""
        while len(self._line) < count:
            start, self._end = self._end, self._somewhere()
            steps = max(1, round(self._chance.uniform(*SECONDS) / self._step))
            self._line += [start + (self._end - start) * number / steps for number in range(steps)]
        taken, self._line = self._line[:count], self._line[count:]
        made: Samples = np.exp(taken)
        return made


class Grains:
    """One recording, in pieces of any size, by one factor, which wanders a little."""

    def __init__(self, chance: random.Random, factor: float) -> None:
        self._factor = factor
        self._wander = Wander(chance, WANDERS, HOP / RATE)
        self._left = np.zeros(SEARCH)
        self._tail = np.zeros(HOP)
        self._expected = np.zeros(HOP)
        self._window = np.hanning(GRAIN + 1)[:GRAIN]

    def take(self, sound: Samples, last: bool = False) -> Samples:
        reach = math.ceil(SPAN * self._factor * math.exp(WANDERS)) + 2
        held = np.concatenate((self._left, sound, np.zeros(reach if last else 0)))
        count = max(0, (len(held) - reach) // HOP)
        made = np.empty(count * HOP)
        steps = np.arange(SPAN)
        for number, wander in enumerate(self._wander.take(count)):
            at = number * HOP
            made[at : at + HOP] = self._grain(_played(held[at : at + reach], steps * (self._factor * wander)))
        self._left = held[count * HOP :]
        return made

    def _grain(self, played: Samples) -> Samples:
        """What goes out of the next grain, over the end of the last. `played` is what it can be cut from."""
        start = _best(played[: SEARCH + HOP], self._expected)
        grain = played[start : start + GRAIN] * self._window
        out = self._tail + grain[:HOP]
        self._tail = grain[HOP:]
        self._expected = played[start + HOP : start + GRAIN]
        return out


def _played(sound: Samples, places: Samples) -> Samples:
    whole = places.astype(np.intp)
    before = sound[whole]
    return before + (places - whole) * (sound[whole + 1] - before)


def _best(sound: Samples, expected: Samples) -> int:
    """Where in a sound something begins that is most like what is expected."""
    alike = np.correlate(sound, expected, "valid")
    energy = np.cumsum(np.concatenate((np.zeros(1), sound * sound)))
    return int(np.argmax(alike / np.sqrt(np.maximum(energy[HOP:] - energy[:-HOP], 1e-12))))
