"""The police hear what was said and not who said it: measured on speech, by instruments that nobody here made."""

import math
import random
import tracemalloc

import numpy as np
import pytest

from satark.evidence import disguise as disguises
from satark.evidence.disguise import PIECE, Disguise, draw, median_pitch
from satark.evidence.grains import RATE, Grains, Samples
from satark.evidence.throat import Throat
from tests.evidence.speech import (
    ENGLISH,
    HINDI,
    HINDI_SPOKEN,
    SPOKEN,
    Listener,
    Recogniser,
    ceiling_of,
    formants_below,
    formants_of,
    pitch_of,
    speak,
)

SPEAKERS = {
    "flite/rms": ENGLISH,
    "flite/slt": ENGLISH,
    "flite/awb": ENGLISH,
    "en-us+f3": ENGLISH,
    "en-us+m7": ENGLISH,
    "hi": HINDI,
    "hi+f2": HINDI,
}
LEAST_PITCH, LEAST_FORMANTS = 1.15, 1.06
"""What is claimed: by this factor the pitch moves at least, and the first three formants on an average."""
NEAR = 1.04
"""As near as this a voice may be itself: so far apart are two days of one speaker."""


def disguised(sound: Samples, seed: int | None = None, piece: int = 1600) -> Samples:
    made = Disguise(None if seed is None else random.Random(seed))
    pieces = [made.take(sound[at : at + piece]) for at in range(0, len(sound), piece)]
    return np.concatenate((*pieces, made.finish()))


def moved(before: Samples, after: Samples) -> float:
    """By what factor, one way or the other, on an average."""
    return math.exp(float(np.abs(np.log(after / before)).mean()))


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_pitch_and_formants_move(speaker: str) -> None:
    sound = speak(SPEAKERS[speaker], speaker)
    pitch, formants = pitch_of(sound), formants_of(sound)
    for seed in range(4):
        after = disguised(sound, seed)
        assert abs(len(after) - len(sound)) < 0.06 * RATE
        assert max(pitch_of(after) / pitch, pitch / pitch_of(after)) >= LEAST_PITCH
        assert moved(formants, formants_of(after)) >= LEAST_FORMANTS


def test_two_disguises_of_one_recording_are_two_voices() -> None:
    sound = speak(ENGLISH, "flite/rms")
    pitches = sorted(pitch_of(disguised(sound)) for _ in range(6))
    assert pitches[-1] / pitches[0] > 1.05
    one, other = disguised(sound), disguised(sound)
    assert not np.allclose(one[: len(sound)], other[: len(sound)], atol=0.01)


def test_what_is_drawn_comes_from_the_operating_system(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(disguises, "draw", lambda median, chance: asked.append(type(chance)) or draw(median, chance))
    Disguise().finish()
    assert asked == [random.SystemRandom]


@pytest.mark.parametrize("median", [85.0, 120.0, 154.0, 156.0, 210.0, 300.0])
def test_every_draw_is_far_from_who_spoke(median: float) -> None:
    """And tells little of them: a deep voice and a high one come to the same pitches."""
    drawn = [draw(median, random.Random(seed)) for seed in range(300)]
    for one in drawn:
        assert disguises.PITCH_MOVES[0] <= max(one.pitch, 1 / one.pitch) <= disguises.PITCH_MOVES[1]
        assert disguises.PITCHES[0] <= one.pitch * median <= disguises.PITCHES[1]
        for hertz in (500, 1500, 2500):
            assert max(one.moves(hertz), 1 / one.moves(hertz)) >= 1.08
    assert {one.stretch > 1 for one in drawn} == {True, False}
    assert np.ptp(np.log([one.pitch for one in drawn])) > math.log(1.25)


def undone(sound: Samples, pitch: float, stretch: float, bend: float = 1.0) -> Samples:
    """What an attacker makes who has this program and knows who is suspected: all is played backwards, by the mean."""
    still = random.Random(0)
    return Grains(still, 1 / pitch).take(Throat(still, pitch / stretch, 1 / bend).take(sound, last=True), last=True)


@pytest.mark.parametrize("speaker", ["flite/rms", "flite/slt"])
def test_undoing_it_by_the_mean_does_not_give_the_voice_back(speaker: str) -> None:
    """Even for who knows the speaker's own pitch, and so what would be drawn for it. Who knew what was drawn would hear the
    voice: that is why it is kept nowhere, and it shows that this attack is one."""
    sound = speak(ENGLISH, speaker)
    pitch, ceiling = pitch_of(sound), ceiling_of(sound)
    formants = formants_below(sound, ceiling)
    likely = [draw(pitch, random.Random(seed)) for seed in range(400)]
    mean_pitch = math.exp(np.mean([math.log(one.pitch) for one in likely]))
    mean_stretch = math.exp(np.mean([math.log(one.stretch) for one in likely]))

    def off(after: Samples) -> tuple[float, float]:
        return moved(np.array([pitch]), np.array([pitch_of(after)])), moved(formants, formants_below(after, ceiling))

    by_the_mean, by_the_truth = [], []
    for seed in range(6):
        after, drawn = disguised(sound, seed), draw(median_pitch(sound), random.Random(seed))
        by_the_mean.append(off(undone(after, mean_pitch, mean_stretch)))
        by_the_truth.append(off(undone(after, drawn.pitch, drawn.stretch, drawn.bend)))
    assert [one for one in by_the_mean if max(one) < NEAR] == []
    assert np.median([one[0] for one in by_the_mean]) > 1.06
    assert np.median([one[0] for one in by_the_truth]) < 1.03
    assert np.median([one[1] for one in by_the_truth]) < 1.07


def test_words_remain_for_a_recogniser() -> None:
    """One word of 32, for a machine that knows no such voices. Chance is 0.03."""
    recogniser = Recogniser(SPOKEN)
    before, after = [], []
    for speaker in ("flite/rms", "flite/slt", "flite/awb"):
        for seed, word in enumerate(SPOKEN):
            sound = speak(word, speaker)
            before.append(recogniser.hear(sound) == word)
            after.append(recogniser.hear(disguised(sound, seed)) == word)
    assert np.mean(before) >= 0.95
    assert np.mean(after) >= 0.8


def test_words_remain_in_hindi() -> None:
    """One word of 12, by what is most like it of what four others said. Chance is 0.08."""
    listener = Listener(HINDI_SPOKEN, ("hi+m3", "hi+f4", "hi+m7", "hi+f1"))
    before, after = [], []
    for speaker in ("hi", "hi+f2"):
        for seed, word in enumerate(HINDI_SPOKEN):
            before.append(listener.hear(speak(word, speaker)) == word)
            after.append(listener.hear(disguised(speak(word, speaker), seed)) == word)
    assert np.mean(before) >= 0.95
    assert np.mean(after) >= 0.8


def test_a_telephone_s_sound_is_changed_as_well() -> None:
    """8,000 samples a second, and nothing above 4 kHz."""
    sound = speak(ENGLISH, "flite/rms")
    seen = np.fft.rfft(sound)
    seen[len(seen) * 9 // 20 :] = 0
    narrow = np.fft.irfft(seen, len(sound))
    after = disguised(narrow, 1)
    assert max(pitch_of(after) / pitch_of(narrow), pitch_of(narrow) / pitch_of(after)) >= LEAST_PITCH
    assert moved(formants_of(narrow), formants_of(after)) >= LEAST_FORMANTS


@pytest.mark.parametrize("count", [0, 1, 100, RATE // 10, RATE])
def test_short_sounds_and_silence_pass(count: int) -> None:
    for sound in (np.zeros(count), np.full(count, 0.5), np.random.default_rng(1).normal(0, 0.1, count)):
        after = disguised(sound, 1)
        assert np.isfinite(after).all()
        assert count <= len(after) <= count + 0.06 * RATE


def test_in_whatever_pieces_it_comes_it_is_one_voice() -> None:
    """And as loud as it was; where pieces meet, nothing is heard."""
    sound = np.tile(speak(ENGLISH, "flite/rms"), 5)
    assert len(sound) > PIECE
    whole, parts = disguised(sound, 3, len(sound)), disguised(sound, 3, 1024)
    assert abs(len(whole) - len(parts)) <= 0.02 * RATE
    assert math.isclose(pitch_of(whole), pitch_of(parts), rel_tol=0.02)
    assert math.isclose(float(np.std(sound)), float(np.std(parts)), rel_tol=0.2)
    assert np.abs(np.diff(parts)).max() <= 2.5 * np.abs(np.diff(sound)).max()


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_the_pitch_is_found_as_praat_finds_it(speaker: str) -> None:
    sound = speak(SPEAKERS[speaker], speaker)
    assert math.isclose(median_pitch(sound), pitch_of(sound), rel_tol=0.06)


def test_a_long_recording_needs_no_more_memory_than_a_short_one() -> None:
    minute = np.tile(speak(ENGLISH, "flite/rms"), 10)[: 30 * RATE]

    def peak(times: int) -> int:
        tracemalloc.start()
        made = Disguise(random.Random(1))
        for _ in range(times):
            for at in range(0, len(minute), 1024):
                made.take(minute[at : at + 1024])
        made.finish()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    short, long = peak(1), peak(4)
    assert long < 1.2 * short < 120 * 2**20
