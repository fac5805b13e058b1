"""What could be heard in a film or a recording can be heard in its clean copy: each track of it, at its time; and a voice is
somebody else's, whatever picture stands beside it."""

import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from scipy.signal import find_peaks

from satark.evidence.cleaners import clean_file
from satark.evidence.report import LeftOut, Mime, NotClean, Reason, Report
from tests.evidence import samples
from tests.evidence.samples import saved

RATE = 48_000
SIZE = (96, 64)


def cleaned(data: bytes, as_spoken: bool = False) -> tuple[Report, bytes]:
    target = io.BytesIO()
    report = clean_file(io.BytesIO(data), target, as_spoken)
    return report, target.getvalue()


def tone(hertz: float, seconds: float = 2.0, start: float = 0.0, rate: int = RATE) -> Any:
    """One channel: silence, then a tone."""
    times = np.arange(int(seconds * rate)) / rate
    return (0.3 * np.sin(2 * np.pi * hertz * times) * (times >= start))[None]


def tracks(data: bytes) -> list[Any]:
    """The sound tracks, as a player decodes them: rows are channels, at RATE, from zero on."""
    heard = []
    with av.open(io.BytesIO(data)) as media:
        count = len(media.streams.audio)
    for number in range(count):
        with av.open(io.BytesIO(data)) as media:
            stream = media.streams.audio[number]
            layout = "stereo" if stream.codec_context.channels == 2 else "mono"
            resampler = av.AudioResampler("fltp", layout, RATE, options={"async": "1", "first_pts": "0"})
            frames = [one for frame in media.decode(audio=number) for one in resampler.resample(frame)]
        heard.append(np.concatenate([frame.to_ndarray() for frame in frames], axis=1))
    return heard


def heard_in(sound: Any, start: float = 0.0, end: float = 2.0) -> list[int]:
    """The tones of a channel, in Hz, the loudest first."""
    part = sound[int(start * RATE) : int(end * RATE)]
    power = np.abs(np.fft.rfft(part * np.hanning(len(part))))
    peaks, _ = find_peaks(power, height=power.max() / 5, distance=20)
    loudest = sorted(peaks, key=lambda at: -power[at])
    return [round(at * RATE / len(part) / 10) * 10 for at in loudest]


def add_sounds(made: Any, sounds: Sequence[Any], codec: str = "aac", rate: int = RATE) -> list[Any]:
    """The streams; all are to be there before anything is written."""
    return [
        made.add_stream(
            codec,
            rate=rate,
            layout="mono" if len(sound) == 1 else "stereo",
            bit_rate=64_000 if codec.startswith("wm") else 0,
        )
        for sound in sounds
    ]


def write_sounds(
    made: Any, sounds: Sequence[Any], streams: Sequence[Any], start: float = 0.0, rate: int = RATE
) -> None:
    for sound, stream in zip(sounds, streams, strict=True):
        step = stream.codec_context.frame_size or 1024
        resampler = av.AudioResampler(stream.codec_context.format.name, stream.codec_context.layout.name, rate)
        for at in range(0, sound.shape[1] - step + 1, step):
            part = np.ascontiguousarray(sound[:, at : at + step].astype(np.float32))
            frame: Any = av.AudioFrame.from_ndarray(part, "fltp", "mono" if len(sound) == 1 else "stereo")
            frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), int(start * rate) + at
            for one in resampler.resample(frame):
                made.mux(stream.encode(one))
        made.mux(stream.encode(None))


def film(
    sounds: Sequence[Any], form: str = "matroska", pictures: Sequence[Image.Image] = (), sound: str = "aac", start: float = 0.0,
    codec: str = "libx264", rate: int = 10,
) -> bytes:  # fmt: skip
    pictures = pictures or [samples.scene(number) for number in range(20)]
    file = io.BytesIO()
    with av.open(file, "w", format=form) as made:
        stream: Any = made.add_stream(codec, rate=rate)
        stream.width, stream.height = pictures[0].size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        heard = add_sounds(made, sounds, sound)
        for number, picture in enumerate(pictures):
            frame: Any = av.VideoFrame.from_image(picture)
            frame.pts, frame.time_base = number + int(start * rate), Fraction(1, rate)
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
        write_sounds(made, sounds, heard, start)
    return file.getvalue()


def recording(sounds: Sequence[Any], form: str, codec: str, rate: int = RATE, start: float = 0.0) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=form) as made:
        write_sounds(made, sounds, add_sounds(made, sounds, codec, rate), start, rate)
    return file.getvalue()


@pytest.mark.parametrize("form", ["matroska", "mp4", "mpegts"])
def test_all_sound_tracks_are_heard_together_and_the_further_ones_by_themselves(form: str) -> None:
    """A browser plays the first track only."""
    report, data = cleaned(film([tone(440), tone(1000), tone(1700)], form))
    first, second, third = tracks(data)
    assert report.left_out == (LeftOut.SOUND_TRACKS,)
    assert (sorted(heard_in(first[0])), heard_in(first[0])[0]) == ([440, 1000, 1700], 440)
    assert (heard_in(second[0]), heard_in(third[0])) == ([1000], [1700])


def test_a_track_that_ends_early_stops_no_other() -> None:
    data = cleaned(film([tone(440, 1.0), tone(1000, 2.0)]))[1]
    first = tracks(data)[0][0]
    assert sorted(heard_in(first, 0.1, 0.9)) == [440, 1000]
    assert heard_in(first, 1.2, 1.9) == [1000]


def test_left_and_right_stay_left_and_right() -> None:
    sound = tracks(cleaned(film([np.concatenate((tone(440), tone(1000)))]))[1])[0]
    assert [heard_in(channel) for channel in sound] == [[440], [1000]]


def test_channels_that_cancel_each_other_out_are_heard_in_another_voice() -> None:
    """A telephone may record the second channel as the opposite of the first."""
    hum = tone(220, 3.0)
    report, data = cleaned(recording([np.concatenate((hum, -hum))], "wav", "pcm_s16le"))
    assert (report.changed, np.abs(tracks(data)[0]).max() > 0.1) == (True, True)


def test_sound_and_picture_stay_together_where_the_clock_is_late() -> None:
    """The tone begins when the picture turns white, in a file whose clock stands at two hours."""
    pictures = [Image.new("RGB", SIZE, colour) for colour in ("black", "white") for _ in range(10)]
    for form in ("mpegts", "matroska", "mp4"):
        data = cleaned(film([tone(440, 2.0, start=1.0)], form, pictures, start=7200))[1]
        with av.open(io.BytesIO(data)) as media:
            turns = next(frame.time for frame in media.decode(video=0) if frame.to_ndarray()[32, 48] > 128)
        sound = np.abs(tracks(data)[0][0])
        begins = int(np.argmax(sound > 0.1)) / RATE
        assert turns == pytest.approx(1.0, abs=0.11), form
        assert begins == pytest.approx(turns, abs=0.11), form
        assert sound.shape[0] / RATE == pytest.approx(2.0, abs=0.1), form


def test_a_sound_that_begins_later_than_the_picture_still_does() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as made:
        stream: Any = made.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        heard = add_sounds(made, [tone(440, 1.0)])
        for number in range(20):
            frame: Any = av.VideoFrame.from_image(samples.scene(number))
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
        write_sounds(made, [tone(440, 1.0)], heard, start=1.0)
    sound = np.abs(tracks(cleaned(file.getvalue())[1])[0][0])
    assert int(np.argmax(sound > 0.1)) / RATE == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("form", ["mpegts", "matroska"])
def test_a_silence_in_between_stays_as_long_as_it_was(form: str) -> None:
    """Of a transport stream, too, whose clock may jump: here only the sound has nothing to say."""
    file = io.BytesIO()
    with av.open(file, "w", format=form) as made:
        stream: Any = made.add_stream("libx264", rate=5, options={"bf": "0"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        heard: Any = made.add_stream("mp2", rate=RATE, layout="mono")
        for number in range(100):
            frame: Any = av.VideoFrame.from_image(samples.scene(number))
            frame.pts, frame.time_base = number, Fraction(1, 5)
            made.mux(stream.encode(frame))
            if number in (0, 75):
                step = 1152
                for at in range(0, RATE - step, step):
                    sound = (tone(440)[:, at : at + step] * 32_000).astype(np.int16)
                    part: Any = av.AudioFrame.from_ndarray(sound, "s16", "mono")
                    part.sample_rate, part.time_base, part.pts = RATE, Fraction(1, RATE), number // 5 * RATE + at
                    made.mux(heard.encode(part))
        made.mux(stream.encode(None))
        made.mux(heard.encode(None))
    sound = tracks(cleaned(file.getvalue())[1])[0][0]
    assert heard_in(sound, 0.1, 0.9) == heard_in(sound, 15.1, 15.9) == [440]
    assert np.abs(sound[2 * RATE : 14 * RATE]).max() < 0.01


def test_a_recording_that_begins_at_an_hour_is_not_too_long() -> None:
    report, data = cleaned(recording([tone(440)], "matroska", "libopus", start=3 * 3600), as_spoken=True)
    assert (report.mime, heard_in(tracks(data)[0][0])) == (Mime.AUDIO, [440])
    assert tracks(data)[0].shape[1] / RATE == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(
    ("form", "codec", "rate"),
    [("ogg", "libopus", 48_000), ("amr", "libopencore_amrnb", 8000), ("mp3", "libmp3lame", 44_100), ("asf", "wmav2", 44_100),
     ("3gp", "aac", 16_000), ("webm", "libopus", 48_000), ("flac", "flac", 44_100), ("caf", "pcm_s16le", 44_100),
     ("adts", "aac", 44_100), ("avi", "libmp3lame", 44_100), ("wav", "pcm_alaw", 8000), ("aiff", "pcm_s16be", 44_100), ("au", "pcm_mulaw", 8000)],
)  # fmt: skip
def test_recordings_of_all_kinds_are_heard(form: str, codec: str, rate: int) -> None:
    data = recording([tone(440, rate=rate)], form, codec, rate)
    report, made = cleaned(data, as_spoken=True)
    assert (report.mime, report.changed, report.left_out) == (Mime.AUDIO, False, ())
    assert heard_in(tracks(made)[0][0], 0.3, 1.7)[0] == 440
    changed, other = cleaned(data)
    assert changed.changed
    assert heard_in(tracks(other)[0][0], 0.3, 1.7)[0] != 440


def still(count: int) -> list[Image.Image]:
    return [samples.scene(size=(320, 240))] * count


COVERS: dict[str, Callable[[], bytes]] = {
    "one picture, as a film": lambda: film([tone(220)], "mov", still(1)),
    "one picture, of JPEG": lambda: film([tone(220)], "mov", still(1), codec="mjpeg"),
    "one picture again and again, of JPEG": lambda: film([tone(220)], "mov", still(20), codec="mjpeg"),
    "of an MP3": samples.mp3,
}


@pytest.mark.parametrize("name", COVERS)
def test_a_picture_beside_a_recording_makes_no_film_of_it(name: str) -> None:
    report, data = cleaned(COVERS[name]())
    assert (report.mime, report.changed, report.left_out) == (Mime.AUDIO, True, ())
    assert Image.open(io.BytesIO(report.poster)).size in ((320, 240), SIZE[::-1])
    assert heard_in(tracks(data)[0][0], 0.3, 1.7)[0] != 220


@pytest.mark.parametrize(("pictures", "rate"), [(120, 10), (4, 1), (40, 10), (20, 10)])
def test_who_tells_something_over_one_picture_has_another_voice(pictures: int, rate: int) -> None:
    original = film([tone(220, pictures / rate)], "mp4", still(pictures), rate=rate)
    report, data = cleaned(original)
    assert (report.mime, report.changed) == (Mime.VIDEO, True)
    assert heard_in(tracks(data)[0][0], 0.3, 1.7)[0] != 220
    report, data = cleaned(original, as_spoken=True)
    assert (report.changed, heard_in(tracks(data)[0][0], 0.3, 1.7)) == (False, [220])


def test_the_sound_of_a_short_film_in_which_little_moves_stays() -> None:
    """A thing that lies there, filmed by hand: the picture trembles."""
    scene = samples.scene(size=(330, 250))
    pictures = [scene.crop((at, at, at + 320, at + 240)) for at in (0, 1, 2, 1)] * 10
    assert not cleaned(film([tone(220, 4)], "mp4", pictures))[0].changed


def test_the_sound_of_a_film_stays() -> None:
    report, data = cleaned(film([tone(220)]))
    assert (report.changed, heard_in(tracks(data)[0][0])) == (False, [220])


def test_all_tracks_of_a_recording_are_in_another_voice() -> None:
    report, data = cleaned(recording([tone(260, 4.0), tone(300, 4.0)], "matroska", "aac"))
    assert (report.changed, report.left_out) == (True, (LeftOut.SOUND_TRACKS,))
    first, second = (track[0] for track in tracks(data))
    assert not {260, 300} & {*heard_in(first, 0.5, 3.5), *heard_in(second, 0.5, 3.5)}


def test_a_film_whose_pictures_cannot_be_read_is_heard_in_another_voice() -> None:
    original = film([tone(220)], "avi", codec="mpeg4", sound="pcm_s16le")
    broken = original.replace(b"FMP4", b"ZZZZ")
    report, data = cleaned(broken)
    assert (report.mime, report.changed, report.left_out) == (Mime.AUDIO, True, (LeftOut.PICTURES,))
    assert heard_in(tracks(data)[0][0], 0.3, 1.7)[0] != 220


def test_subtitles_are_told_of() -> None:
    import subprocess
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        film_at, words, made = (Path(folder) / name for name in ("film.mkv", "words.srt", "made.mkv"))
        film_at.write_bytes(film([tone(440)]))
        words.write_text("1\n00:00:00,000 --> 00:00:01,000\nthe truck\n")
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", film_at, "-i", words, "-c", "copy", "-c:s", "srt", made], check=True
        )
        assert cleaned(made.read_bytes())[0].left_out == (LeftOut.SUBTITLES,)


def test_what_lasts_too_long_is_withheld_by_its_length() -> None:
    original = recording([tone(440, 3.0, rate=8000)], "wav", "pcm_s16le", 8000)
    with av.open(io.BytesIO(original)) as media:
        assert media.duration == 3_000_000 - 3_000_000 % 128_000 or media.duration
    hours = film([tone(440)], "matroska", [samples.scene(0), *[samples.scene(1)] * 2], rate=1)
    assert cleaned(hours)[0].mime == Mime.VIDEO
    slow = film([], "matroska", [samples.scene(number) for number in range(4)], rate=1)
    assert cleaned(slow)[0].mime == Mime.VIDEO
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as made:
        stream: Any = made.add_stream("libx264", rate=1)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for at in (0, 900, 1900):
            frame: Any = av.VideoFrame.from_image(samples.scene(at))
            frame.pts, frame.time_base = at, Fraction(1, 1)
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    with pytest.raises(NotClean) as found:
        cleaned(file.getvalue())
    assert found.value.reason == Reason.LONG


def test_of_a_cover_the_poster_is_clean() -> None:
    report, _ = cleaned(samples.mp3())
    assert samples.RAW not in report.poster
    assert Image.open(io.BytesIO(report.poster)).format == "JPEG"
    assert saved(Image.open(io.BytesIO(report.poster)), "JPEG")
