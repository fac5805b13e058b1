"""A film that was cut without encoding it anew begins with pictures that are not to be shown: its edit list says so. The clean
film plays the same."""

import base64
import io
from fractions import Fraction
from typing import Any

import av
import pytest
from PIL import Image
from playwright.sync_api import Browser

from satark.evidence.cleaners import clean_file

RATE, SECONDS, CUT = 25, 4, 1

LOOK = """async source => {
  const film = document.createElement('video');
  film.muted = true;
  film.src = source;
  await new Promise((done, fail) => { film.onloadeddata = done; film.onerror = () => fail(film.error.message); });
  const pen = document.createElement('canvas').getContext('2d');
  const at = async time => {
    film.currentTime = time;
    await new Promise(done => { film.onseeked = done; });
    for (;;) {
      pen.clearRect(0, 0, 160, 120);
      pen.drawImage(film, 0, 0);
      const [grey, , , isThere] = pen.getImageData(80, 60, 1, 1).data;
      if (isThere) return grey;
      await new Promise(requestAnimationFrame);
    }
  };
  return [film.duration, await at(0.01), await at(1.5), await at(2.9)];
}"""


def film() -> bytes:
    """Brighter with each picture, a key picture at its beginning only."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as made:
        stream: Any = made.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "g": "1000", "bf": "2"})
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for number in range(RATE * SECONDS):
            frame = av.VideoFrame.from_image(Image.new("RGB", (160, 120), (20 + 2 * number,) * 3))
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return file.getvalue()


def cut(data: bytes) -> bytes:
    """As `ffmpeg -ss 1 -c copy`: all packets from the key picture on, those before the cut at times below nothing."""
    file = io.BytesIO()
    options = {"avoid_negative_ts": "disabled"}
    with av.open(io.BytesIO(data)) as media, av.open(file, "w", format="mp4", options=options) as made:
        source = media.streams.video[0]
        stream = made.add_stream_from_template(source, opaque=True)
        for packet in media.demux(source):
            if packet.size and packet.pts is not None and packet.dts is not None and packet.time_base:
                shift = int(CUT / packet.time_base)
                packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, stream
                made.mux(packet)
    return file.getvalue()


@pytest.fixture(scope="module")
def before() -> bytes:
    data = cut(film())
    assert b"elst" in data
    return data


def test_a_cut_film_plays_as_before(browser: Browser, before: bytes) -> None:
    cleaned = io.BytesIO()
    clean_file(io.BytesIO(before), cleaned, as_spoken=False)
    page = browser.new_page()
    seen = [
        page.evaluate(LOOK, f"data:video/mp4;base64,{base64.b64encode(data).decode()}")
        for data in (before, cleaned.getvalue())
    ]
    page.close()
    assert seen[0][0] == pytest.approx(SECONDS - CUT, abs=0.1)
    assert seen[1][0] == pytest.approx(seen[0][0], abs=0.05)
    assert seen[0][1] > 60, "the pictures before the cut are not shown"
    assert seen[1][1:] == pytest.approx(seen[0][1:], abs=3)
