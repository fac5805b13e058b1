"""A video or a recording becomes an MP4 that every browser plays, of one video and one audio track and nothing else.

What is H.264 and AAC already is copied packet by packet; of H.264, only the units that hold picture: no note of the encoder
or the camera (SEI). Anything else is decoded and encoded anew. How a telephone was held, in quarter turns, is written anew
as well; it says nothing of whose it is.

The voice of a recording is changed (disguise.py), unless it may be heard. The sound of a video stays as it is: most of what
is heard there is what is shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

import av

from satark.evidence.glimpses import listen_to, look_at
from satark.evidence.report import Mime, NotClean, Reason, Report
from satark.evidence.tracks import (
    Changed,
    CopiedSound,
    CopiedVideo,
    DisguisedSound,
    Sound,
    Track,
    Video,
    decoded,
    starts_with_sound,
)

MOST_SECONDS, MOST_SECONDS_OF_SOUND = 30 * 60, 2 * 3600
COPIED_FROM = ("mp4", "matroska")
COPIED_SIDE = 1920
PLAIN_CONFIG = 5
"""How many bytes the description of a plain AAC track has at most."""
# Before the first packet of any file.
BEGINNING = -(2**40)
# The index stands first, so that a player can start at once; room for it is kept by the number of packets.
INDEX_ROOM, INDEX_BYTES = 4096, 32

ERRORS = (av.FFmpegError, ValueError, IndexError, MemoryError, ArithmeticError)


@dataclass(frozen=True)
class Found:
    """What is in a file: numbers of its tracks (None where there is none), whether they can be copied, the first picture,
    how many quarter turns it needs, in degrees, the room for the index (0 where it is not known), and whether the voice is
    changed."""

    video: int | None
    sound: int | None
    copies_video: bool = False
    copies_sound: bool = False
    first: Any = None
    rotation: int = 0
    index: int = 0
    disguises: bool = False

    @property
    def is_copied(self) -> bool:
        """Whether nothing is encoded anew."""
        return (self.video is None or self.copies_video) and (self.sound is None or self.copies_sound)

    @property
    def encoded(self) -> "Found":
        """The same, with nothing copied."""
        return replace(self, copies_video=False, copies_sound=False)


def clean_media(source: IO[bytes], target: IO[bytes], demuxer: str, as_spoken: bool) -> Report:
    """`demuxer` is FFmpeg's name of the container; `as_spoken` leaves the voice of a recording. Raises NotClean."""
    try:
        found = _written(source, target, demuxer, as_spoken)
        target.flush()
        target.seek(0)
        if found.first is None:
            return Report(Mime.AUDIO, peaks=listen_to(target), changed=found.disguises)
        poster, looks = look_at(target, found.first, found.rotation)
    except ERRORS as error:
        raise NotClean(Reason.UNREADABLE) from error
    return Report(Mime.VIDEO, poster=poster, looks=looks)


def _written(source: IO[bytes], target: IO[bytes], demuxer: str, as_spoken: bool) -> Found:
    with _opened(source, demuxer) as media:
        found = _survey(media, copies=demuxer in COPIED_FROM)
        if found.video is None and not as_spoken:
            found = replace(found, copies_sound=False, disguises=True)
        if found.is_copied:
            media.seek(BEGINNING)
            if _makes(media, target, found):
                return found
    # Opened once more: not every container can be wound back, nor every decoder.
    for way in (found.encoded,) if found.is_copied else (found, found.encoded):
        with _opened(source, demuxer) as media:
            if _makes(media, target, way):
                break
    return found


def _makes(media: Any, target: IO[bytes], found: Found) -> bool:
    """Whether it can be made in this way."""
    target.seek(0)
    target.truncate()
    try:
        _make(media, target, found)
    except Changed:
        return False
    return True


def _opened(source: IO[bytes], demuxer: str) -> Any:
    source.seek(0)
    return av.open(source, "r", format=demuxer, metadata_errors="ignore")


def _survey(media: Any, copies: bool) -> Found:
    video = next((one for one in media.streams.video if not _is_cover(one)), None)
    most = MOST_SECONDS_OF_SOUND if video is None else MOST_SECONDS
    if media.duration and media.duration > most * av.time_base:
        raise NotClean(Reason.LONG)
    sound = next(iter(media.streams.audio), None)
    if video is None and sound is None:
        raise NotClean(Reason.KIND)
    copies_sound = copies and sound is not None and _is_plain_aac(media, sound)
    copies_video = copies and video is not None and _is_plain_h264(video)
    first = None if video is None else _first_of(media, video)
    known = all(one.frames for one in (video, sound) if one is not None)
    return Found(
        None if video is None else video.index,
        None if sound is None else sound.index,
        copies_video,
        copies_sound,
        first,
        0 if first is None else int(round(first.rotation / 90) * 90 % 360),
        INDEX_ROOM + INDEX_BYTES * sum(one.frames for one in (video, sound) if one is not None) if known else 0,
    )


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & (av.stream.Disposition.attached_pic | av.stream.Disposition.still_image))


def _is_plain_h264(stream: Any) -> bool:
    codec = stream.codec_context
    plain = codec.name == "h264" and codec.pix_fmt in ("yuv420p", "yuvj420p")
    return plain and max(codec.width, codec.height) <= COPIED_SIDE and bool(codec.extradata)


def _is_plain_aac(media: Any, stream: Any) -> bool:
    """Such that it starts with sound: an encoder's note, where there is one, stands before the first."""
    codec = stream.codec_context
    if codec.name != "aac" or codec.profile != "LC" or codec.channels > 2:
        return False
    first = next((one for one in media.demux(stream) if one.size), None)
    media.seek(0)
    return first is not None and starts_with_sound(first) and 0 < len(codec.extradata or b"") <= PLAIN_CONFIG


def _first_of(media: Any, stream: Any) -> Any:
    """The first picture. Raises NotClean where there is none."""
    frame = next((frame for packet in media.demux(stream) for frame in decoded(packet)), None)
    if frame is None:
        raise NotClean(Reason.UNREADABLE)
    return frame


def _make(media: Any, target: IO[bytes], found: Found) -> None:
    options = {"fflags": "+bitexact"} | ({"moov_size": str(found.index)} if found.index else {})
    with av.open(target, "w", format="mp4", options=options) as made:
        tracks = dict(_tracks(media, made, found))
        for packet in media.demux(*(media.streams[number] for number in tracks)):
            tracks[packet.stream.index].take(packet)
        if not any(track.count for track in tracks.values()):
            raise NotClean(Reason.UNREADABLE)
        for track in tracks.values():
            track.finish()


def _tracks(media: Any, made: Any, found: Found) -> Iterator[tuple[int, Track]]:
    if found.video is not None:
        source = media.streams[found.video]
        yield found.video, (CopiedVideo if found.copies_video else Video)(made, source, found.rotation)
    if found.sound is not None:
        source = media.streams[found.sound]
        made_by = DisguisedSound if found.disguises else CopiedSound if found.copies_sound else Sound
        yield found.sound, made_by(made, source)
