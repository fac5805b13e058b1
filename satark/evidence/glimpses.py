"""What is seen of a clean file before it is played: of a video a poster, of a recording how loud it is; and its looks."""

import io
from collections.abc import Iterator
from itertools import chain
from typing import IO, Any

import av
from PIL import Image

from satark.evidence.looks import look_of
from satark.evidence.survey import decoded
from satark.evidence.video_filter import VideoFilter, shown_size

POSTER_SIDE, COVER_SIDE = 640, 1280
POSTER_QUALITY = 70
MOMENTS = (0.25, 0.5, 0.75)
MOST_PEAKS = 300
# Of each part of a long recording so many packets are listened to; the first one after a gap sounds wrong.
PACKETS_A_PART = 2
# Every so manieth value is looked at: between them a loud sound has no room to hide.
STEP = 4
FULL = 255
# A clean file needs no guessing: its index says all.
PLAIN = {"probesize": "32", "analyzeduration": "0"}


def listen_to(clean: IO[bytes]) -> bytes:
    """The peaks of a recording, as in a Report."""
    with av.open(clean, "r", format="mp4", options=PLAIN) as media:
        return _peaks(media, media.streams.audio[0])


def look_at(clean: IO[bytes]) -> tuple[bytes, tuple[int, ...]]:
    """Poster and looks of a clean video, as in a Report."""
    with av.open(clean, "r", format="mp4", options=PLAIN) as media:
        stream = media.streams.video[0]
        first = next(frame for packet in media.demux(stream) for frame in decoded(packet))
        media.seek(0)
        pictures = [_picture(frame) for frame in chain((first,), _later(media, stream))]
    looks = [look_of(picture) for picture in pictures]
    best = next((one for one, look in zip(pictures, looks, strict=True) if look is not None), pictures[0])
    return _jpeg(best), tuple(dict.fromkeys(look for look in looks if look is not None))


def cover_of(frame: Any) -> bytes:
    """The picture beside a recording, as a JPEG: decoded, but not yet of a size and colours that are shown."""
    return _jpeg(_picture(VideoFilter(shown_size(frame, None)).apply(frame), COVER_SIDE))


def _later(media: Any, stream: Any) -> Iterator[Any]:
    """The key pictures before each moment, each once, but for the first."""
    last = next(media.demux(stream)).pos
    for moment in MOMENTS:
        media.seek(int((stream.duration or 0) * moment) + (stream.start_time or 0), stream=stream)
        packets = media.demux(stream)
        first = next(packets)
        if first.pos == last:
            continue
        last = first.pos
        frame = next((frame for packet in chain((first,), packets) for frame in decoded(packet)), None)
        if frame is not None:
            yield frame


def _picture(frame: Any, side: int = POSTER_SIDE) -> Image.Image:
    scale = min(1.0, side / max(frame.width, frame.height))
    small = frame.reformat(max(1, int(frame.width * scale)), max(1, int(frame.height * scale)), "rgb24")
    picture: Image.Image = small.to_image()
    return picture


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=POSTER_QUALITY)
    return file.getvalue()


def _peaks(media: Any, stream: Any) -> bytes:
    parts = min(MOST_PEAKS, stream.frames)
    peaks = [0.0] * parts
    heard = [0] * parts
    for number, packet in enumerate(media.demux(stream)):
        part = min(number * parts // max(stream.frames, 1), parts - 1)
        if packet.size and heard[part] < PACKETS_A_PART:
            heard[part] += 1
            peaks[part] = max([peaks[part], *(_loudest(frame) for frame in decoded(packet))])
    return bytes(min(FULL, round(peak * FULL)) for peak in peaks)


def _loudest(frame: Any) -> float:
    """Of the first channel of a decoded AAC frame, from 0 to 1."""
    values = memoryview(frame.planes[0]).cast("f")[: frame.samples : STEP].tolist()
    return max(max(values), -min(values), 0.0)
