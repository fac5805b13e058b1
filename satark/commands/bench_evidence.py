"""What cleaning costs beside the bare conversion: `python -m satark.commands.bench_evidence`.

All are processor time of all processes, their start included, for some files one after the other. The bare conversion does
what a script of a few lines would: Pillow decodes and saves, PyAV decodes and encodes; no sandbox, no filter. It changes no
voice, and makes nothing of what pages show before a file is played (poster, look).
"""

import asyncio
import io
import resource
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import typer
from PIL import Image, ImageOps

from satark.evidence.sandbox import READ, Clean, Sandbox

TIMES = 5
MEGABYTE = 1_000_000
SOUND = 44_100


def picture(number: int, size: tuple[int, int]) -> Image.Image:
    """Something with edges and grain, that moves with its number."""
    wide = Image.effect_mandelbrot((size[0] + 200, size[1]), (-2, -1.2, 1, 1.2), 60)
    grain = Image.effect_noise(size, 24)
    seen = Image.blend(wide.crop((number % 200, 0, number % 200 + size[0], size[1])), grain, 0.25)
    return Image.merge("RGB", (seen, grain, ImageOps.invert(seen)))


def photo() -> bytes:
    file, tags = io.BytesIO(), Image.Exif()
    tags[0x0112] = 6
    picture(0, (4000, 3000)).save(file, "JPEG", quality=88, exif=tags)
    return file.getvalue()


def film(form: str, codec: str, sound: str, seconds: int, **options: str) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=form) as made:
        video: Any = made.add_stream(codec, rate=30, options=options)
        video.width, video.height, video.pix_fmt = 1280, 720, "yuv420p"
        tone: Any = made.add_stream(sound, rate=48_000, layout="mono")
        tone.codec_context.flags |= av.codec.context.Flags.bitexact
        frame_of: Any = av.VideoFrame.from_image
        pictures = [picture(number * 12, (1280, 720)) for number in range(16)]
        for number in range(30 * seconds):
            made.mux(video.encode(frame_of(pictures[number % len(pictures)])))
        made.mux(video.encode(None))
        _hum(made, tone, seconds)
    return file.getvalue()


def voice(seconds: int) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as made:
        _hum(made, made.add_stream("libopus", rate=48_000, layout="mono"), seconds)
    return file.getvalue()


def _hum(made: Any, stream: Any, seconds: int) -> None:
    step = stream.codec_context.frame_size or 1024
    hum = Image.effect_noise((step * 2, 1), 40).tobytes()
    for at in range(0, seconds * 48_000, step):
        frame = av.AudioFrame("s16", "mono", step)
        frame.planes[0].update(hum)
        frame.rate, frame.pts, frame.time_base = 48_000, at, Fraction(1, 48_000)
        made.mux(stream.encode(frame))
    made.mux(stream.encode(None))


def bare_photo(path: str) -> None:
    with Image.open(path) as photo:
        ImageOps.exif_transpose(photo).save(io.BytesIO(), "JPEG", quality=85)


def bare_encoding(path: str) -> None:
    with av.open(path) as media, av.open(io.BytesIO(), "w", format="mp4") as made:
        made_of: dict[Any, Any] = {}
        one: Any
        for one in media.streams.video:
            one.thread_type = "AUTO"
            made_of[one] = made.add_stream("libx264", rate=30, options={"crf": "24", "preset": "veryfast"})
            made_of[one].width, made_of[one].height = one.width, one.height
        for voice in media.streams.audio:
            made_of[voice] = made.add_stream("aac", rate=SOUND, layout="mono", bit_rate=64_000)
        resampler = av.AudioResampler("fltp", "mono", SOUND)
        for packet in media.demux():
            for frame in packet.decode():
                stream = made_of[packet.stream]
                if isinstance(frame, av.VideoFrame):
                    # As the program ffmpeg does: what kind of frame it was is not what it will be.
                    frame.pict_type = 0
                for shaped in resampler.resample(frame) if isinstance(frame, av.AudioFrame) else [frame]:
                    made.mux(stream.encode(shaped))
        for stream in made_of.values():
            made.mux(stream.encode(None))


SPOKEN = "voice (Opus, 2 min), in another voice"
CASES: dict[str, tuple[Callable[[], bytes], Callable[[str], None]]] = {
    "photo, 12 megapixels": (photo, bare_photo),
    "film (H.264 and AAC, 20 s of 720p)": (
        lambda: film("mp4", "libx264", "aac", 20, preset="ultrafast", b="6M"),
        bare_encoding,
    ),
    "film (VP8 and Opus, 10 s of 720p)": (
        lambda: film("webm", "libvpx", "libopus", 10, deadline="realtime", b="4M"),
        bare_encoding,
    ),
    SPOKEN: (lambda: voice(120), bare_encoding),
}


def children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def cleaned(path: Path, as_spoken: bool = False) -> float:
    """Processor seconds to clean the file TIMES times, of the sandbox and of what feeds it."""
    before, mine = children_seconds(), resource.getrusage(resource.RUSAGE_SELF)
    sandbox = Sandbox()
    for _ in range(TIMES):
        result = await sandbox.clean(_read(path), as_spoken)
        assert isinstance(result, Clean)
        result.close()
    # The next file makes the sandbox count what the last one used.
    await sandbox.clean(_words())
    sandbox.close()
    now = resource.getrusage(resource.RUSAGE_SELF)
    return children_seconds() - before + now.ru_utime + now.ru_stime - mine.ru_utime - mine.ru_stime


async def _read(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(READ):
            yield chunk


async def _words() -> AsyncIterator[bytes]:
    yield b"x"


def converted(case: str, path: Path) -> float:
    """Processor seconds of the bare conversion, TIMES times in one run."""
    before = children_seconds()
    subprocess.run([sys.executable, "-m", __spec__.name, case, str(path)], check=True)  # noqa: S603 - ourselves
    return children_seconds() - before


def table() -> Iterable[str]:
    yield "| file | MB | cleaning, ms of processor a MB | bare conversion | ratio |"
    yield "|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample"
        for case, (make, _) in CASES.items():
            path.write_bytes(make())
            ours, bare = asyncio.run(cleaned(path)), converted(case, path)
            yield row(case, path, ours, bare)
            if case == SPOKEN:
                yield row("the same, as it was spoken", path, asyncio.run(cleaned(path, as_spoken=True)), bare)


def row(name: str, path: Path, ours: float, bare: float) -> str:
    size = path.stat().st_size / MEGABYTE
    each, other = (used * 1000 / TIMES / size for used in (ours, bare))
    return f"| {name} | {size:.1f} | {each:.1f} | {other:.1f} | {ours / bare:.2f} |"


def main(arguments: list[str]) -> None:
    if arguments:
        case, path = arguments
        for _ in range(TIMES):
            CASES[case][1](path)
        return
    for line in table():
        typer.echo(line)


if __name__ == "__main__":
    main(sys.argv[1:])
