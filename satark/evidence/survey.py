"""What is in a film or a recording, found out before anything is written: its tracks, how long it is, whether it moves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import av
import numpy as np
from av.stream import Disposition

from satark.evidence.report import LeftOut, NotClean, Reason
from satark.evidence.timeline import JUMPING, Span, length_of, measure, origin_of

MOST_SECONDS, MOST_SECONDS_OF_SOUND = 30 * 60, 2 * 3600
COVERS = Disposition.attached_pic | Disposition.still_image
# What encodes single pictures: a track of one picture in one of these is no film.
PICTURE_CODECS = frozenset({"mjpeg", "png", "gif", "bmp", "webp", "tiff", "jpeg2000"})
# A film of which nothing moves for so long, or of fewer pictures a second, is somebody who tells something over a picture; a
# shorter one is, if nothing moves in it however closely one looks: a hand that holds a camera is never that quiet.
STILL_S, STILL_RATE = 10.0, 2.0
# Pictures are alike when no part of them, of this many by this many, changes by more than that, of 255: an encoder makes the
# same picture a little different each time.
PARTS, FINE_PARTS, ALIKE = 16, 64, 10


class Still(IntEnum):
    """Whether all pictures of a film are alike, and in how small parts."""

    MOVES, ROUGHLY, CLOSELY = range(3)


@dataclass(frozen=True)
class Survey:
    """Numbers of the tracks: `video` is the film, `cover` a picture that only stands beside a recording. `first` is the
    film's first picture. `origin` and `length` are in seconds, `packets` by track. `is_still` is whether a film shows one
    picture, over which something is told."""

    video: int | None
    cover: int | None
    sounds: tuple[int, ...]
    first: Any
    is_still: bool
    origin: float
    length: float
    packets: dict[int, int]
    left_out: tuple[LeftOut, ...]

    @property
    def tracks(self) -> tuple[int, ...]:
        return (*(() if self.video is None else (self.video,)), *self.sounds)


def decoded(packet: Any) -> list[Any]:
    """A damaged packet is left out: a cut video is shown as far as it goes."""
    try:
        return list(packet.decode())
    except av.FFmpegError:
        return []


def survey(media: Any, again: Any, demuxer: str) -> Survey:
    """`again` opens the file once more: not every container can be wound back. Raises NotClean."""
    spans = measure(media, (*media.streams.video, *media.streams.audio, *media.streams.subtitles), demuxer in JUMPING)
    sounds = tuple(stream.index for stream in media.streams.audio if stream.index in spans)
    pictures = [stream.index for stream in media.streams.video if stream.index in spans]
    covers = {number for number in pictures if sounds and _is_cover(media.streams[number], spans[number])}
    films = [number for number in pictures if number not in covers]
    video, first, still = _first_film(again, films, bool(sounds))
    if still and video is not None and media.streams[video].codec_context.name in PICTURE_CODECS:
        covers, films, video = covers | {video}, [one for one in films if one != video], None
    cover = None if video is not None else next(iter(sorted(covers)), None)
    kept = [spans[one] for one in (*sounds, *(() if video is None else (video,)))]
    if not kept:
        raise NotClean(Reason.UNREADABLE if pictures else Reason.KIND)
    origin = origin_of(kept, demuxer in JUMPING)
    length = length_of(kept, origin)
    is_still = video is not None and _is_told_over(spans[video], length, still)
    if length > (MOST_SECONDS_OF_SOUND if video is None else MOST_SECONDS):
        raise NotClean(Reason.LONG)
    return Survey(
        video, cover, sounds, first if video is not None else None, is_still, origin, length,
        {number: span.packets for number, span in spans.items()},
        tuple(_left_out(media, spans, films, video, sounds)),
    )  # fmt: skip


def _is_cover(stream: Any, span: Span) -> bool:
    return bool(stream.disposition & COVERS) or span.packets <= 1


def _is_told_over(span: Span, length: float, still: Still) -> bool:
    return still >= Still.CLOSELY or (
        still >= Still.ROUGHLY and (length >= STILL_S or span.packets <= STILL_RATE * length)
    )


def _first_film(again: Any, films: Sequence[int], has_sound: bool) -> tuple[int | None, Any, Still]:
    """The first track whose pictures can be read, its first picture, and whether all of them are alike. That is asked of a
    film with sound only."""
    for number in films:
        with again() as media:
            frames = _frames_of(media, number)
            first = next(frames, None)
            if first is not None:
                return number, first, _stillness(first, frames) if has_sound else Still.MOVES
    return None, None, Still.MOVES


def _frames_of(media: Any, number: int) -> Iterator[Any]:
    stream = media.streams[number]
    stream.thread_type = "AUTO"
    return (frame for packet in media.demux(stream) for frame in decoded(packet))


def _stillness(first: Any, others: Iterator[Any]) -> Still:
    roughly, closely = (_parts_of(first, parts) for parts in (PARTS, FINE_PARTS))
    still = Still.CLOSELY
    for frame in others:
        if _differs(frame, roughly):
            return Still.MOVES
        if still == Still.CLOSELY and _differs(frame, closely):
            still = Still.ROUGHLY
    return still


def _differs(frame: Any, before: Any) -> bool:
    return bool(np.abs(_parts_of(frame, len(before)) - before).max() > ALIKE)


def _parts_of(frame: Any, parts: int) -> Any:
    return frame.reformat(parts, parts, "gray", interpolation="AREA").to_ndarray().astype(np.int16)


def _left_out(
    media: Any, spans: dict[int, Span], films: Sequence[int], video: int | None, sounds: Sequence[int]
) -> Iterator[LeftOut]:
    if films and video is None:
        yield LeftOut.PICTURES
    elif len(films) > 1:
        yield LeftOut.FILM_TRACKS
    if any(stream.index in spans for stream in media.streams.subtitles):
        yield LeftOut.SUBTITLES
    if len(sounds) > 1:
        yield LeftOut.SOUND_TRACKS
