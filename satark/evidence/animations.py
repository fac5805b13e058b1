"""A picture that moves becomes a short film: every one of its frames, as long as it is shown. Where nothing moves, or it is
too large, it is its first frame; that is said."""

from collections.abc import Iterator
from fractions import Fraction
from typing import IO, Any

import av
from PIL import Image

from satark.evidence.colours import to_screen
from satark.evidence.glimpses import look_at
from satark.evidence.mp4 import open_mp4
from satark.evidence.report import LeftOut, Mime, Report
from satark.evidence.video_filter import TICK
from satark.evidence.video_track import Budget, VideoWriter

# Formats whose further pictures follow each other in time.
MOVING = frozenset({"GIF", "PNG", "WEBP", "AVIF"})
# Of a frame that says nothing of its time, or less than browsers take for meant (10 ms).
USUAL_S, LEAST_S = 0.1, 0.02
MOST_SECONDS = 600.0
BROKEN = (OSError, SyntaxError, ValueError, EOFError)


def clean_animation(picture: Image.Image, target: IO[bytes]) -> Report:
    """`picture` was opened, and has several frames."""
    count: int = picture.n_frames  # type: ignore[attr-defined]
    left_out: list[LeftOut] = []
    frames = _frames(picture, count, left_out)
    time, first = next(frames)
    with open_mp4(target, count + 1) as made:
        writer = VideoWriter(made, first, Budget(MOST_SECONDS, count))
        writer.write(first, time)
        for time, frame in frames:
            writer.write(frame, time)
        writer.finish()
    target.flush()
    target.seek(0)
    poster, looks = look_at(target)
    if writer.lost_pictures:
        left_out.append(LeftOut.FRAME_RATE)
    return Report(Mime.VIDEO, poster=poster, looks=looks, left_out=tuple(left_out))


def _frames(picture: Image.Image, count: int, left_out: list[LeftOut]) -> Iterator[tuple[float, Any]]:
    """Each with its time in seconds; the last one twice, so that it is seen as long as it is shown."""
    at, last = 0.0, None
    for number in range(count):
        try:
            picture.seek(number)
            last = _frame(picture)
        except BROKEN:
            if last is None:
                raise
            left_out.append(LeftOut.REST)
            break
        yield at, last
        at += _shown_s(picture)
        if at > MOST_SECONDS:
            left_out.append(LeftOut.LATER_MOVEMENT)
            break
    if last is not None:
        yield at, last


def _frame(picture: Image.Image) -> Any:
    """On white, where it can be seen through."""
    seen = to_screen(picture, picture.info.get("icc_profile")).convert("RGBA")
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen.getchannel("A"))
    frame_of: Any = av.VideoFrame.from_image
    frame = frame_of(paper)
    frame.time_base, frame.pts = TICK, 0
    return frame


def _shown_s(picture: Image.Image) -> float:
    seconds = float(Fraction(picture.info.get("duration") or 0) / 1000)
    return seconds if seconds >= LEAST_S else USUAL_S
