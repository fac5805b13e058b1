"""Runs inside the sandbox: `python -m satark.evidence.cleaners SOURCE_FD TARGET_FD`. Its word is one line of JSON.

A photo is decoded, turned upright and painted into a new image; a video or a recording is decoded and encoded anew. So
nothing passes but what can be seen and heard: no tag, thumbnail, profile, chapter, encoder's note or tail.
"""

import ctypes
import os
import resource
import sys
from fractions import Fraction
from typing import IO, Any

import av
import av.bitstream
import msgspec
from PIL import Image, ImageOps

from satark.evidence.report import Reason, Report

MOST_PIXELS = 60_000_000
MOST_SIDE = 4096
MOST_MINUTES = 30
VIDEO_SIDE = 1280
MEMORY = 3 * 2**30
CPU_SECONDS = 110
FILE_BYTES = 2**28
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_NO_NEW_PRIVS = 38

IMAGES = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
# Containers by their own signature; those that can name other files (playlists, concat) are not among them.
DEMUXERS = {
    b"ftyp": "mp4",
    b"\x1aE\xdf\xa3": "matroska",
    b"OggS": "ogg",
    b"RIFF": "wav",
    b"#!AM": "amr",
    b"fLaC": "flac",
}


class NotClean(Exception):
    """The file has no clean form."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def confine() -> None:
    """Take away what a cleaner does not need, before it looks at the file."""
    libc = ctypes.CDLL(None, use_errno=True)
    # Where the system allows no new namespace the limits still hold, and no cleaner opens a URL: it has a file object.
    libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    os.nice(10)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def clean_file(source: IO[bytes], target: IO[bytes]) -> str:
    """Clean by content, never by name. Returns the MIME type. Raises NotClean."""
    head = source.read(16)
    source.seek(0)
    demuxer = _demuxer(head)
    return _clean_media(source, target, demuxer) if demuxer else _clean_image(source, target)


def _demuxer(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        return "mp4"
    if head[:4] == b"RIFF" and head[8:12] != b"WAVE":
        return ""
    if head[:3] == b"ID3" or (head[:1] == b"\xff" and head[1:2] in (b"\xfb", b"\xf3", b"\xf2")):
        return "mp3"
    if head[:1] == b"\xff" and head[1:2] in (b"\xf1", b"\xf9"):
        return "aac"
    return DEMUXERS.get(head[:4], "")


def _clean_image(source: IO[bytes], target: IO[bytes]) -> str:
    Image.MAX_IMAGE_PIXELS = None
    try:
        picture = Image.open(source, formats=IMAGES)
    except (OSError, SyntaxError, ValueError) as error:
        raise NotClean(Reason.KIND) from error
    if picture.width * picture.height > MOST_PIXELS:
        raise NotClean(Reason.PIXELS)
    try:
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((MOST_SIDE, MOST_SIDE))
        shown = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (OSError, SyntaxError, ValueError, MemoryError) as error:
        raise NotClean(Reason.UNREADABLE) from error
    fresh = Image.new(shown.mode, shown.size)
    fresh.paste(shown)
    if shown.mode == "RGBA":
        fresh.save(target, "PNG")
        return "image/png"
    fresh.save(target, "JPEG", quality=85)
    return "image/jpeg"


def _clean_media(source: IO[bytes], target: IO[bytes], demuxer: str) -> str:
    try:
        with av.open(source, "r", format=demuxer) as media:
            has_video = any(not _is_cover(stream) for stream in media.streams.video)
            if not has_video and not media.streams.audio:
                raise NotClean(Reason.KIND)
            if media.duration and media.duration > MOST_MINUTES * 60 * av.time_base:
                raise NotClean(Reason.LONG)
            with av.open(target, "w", format="mp4", options={"fflags": "+bitexact"}) as made:
                _encode(media, made, has_video)
    except (av.FFmpegError, ValueError, MemoryError, IndexError) as error:
        raise NotClean(Reason.UNREADABLE) from error
    return "video/mp4" if has_video else "audio/mp4"


def _is_cover(stream: Any) -> bool:
    return stream.codec_context.name in ("png", "mjpeg") and stream.average_rate in (None, 0)


def _encode(media: Any, made: Any, has_video: bool) -> None:
    """Decode and encode one video and one audio track; every other track is left behind."""
    tracks: dict[Any, _Track] = {}
    if has_video:
        tracks[media.streams.video[0]] = _Video(made, media.streams.video[0])
    if media.streams.audio:
        tracks[media.streams.audio[0]] = _Audio(made)
    for packet in media.demux(*tracks):
        tracks[packet.stream].take(_decoded(packet))
    if not any(track.frames for track in tracks.values()):
        raise NotClean(Reason.UNREADABLE)
    for track in tracks.values():
        track.finish()


def _decoded(packet: Any) -> list[Any]:
    """A damaged packet is left out: a cut video is shown as far as it goes."""
    try:
        return list(packet.decode())
    except av.error.InvalidDataError:
        return []


class _Track:
    """A track that is encoded anew. `shaped` gives its frames, without side data; `filters` its packets."""

    def __init__(self, made: Any, stream: Any) -> None:
        self.made = made
        self.stream = stream
        self.frames = 0
        stream.codec_context.flags |= av.codec.context.Flags.bitexact

    def shaped(self, frame: Any) -> list[Any]:
        raise NotImplementedError

    def filtered(self, packet: Any) -> list[Any]:
        return [packet]

    def take(self, frames: list[Any]) -> None:
        for frame in frames:
            self.frames += 1
            for shaped in self.shaped(frame):
                self._write(self.stream.encode(shaped))

    def finish(self) -> None:
        self._write(self.stream.encode(None))

    def _write(self, packets: list[Any]) -> None:
        for packet in packets:
            self.made.mux(self.filtered(packet))


class _Video(_Track):
    def __init__(self, made: Any, source: Any) -> None:
        rate = min(source.average_rate or Fraction(25), Fraction(30))
        stream = made.add_stream("libx264", rate=rate, options={"crf": "26", "preset": "veryfast"})
        scale = min(1.0, VIDEO_SIDE / max(source.width, source.height, 1))
        stream.width, stream.height = (max(2, int(side * scale) // 2 * 2) for side in (source.width, source.height))
        stream.pix_fmt = "yuv420p"
        super().__init__(made, stream)
        # NAL units of type 6 (SEI) hold the encoder's note, and in cameras a serial number (evidence.md).
        self._without_notes = av.bitstream.BitStreamFilterContext("filter_units=remove_types=6", stream)

    def shaped(self, frame: Any) -> list[Any]:
        shaped = frame.reformat(width=self.stream.width, height=self.stream.height, format="yuv420p")
        shaped.pict_type = 0
        return [shaped]

    def filtered(self, packet: Any) -> list[Any]:
        return list(self._without_notes.filter(packet))


class _Audio(_Track):
    def __init__(self, made: Any) -> None:
        super().__init__(made, made.add_stream("aac", rate=44_100, layout="mono"))
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=44_100)

    def shaped(self, frame: Any) -> list[Any]:
        return list(self._resampler.resample(frame))


def main() -> None:
    source, target = (os.fdopen(int(fd), mode) for fd, mode in zip(sys.argv[1:3], ("rb", "r+b"), strict=True))
    source.seek(0)
    confine()
    try:
        report = Report(mime=clean_file(source, target))
    except NotClean as reason:
        report = Report(withheld=reason.reason)
    target.flush()
    sys.stdout.buffer.write(msgspec.json.encode(report))


if __name__ == "__main__":
    main()
