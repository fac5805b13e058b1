"""What could be seen in a picture or a film can be seen in its clean copy: where it was, as bright, as long, as readable."""

import io
import itertools
import subprocess
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pillow_heif
import pypdfium2
import pytest
from PIL import Image, ImageCms

from satark.evidence.cleaners import clean_file
from satark.evidence.cut_films import is_cut
from satark.evidence.cut_pictures import filled
from satark.evidence.report import LeftOut, Mime, NotClean, Reason, Report
from tests.evidence import samples
from tests.evidence.samples import saved

SIZE = (96, 64)
COLOURS = {"red": (220, 20, 20), "green": (20, 180, 20), "blue": (20, 20, 220), "white": (240, 240, 240)}
NAMES = list(COLOURS)
Colour = tuple[int, int, int]
UNIT = 65_536


def cleaned(data: bytes) -> tuple[Report, bytes]:
    target = io.BytesIO()
    report = clean_file(io.BytesIO(data), target, as_spoken=False)
    return report, target.getvalue()


def quarters(size: tuple[int, int] = SIZE, names: Sequence[str] = NAMES) -> Image.Image:
    """Four colours: above left and right, below left and right."""
    picture, (wide, high) = Image.new("RGB", size), (size[0] // 2, size[1] // 2)
    for number, name in enumerate(names):
        x, y = number % 2 * wide, number // 2 * high
        picture.paste(COLOURS[name], (x, y, x + wide, y + high))
    return picture


def seen(picture: Image.Image) -> list[str]:
    """The names of the colours of the quarters."""
    width, height = picture.size
    return [
        _nearest(picture.convert("RGB").getpixel((x * width // 4, y * height // 4))) for y in (1, 3) for x in (1, 3)
    ]


def _nearest(pixel: Any) -> str:
    return min(COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(COLOURS[name], pixel, strict=True)))


def picture_of(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def played(data: bytes, at: float = 0.2) -> Image.Image:
    """What ffmpeg, as players do, shows of a film: turned by its matrix."""
    asked = [
        "ffmpeg",
        "-v",
        "error",
        "-ss",
        str(at),
        "-i",
        "-",
        "-frames:v",
        "1",
        "-f",
        "image2pipe",
        "-c:v",
        "png",
        "-",
    ]
    return picture_of(subprocess.run(asked, input=data, capture_output=True, check=True).stdout)


def film(
    pictures: Sequence[Image.Image], form: str = "mov", codec: str = "libx264", pixels: str = "yuv420p", rate: int = 10,
    shape: Fraction | None = None, start: int = 0,
) -> bytes:  # fmt: skip
    file = io.BytesIO()
    with av.open(file, "w", format=form) as made:
        # As telephones and recorders do: no picture looks at a later one.
        stream: Any = made.add_stream(codec, rate=rate, options={"bf": "0"})
        stream.width, stream.height, stream.pix_fmt = *pictures[0].size, pixels
        if shape:
            stream.codec_context.sample_aspect_ratio = shape
        for number, picture in enumerate(pictures):
            frame: Any = av.VideoFrame.from_image(picture)
            frame.pts, frame.time_base = start * rate + number, Fraction(1, rate)
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return file.getvalue()


def with_matrix(data: bytes, matrix: tuple[int, int, int, int]) -> bytes:
    """The same film of a QuickTime file, with these four numbers of ones in the matrix of its track."""
    a, b, c, d = (one * UNIT for one in matrix)
    at = data.index(b"tkhd") + 4 + 40
    numbers = b"".join(one.to_bytes(4, signed=True) for one in (a, b, 0, c, d, 0, 0, 0, 2**30))
    return data[:at] + numbers + data[at + 36 :]


MATRICES = [
    *((a, 0, 0, d) for a, d in itertools.product((1, -1), repeat=2)),
    *((0, b, c, 0) for b, c in itertools.product((1, -1), repeat=2)),
]


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg4"])
def test_a_film_is_shown_as_players_show_it(matrix: tuple[int, int, int, int], codec: str) -> None:
    """All quarter turns, mirrored and not; the poster the same."""
    original = with_matrix(film([quarters()] * 8, codec=codec), matrix)
    report, data = cleaned(original)
    before, after = played(original), played(data)
    assert (seen(after), after.size) == (seen(before), before.size)
    assert seen(picture_of(report.poster)) == seen(before)


def test_pixels_that_are_no_squares_are_stretched() -> None:
    original = film([quarters()] * 5, "mp4", shape=Fraction(2, 1))
    assert played(cleaned(original)[1]).size == (SIZE[0] * 2, SIZE[1])


@pytest.mark.parametrize(
    ("transfer", "grey", "least", "most"),
    [("smpte2084", 0.5, 195, 240), ("smpte2084", 0.2, 5, 60), ("arib-std-b67", 0.5, 140, 215), ("arib-std-b67", 0.0, 0, 8),
     ("arib-std-b67", 1.0, 245, 255), ("bt2020-10", 0.5, 118, 138)],
)  # fmt: skip
def test_brightness_beyond_a_screen_is_brought_to_it(
    transfer: str, grey: float, least: int, most: int, tmp_path: Path
) -> None:
    """PQ at half is nearly white: shown as if it were of a plain film, it would be grey and dull."""
    path, level = tmp_path / "film.mov", round(64 + 876 * grey)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=black:s=96x64:r=10:d=0.5,format=yuv420p10le,"
         f"geq=lum={level}:cb=512:cr=512", "-c:v", "libx265", "-x265-params", "log-level=none", "-color_trc", transfer,
         "-color_primaries", "bt2020", "-colorspace", "bt2020nc", path], check=True,
    )  # fmt: skip
    data = cleaned(path.read_bytes())[1]
    with av.open(io.BytesIO(data)) as media:
        frame = next(media.decode(video=0))
    assert (frame.format.name, int(frame.color_trc), int(frame.color_primaries)) == ("yuv420p", 1, 1)
    pixel = played(data).convert("RGB").getpixel((48, 32))
    assert all(least <= value <= most for value in pixel), pixel  # type: ignore[union-attr]


def test_a_recorder_s_clock_is_not_the_film_s() -> None:
    """Neither a start at hours, in whatever container, nor a jump in the middle makes a film long."""
    for form, codec in (("matroska", "libx264"), ("mpegts", "libx264"), ("mpegts", "mpeg2video"), ("mp4", "libx264")):
        original = film([quarters()] * 20, form, codec, rate=25, start=26 * 3600)
        with av.open(io.BytesIO(cleaned(original)[1])) as media:
            times = [frame.time for frame in media.decode(video=0)]
        assert times[0] == pytest.approx(0, abs=0.1), form
        assert times[-1] == pytest.approx(19 / 25, abs=0.1), form


def test_a_clock_that_jumps_in_the_middle_is_followed() -> None:
    first, second = (film([quarters()] * 20, "mpegts", rate=25, start=at) for at in (0, 7200))
    with av.open(io.BytesIO(cleaned(first + second)[1])) as media:
        times = [frame.time for frame in media.decode(video=0)]
    assert len(times) >= 38
    assert times[-1] < 3


@pytest.mark.parametrize(("form", "codec"), [("mpegts", "libx264"), ("vob", "mpeg2video")])
def test_a_clock_that_begins_anew_again_and_again_loses_nothing(form: str, codec: str) -> None:
    """As of a recorder that joins its short files: each of them begins at the same time."""
    part = film([quarters()] * 50, form, codec, rate=25)
    report, data = cleaned(part * 4)
    with av.open(io.BytesIO(data)) as media:
        times = [frame.time for frame in media.decode(video=0)]
    assert report.left_out == ()
    assert len(times) >= 4 * 48
    assert times[-1] == pytest.approx(8, abs=0.5)


CUT = [("mp4", "libx264", {"movflags": "frag_keyframe+empty_moov"}), ("mp4", "libx264", {"moov_size": "20000"}),
       ("matroska", "libx264", {}), ("avi", "mpeg4", {})]  # fmt: skip


@pytest.mark.parametrize(("form", "codec", "options"), CUT)
def test_a_film_that_breaks_off_says_so(form: str, codec: str, options: dict[str, str]) -> None:
    file = io.BytesIO()
    with av.open(file, "w", format=form, container_options=options) as made:
        stream: Any = made.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(60):
            made.mux(stream.encode(av.VideoFrame.from_image(samples.scene(number))))
        made.mux(stream.encode(None))
    whole = file.getvalue()
    assert cleaned(whole)[0].left_out == ()
    assert cleaned(whole + b"MARK-9f3a")[0].left_out == ()
    assert cleaned(whole[: len(whole) * 3 // 5])[0].left_out == (LeftOut.REST,)


@pytest.mark.parametrize(
    ("demuxer", "head"),
    [("avi", b"RIFF\0\0\0\0AVI "), ("wav", b"RIFF\xff\xff\xff\xffWAVE"), ("mp4", b"\0\0\0\0mdat" * 2), ("mp4", b"\xff" * 40),
     ("matroska", b"\x1aE\xdf\xa3\x80\x18\x53\x80\x67\x01" + b"\xff" * 7), ("matroska", b"\x1aE\xdf\xa3"), ("ogg", b"")],
)  # fmt: skip
def test_what_does_not_say_where_it_ends_is_not_cut(demuxer: str, head: bytes) -> None:
    assert not is_cut(io.BytesIO(head), demuxer)


def test_a_film_of_many_sizes_keeps_its_shape() -> None:
    """A call over a bad line changes its size in the middle."""

    def stream(size: tuple[int, int]) -> bytes:
        return film([quarters(size)] * 20, "mpegts", "mpeg2video", rate=25)

    with av.open(io.BytesIO(cleaned(stream((96, 64)) + stream((64, 96)))[1])) as media:
        frames = [frame.to_image() for frame in media.decode(video=0)]
    assert {frame.size for frame in frames} == {(96, 64)}
    middle = frames[-1].crop((27, 0, 69, 64))
    assert seen(middle) == NAMES


@pytest.mark.parametrize("turned", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_a_photo_is_upright(form: str, turned: int) -> None:
    pillow_heif.register_heif_opener()
    tags = Image.Exif()
    tags[0x0112] = turned
    back = dict(enumerate((None, 0, 3, 1, 5, 2, 6, 4), 1))[turned]
    stored = quarters() if back is None else quarters().transpose(Image.Transpose(back))
    options: dict[str, Any] = {"tiffinfo": {0x0112: turned}} if form == "TIFF" else {"exif": tags.tobytes()}
    report, data = cleaned(saved(stored, form, **options))
    assert (report.mime, report.left_out) == (Mime.JPEG, ())
    assert (picture_of(data).size, seen(picture_of(data))) == (SIZE, NAMES)


@pytest.mark.parametrize(
    ("size", "least"), [((1080, 19_200), 900), ((19_200, 1080), 900), ((720, 60_000), 700), ((6000, 4000), 3300)]
)
def test_what_is_long_stays_readable(size: tuple[int, int], least: int) -> None:
    """A scrolled screenshot is as wide as one can read, whatever its length."""
    picture = quarters(size)
    report, data = cleaned(saved(picture, "PNG", compress_level=1))
    made = picture_of(data)
    assert (min(made.size) >= min(least, min(size)), seen(made), report.left_out) == (True, NAMES, ())
    assert made.width / made.height == pytest.approx(size[0] / size[1], rel=0.01)


@pytest.mark.parametrize("inches", [(8, 113), (8.27, 11.69), (113, 8), (33.1, 46.8)])
def test_a_page_of_any_shape_stays_readable(inches: tuple[float, float]) -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(*(72 * side for side in inches))
    file = io.BytesIO()
    document.save(file)
    page = pypdfium2.PdfDocument(cleaned(file.getvalue())[1])[0]
    width, height = next(iter(page.get_objects())).get_px_size()
    assert min(width, height) >= 0.8 * 150 * min(inches)
    assert width / height == pytest.approx(inches[0] / inches[1], rel=0.01)


def ramp(kind: Any) -> Any:
    """From black on the left to white on the right."""
    return np.tile(np.linspace(0, 1, 256), (64, 1)).astype(np.float64), kind


@pytest.mark.parametrize(
    ("form", "kind", "white"),
    [("PNG", np.uint16, 65_535), ("TIFF", np.uint16, 65_535), ("TIFF", np.int32, 65_535), ("TIFF", np.float32, 1.0)],
)
def test_deep_grey_is_grey(form: str, kind: Any, white: float) -> None:
    values = (np.tile(np.linspace(0, 1, 256), (64, 1)) * white).astype(kind)
    made = picture_of(cleaned(saved(Image.fromarray(values), form))[1]).convert("L")
    assert [made.getpixel((x, 30)) for x in (0, 64, 128, 255)] == pytest.approx([0, 64, 128, 255], abs=2)


def test_a_scan_of_twelve_bits_is_not_black() -> None:
    values = np.tile(np.linspace(0, 4095, 256), (64, 1)).astype(np.int32)
    made = picture_of(cleaned(saved(Image.fromarray(values), "TIFF"))[1]).convert("L")
    assert made.getpixel((255, 30)) == pytest.approx(255, abs=2)


def swapping_profile() -> bytes:
    """Of a camera that takes red for blue, so that one sees whether it was asked."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"?XYZ", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"?XYZ", b"bXYZ", 1)


SWAPPED = [NAMES[2], NAMES[1], NAMES[0], NAMES[3]]


@pytest.mark.parametrize(("form", "mode"), [
    ("JPEG", "RGB"), ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("TIFF", "RGB"), ("HEIF", "RGB"),
    ("AVIF", "RGB"),
])  # fmt: skip
def test_colours_are_those_that_the_profile_tells_of(form: str, mode: str) -> None:
    pillow_heif.register_heif_opener()
    sent = quarters(names=SWAPPED)
    if mode == "RGBA":
        sent.putalpha(200)
    sent = sent.quantize() if mode == "P" else sent
    report, data = cleaned(saved(sent, form, icc_profile=swapping_profile()))
    assert (report.left_out, seen(picture_of(data))) == ((), NAMES)
    assert "icc_profile" not in picture_of(data).info


def test_a_picture_that_moves_has_the_colours_of_its_profile() -> None:
    sent = [quarters(names=SWAPPED), quarters(names=SWAPPED[::-1])]
    data = saved(sent[0], "PNG", save_all=True, append_images=sent[1:], duration=1000, icc_profile=swapping_profile())
    assert seen(played(cleaned(data)[1], 0)) == NAMES


@pytest.mark.parametrize("profile", [b"MARK" * 40, swapping_profile()[:200], b""])
def test_a_profile_that_says_nothing_changes_nothing(profile: bytes) -> None:
    assert seen(picture_of(cleaned(saved(quarters(), "JPEG", icc_profile=profile))[1])) == NAMES
    grey = saved(quarters().convert("L"), "PNG", icc_profile=swapping_profile())
    assert picture_of(cleaned(grey)[1]).size == SIZE


@pytest.mark.parametrize("mode", ["CMYK", "RGBA", "P", "L", "LAB", "YCbCr"])
def test_a_tiff_of_any_colours_is_shown(mode: str) -> None:
    picture = quarters().quantize() if mode == "P" else _lab(quarters()) if mode == "LAB" else quarters().convert(mode)
    report, data = cleaned(saved(picture, "TIFF"))
    assert report.mime == Mime.JPEG
    if mode != "L":
        assert seen(picture_of(data)) == NAMES


def _lab(picture: Image.Image) -> Image.Image:
    return ImageCms.profileToProfile(
        picture, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )  # type: ignore[return-value]


def test_all_pages_of_a_scan_are_kept() -> None:
    pages = [quarters(names=names) for names in itertools.islice(itertools.permutations(NAMES), 3)]
    report, data = cleaned(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw"))
    document = pypdfium2.PdfDocument(data)
    assert (report.mime, report.left_out, len(document)) == (Mime.PDF, (), 3)
    assert [seen(page.render().to_pil()) for page in document] == [seen(page) for page in pages]


def test_a_large_tiff_is_shown() -> None:
    assert seen(picture_of(cleaned(saved(quarters(), "TIFF", big_tiff=True))[1])) == NAMES


@pytest.mark.parametrize("form", ["JPEG2000", "TIFF", "HEIF"])
def test_what_scanners_and_telephones_write_is_shown(form: str) -> None:
    pillow_heif.register_heif_opener()
    report, data = cleaned(saved(quarters(), form))
    assert (report.mime, seen(picture_of(data)), len(report.looks)) == (Mime.JPEG, NAMES, 1)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "BMP"])
@pytest.mark.parametrize("left", [0.7, 0.99])
def test_a_photo_that_breaks_off_is_shown_as_far_as_it_goes(form: str, left: float) -> None:
    original = saved(Image.effect_noise((300, 300), 80).convert("RGB"), form)
    report, data = cleaned(original[: int(len(original) * left)])
    assert report.left_out == (LeftOut.REST,)
    above = [(picture_of(one).convert("L").resize((30, 30), reducing_gap=3.0)) for one in (original, data)]
    # A BMP begins with its last row.
    row = 26 if form == "BMP" else 3
    assert all(abs(above[0].getpixel((x, row)) - above[1].getpixel((x, row))) < 12 for x in range(30))  # type: ignore[operator]


@pytest.mark.parametrize("form", ["WEBP", "HEIF", "AVIF", "JPEG2000"])
@pytest.mark.parametrize("left", [0.6, 0.9])
def test_what_is_read_from_its_end_is_shown_as_far_as_it_goes(form: str, left: float) -> None:
    pillow_heif.register_heif_opener()
    grain = Image.effect_noise((300, 300), 60).convert("RGB")
    original = saved(Image.blend(quarters((300, 300)), grain, 0.3), form)
    report, data = cleaned(original[: int(len(original) * left)])
    assert (report.mime, report.left_out) == (Mime.JPEG, (LeftOut.REST,))
    assert seen(picture_of(data))[:2] == NAMES[:2]


def test_a_picture_of_which_the_last_bytes_are_missing_is_shown() -> None:
    """However many: what stands in their place is damage to a reader, or not."""
    grain = Image.effect_noise((300, 200), 60).convert("RGB")
    original = saved(Image.blend(quarters((300, 200)), grain, 0.3), "AVIF")
    for missing in (1, 2, 3, 5, 8, 10, 13, 20, 50, 100, 200):
        report, data = cleaned(original[:-missing])
        assert (report.left_out, seen(picture_of(data))[:2]) == ((LeftOut.REST,), NAMES[:2]), missing


@pytest.mark.parametrize("kind", ["WEBP", "HEIF", "JPEG2000", "JPEG"])
def test_a_size_that_is_no_size_makes_nothing_up(kind: str) -> None:
    for head in (b"\0" * 20, b"\xff" * 40, b"RIFF\xff\xff\xff\xffWEBP", b"\0\0\0\x01ftyp" + b"\xff" * 8):
        file = io.BytesIO(head)
        assert filled(file, kind) == (file, False)


def test_a_photo_of_which_nothing_came_is_withheld() -> None:
    photo = saved(quarters(), "PNG")
    nothing_but_a_head = photo[: photo.index(b"IDAT") + 4]
    with pytest.raises(NotClean) as found:
        cleaned(nothing_but_a_head)
    assert found.value.reason == Reason.UNREADABLE


def moving(form: str, **options: Any) -> bytes:
    """Three pictures, of half a second each."""
    frames = [quarters(names=NAMES[number:] + NAMES[:number]) for number in range(3)]
    return saved(frames[0], form, save_all=True, append_images=frames[1:], duration=500, **options)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
def test_a_picture_that_moves_is_a_film(form: str) -> None:
    report, data = cleaned(moving(form))
    assert (report.mime, report.left_out) == (Mime.VIDEO, ())
    assert [seen(played(data, at)) for at in (0, 0.5, 1)] == [NAMES[n:] + NAMES[:n] for n in range(3)]
    with av.open(io.BytesIO(data)) as media:
        assert media.streams.video[0].duration * media.streams.video[0].time_base == pytest.approx(1.5, abs=0.1)  # type: ignore[operator]


def test_a_picture_that_moves_and_breaks_off_says_so() -> None:
    original = moving("GIF")
    report, data = cleaned(original[: len(original) - 300])
    assert (report.mime, report.left_out) == (Mime.VIDEO, (LeftOut.REST,))
    assert seen(played(data, 0)) == NAMES


def test_what_can_be_seen_through_is_white() -> None:
    first, second = (Image.new("RGBA", SIZE, (0, 0, 0, 0)) for _ in range(2))
    second.paste((220, 20, 20, 255), (48, 32, 96, 64))
    data = cleaned(saved(first, "GIF", save_all=True, append_images=[second], duration=400, disposal=2))[1]
    assert seen(played(data, 0.4)) == ["white", "white", "white", "red"]


def test_a_film_inside_a_photo_is_told_of() -> None:
    report, data = cleaned(saved(quarters(), "JPEG") + film([quarters()] * 5, "mp4"))
    assert (report.mime, report.left_out) == (Mime.JPEG, (LeftOut.ATTACHED_FILM,))
    assert b"ftyp" not in data


def test_a_second_camera_is_told_of() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as made:
        streams: list[Any] = [made.add_stream("mpeg4", rate=10) for _ in range(2)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number, stream in enumerate(streams):
            frame: Any = av.VideoFrame.from_image(samples.scene(number))
            made.mux([*stream.encode(frame), *stream.encode(None)])
    assert cleaned(file.getvalue())[0].left_out == (LeftOut.FILM_TRACKS,)


def test_many_pictures_a_second_stay() -> None:
    pictures = [samples.scene(number) for number in range(60)]
    report, data = cleaned(film(pictures, rate=60))
    with av.open(io.BytesIO(data)) as media:
        assert (len(list(media.decode(video=0))), report.left_out) == (60, ())
    assert cleaned(film(pictures, rate=240))[0].left_out == (LeftOut.FRAME_RATE,)


CONTAINERS: dict[str, Callable[[], bytes]] = {
    "mkv": lambda: film([quarters()] * 10, "matroska"),
    "webm": lambda: film([quarters()] * 10, "webm", "libvpx-vp9"),
    "avi": lambda: film([quarters()] * 10, "avi", "mpeg4"),
    "3gp": lambda: film([quarters((176, 144))] * 10, "3gp", "h263"),
    "wmv": lambda: film([quarters()] * 10, "asf", "wmv2"),
    "flv": lambda: film([quarters()] * 10, "flv", "flv"),
    "mpeg": lambda: film([quarters()] * 10, "mpeg", "mpeg1video", rate=25),
    "full range": lambda: film([quarters()] * 10, "mov", pixels="yuvj420p"),
    "every colour": lambda: film([quarters()] * 10, "mov", pixels="yuv444p"),
    "motion JPEG": lambda: film([quarters()] * 10, "avi", "mjpeg", "yuvj420p"),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_films_of_all_kinds_are_shown(name: str) -> None:
    report, data = cleaned(CONTAINERS[name]())
    assert (report.mime, report.left_out) == (Mime.VIDEO, ())
    shown = played(data)
    assert seen(shown) == NAMES
    wanted, pixel = COLOURS["red"], shown.convert("RGB").getpixel((shown.width // 4, shown.height // 4))
    assert all(abs(a - b) < 30 for a, b in zip(wanted, pixel, strict=True))  # type: ignore[arg-type]
