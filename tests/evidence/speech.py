"""Speech of espeak-ng and flite, and what others hear in it: Praat, a recogniser with its model, templates of words."""

import io
import subprocess
import wave
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import parselmouth
from numpy.lib.stride_tricks import sliding_window_view
from pocketsphinx import Decoder
from scipy.fft import dct
from scipy.signal import resample_poly

from satark.evidence.grains import RATE, Samples

ENGLISH = "The men come at night with a truck. They bring liquor to the shop behind the school, near the river."
HINDI = "रात को लोग ट्रक लेकर आते हैं। वे स्कूल के पीछे की दुकान में शराब लाते हैं।"
SPOKEN = (
    "zero one two three four five six seven eight nine men truck night liquor shop school police river money house village "
    "road weapon cow knife market woman child red black come today"
).split()
HINDI_SPOKEN = "शराब बंदूक ट्रक थाना नदी स्कूल दुकान पुलिस रात गाड़ी पैसा बच्चा".split()


@cache
def speak(text: str, voice: str, pitch: int = 50) -> Samples:
    """By a voice of flite (`flite/slt`) or of espeak-ng (`hi+f2`)."""
    program, _, name = voice.rpartition("/")
    made = ["flite", "-voice", name, "-t", text, "-o", "/dev/stdout"]
    asked = made if program == "flite" else ["espeak-ng", "-v", name, "-p", str(pitch), "-s", "140", "--stdout", text]
    return samples_of(subprocess.run(asked, capture_output=True, check=True).stdout)


def samples_of(wav: bytes) -> Samples:
    with wave.open(io.BytesIO(wav)) as told:
        rate = told.getframerate()
    sound = np.frombuffer(wav[44 : len(wav) - len(wav) % 2], "<i2") / 32768
    return np.asarray(resample_poly(sound, RATE, rate), float)


def wav_of(sound: Samples) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setparams((1, 2, RATE, 0, "NONE", ""))
        made.writeframes(pcm(sound))
    return file.getvalue()


def pcm(sound: Samples) -> bytes:
    return (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


def pitch_of(sound: Samples) -> float:
    """The median, in Hz."""
    heard = _pitches(sound).selected_array["frequency"]
    return float(np.median(heard[heard > 0]))


def _pitches(sound: Samples) -> Any:
    return parselmouth.Sound(sound, RATE).to_pitch(pitch_floor=60, pitch_ceiling=500)


def formants_of(sound: Samples) -> Samples:
    """The medians of the first three in what is voiced, in Hz, under the sound's own ceiling."""
    return formants_below(sound, ceiling_of(sound))


def formants_below(sound: Samples, ceiling: int) -> Samples:
    return np.asarray(np.nanmedian(_tracks(sound, (ceiling,))[0], axis=1))


CEILINGS = range(4000, 6501, 250)


def ceiling_of(sound: Samples) -> int:
    """Below which three formants are sought, as phoneticians find it: where the first two vary least (Escudero and others,
    2009)."""
    spreads = [float(np.nanvar(np.log(one[0])) + np.nanvar(np.log(one[1]))) for one in _tracks(sound, CEILINGS)]
    return CEILINGS[int(np.argmin(spreads))]


def _tracks(sound: Samples, ceilings: Sequence[int]) -> list[Samples]:
    """The first three formants through what is voiced, below each ceiling."""
    pitches = _pitches(sound)
    times = [time for time in pitches.xs() if pitches.get_value_at_time(time) > 0]
    spoken = parselmouth.Sound(sound, RATE)
    found = [spoken.to_formant_burg(maximum_formant=ceiling) for ceiling in ceilings]
    return [np.array([[one.get_value_at_time(n, time) for time in times] for n in (1, 2, 3)]) for one in found]


class Recogniser:
    """Which of some English words one is, for who never heard the speaker: PocketSphinx with the model that it brings."""

    def __init__(self, words: Sequence[str]) -> None:
        self._decoder = Decoder(lm=None, logfn="/dev/null", samprate=RATE)
        self._decoder.add_jsgf_string("one", f"#JSGF V1.0; grammar g; public <g> = {' | '.join(words)} ;")
        self._decoder.activate_search("one")

    def hear(self, sound: Samples) -> str:
        padded = np.concatenate((np.zeros(3000), sound, np.zeros(4000)))
        self._decoder.start_utt()
        self._decoder.process_raw(pcm(padded), full_utt=True)
        self._decoder.end_utt()
        heard = self._decoder.hyp()
        return heard.hypstr if heard else ""


class Listener:
    """Which of some words one is, by what is most like it of what other people said: cepstra, bent in time."""

    def __init__(self, words: Sequence[str], voices: Sequence[str]) -> None:
        self._known = [(word, cepstra(speak(word, voice))) for word in words for voice in voices]

    def hear(self, sound: Samples) -> str:
        heard = cepstra(sound)
        return min(self._known, key=lambda known: _distance(heard, known[1]))[0]


def cepstra(sound: Samples) -> Samples:
    """Of what is loud enough, every 10 ms, and how they change; as loud and as bright as each other."""
    frames = sliding_window_view(np.append(sound[0], sound[1:] - 0.97 * sound[:-1]), 400)[::160] * np.hamming(400)
    power = np.abs(np.fft.rfft(frames, 512)) ** 2
    edges = 700 * (10 ** (np.linspace(_mel(100), _mel(6800), 26) / 2595) - 1)
    bins = np.arange(257) * RATE / 512
    rise, fall = (
        ((bins - edges[:-2, None]).T / np.diff(edges)[:-1]).T,
        ((edges[2:, None] - bins).T / np.diff(edges)[1:]).T,
    )
    made = dct(np.log(power @ np.maximum(0, np.minimum(rise, fall)).T + 1e-8), norm="ortho")[:, 1:13]
    loud = np.log(power.sum(1) + 1e-9)
    made = made[loud > loud.max() - 7]
    made = (made - made.mean(0)) / made.std(0)
    return np.hstack((made, 2 * np.gradient(made, axis=0)))


def _mel(hertz: float) -> float:
    return 2595 * float(np.log10(1 + hertz / 700))


def _distance(one: Samples, other: Samples) -> float:
    apart = np.sqrt(((one[:, None] - other[None]) ** 2).sum(-1))
    row = [0.0] + [np.inf] * len(other)
    for line in apart.tolist():
        last = row
        row = [np.inf]
        for at, cost in enumerate(line):
            row.append(cost + min(last[at], last[at + 1], row[at]))
    return row[-1] / (len(one) + len(other))
