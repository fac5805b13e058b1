"""A video or a recording becomes an MP4 that every browser plays: its picture and its sounds, and nothing else.

Both are decoded and encoded anew, frame by frame: nothing that stands between or inside the frames of what came is in what
is made of them. The picture is turned and mirrored as a player would show it, and its times begin at zero.

The voice of a recording is changed (disguise.py), unless it may be heard; a picture that stands beside it makes no film of
it. The sound of a video stays as it is, for most of what is heard there is what is shown: not of one that shows one picture
all the time.
"""

from typing import IO, Any

import av

from satark.evidence.cut_films import is_cut
from satark.evidence.glimpses import cover_of, listen_to, look_at
from satark.evidence.mp4 import open_mp4
from satark.evidence.offset_file import OffsetFile
from satark.evidence.report import LeftOut, Mime, NotClean, Reason, Report
from satark.evidence.sound_track import Sounds, channels_of
from satark.evidence.survey import Survey, decoded, survey
from satark.evidence.timeline import JUMPING, Timeline
from satark.evidence.video_track import Budget, VideoWriter

RAW = frozenset({"h264", "hevc"})
"""Names of demuxers of a bare stream of pictures, as recorders wrap it: their sound is in no form that is known."""

ERRORS = (av.FFmpegError, ValueError, IndexError, MemoryError, ArithmeticError)


def clean_media(source: IO[bytes], target: IO[bytes], demuxer: str, as_spoken: bool, start: int = 0) -> Report:
    """`demuxer` is FFmpeg's name of the container, which begins at byte `start`; `as_spoken` leaves the voice of a
    recording. Raises NotClean."""
    media = _Media(source, demuxer, start)
    try:
        with media.open() as opened:
            found = survey(opened, media.open, demuxer)
        return _cleaned(media, target, found, as_spoken)
    except ERRORS as error:
        raise NotClean(Reason.UNREADABLE) from error


class _Media:
    """A file that can be opened any number of times, from its beginning."""

    def __init__(self, source: IO[bytes], demuxer: str, start: int) -> None:
        self._source = OffsetFile(source, start) if start else source
        self.demuxer = demuxer

    def open(self) -> Any:
        self._source.seek(0)
        return av.open(self._source, "r", format=self.demuxer, metadata_errors="ignore")

    @property
    def is_cut(self) -> bool:
        return is_cut(self._source, self.demuxer)


def _cleaned(media: _Media, target: IO[bytes], found: Survey, as_spoken: bool) -> Report:
    disguises = bool(found.sounds) and not as_spoken and (found.video is None or found.is_still)
    rest = (LeftOut.REST,) if media.is_cut else ()
    left_out = rest + found.left_out + _write(media, target, found, disguises)
    target.flush()
    target.seek(0)
    if found.video is not None:
        poster, looks = look_at(target)
        return Report(Mime.VIDEO, poster=poster, looks=looks, changed=disguises, left_out=left_out)
    poster = b"" if found.cover is None else _cover(media, found.cover)
    return Report(Mime.AUDIO, poster=poster, peaks=listen_to(target), changed=disguises, left_out=left_out)


def _cover(media: _Media, number: int) -> bytes:
    """The picture beside a recording, as a small JPEG; nothing where it cannot be read."""
    with media.open() as opened:
        packets = opened.demux(opened.streams[number])
        frame = next((frame for packet in packets for frame in decoded(packet)), None)
    return b"" if frame is None else cover_of(frame)


def _write(media: _Media, target: IO[bytes], found: Survey, disguises: bool) -> tuple[LeftOut, ...]:
    """Returns what else could not be kept. Raises NotClean where nothing could."""
    packets = sum(found.packets[number] for number in found.tracks)
    with media.open() as opened, open_mp4(target, packets) as made:
        tracks = _Tracks(opened, made, found, disguises)
        timeline = Timeline(media.demuxer in JUMPING, found.origin)
        for packet in opened.demux(*(opened.streams[number] for number in found.tracks)):
            timeline.move(packet)
            tracks.take(packet)
        tracks.finish()
    raw = (LeftOut.RECORDER_SOUND,) if media.demuxer in RAW else ()
    return (*raw, *((LeftOut.FRAME_RATE,) if tracks.video and tracks.video.lost_pictures else ()))


class _Tracks:
    """The tracks of the clean file, and which of the file's own goes into which."""

    def __init__(self, opened: Any, made: Any, found: Survey, disguises: bool) -> None:
        self._found = found
        self.video = None if found.video is None else _video(opened.streams[found.video], made, found)
        sounds = [opened.streams[number] for number in found.sounds]
        self._sounds = Sounds(made, tuple(channels_of(sounds)), disguises) if sounds else None

    def take(self, packet: Any) -> None:
        frames = decoded(packet)
        if packet.stream.index == self._found.video and self.video is not None:
            for frame in frames:
                self.video.write(frame, frame.time)
        elif self._sounds is not None:
            self._sounds.take(self._found.sounds.index(packet.stream.index), frames)

    def finish(self) -> None:
        for track in (self.video, self._sounds):
            if track is not None:
                track.finish()
        if not any(track is not None and track.count for track in (self.video, self._sounds)):
            raise NotClean(Reason.UNREADABLE)


def _video(stream: Any, made: Any, found: Survey) -> VideoWriter:
    stream.thread_type = "AUTO"
    budget = Budget(found.length, found.packets[stream.index], len(found.sounds))
    return VideoWriter(made, found.first, budget, stream.sample_aspect_ratio)
