"""Files of people who do not exist."""

import io
import wave

import av
from PIL import ExifTags, Image


def picture(maker: str = "Nobody") -> bytes:
    """A photo whose metadata names the maker of the camera."""
    file, tags = io.BytesIO(), Image.Exif()
    tags[ExifTags.Base.Make] = maker
    Image.new("RGB", (320, 240), "darkgreen").save(file, "JPEG", exif=tags)
    return file.getvalue()


def recording(maker: str = "Nobody") -> bytes:
    """A WAV file of one second of nothing, as carriers make them, that names an artist."""
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setparams((1, 2, 8000, 0, "NONE", ""))
        made.writeframes(bytes(16_000))
    said = maker.encode() + bytes(2 - len(maker.encode()) % 2)
    notes = _chunk(b"LIST", b"INFO" + _chunk(b"IART", said))
    whole = file.getvalue() + notes
    return whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data


def movie() -> bytes:
    """One second of nothing."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as made:
        video = made.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 160, 120, "yuv420p"
        for _ in range(10):
            frame = av.VideoFrame(160, 120, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            made.mux(video.encode(frame))
        made.mux(video.encode())
    return file.getvalue()
