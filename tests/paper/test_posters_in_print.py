"""What a printer gets: boxes to cut along, letters that come with the file, four colours, codes that telephones read."""

import io
import re
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from satark.paper.codes import code_of
from satark.paper.press import typeset
from satark.paper.words import words_of

MM = 72 / 25.4
LONG = "फ्लाईओवर के नीचे, सब्ज़ी मंडी के पीछे वाली गली में, राशन की दुकान के सामने"[:60]
LINKS = {
    "Web page": "https://satark.example/q/jaunpur-line-bazar?lang=hi",
    "WhatsApp": "https://wa.me/910000000000?text=HI%20jaunpur-line-bazar",
    "Telegram": "https://t.me/SatarkExampleBot?start=jaunpur-line-bazar",
}
FORMS = {"a4": "poster.typ", "a6": "card.typ", "sheet": "card.typ"}


def drawn(title: str, link: str) -> dict[str, Any]:
    size, runs = code_of(link)
    return {"title": title, "address": link.partition("://")[2].partition("?")[0], "size": size, "runs": runs}


def printed(form: str, locale: str, links: int = 3, place: str = "#panic() $x$") -> bytes:
    data = {
        "locale": locale, "words": words_of("poster", locale), "office": "लाइन बाजार · जौनपुर", "place": place,
        "code": "jaunpur-line-bazar", "sheet": form == "sheet", "kinds": ["हत्या, लूट, सीसीटीवी", "Illegal weapons"] * 8,
        "codes": [drawn(title, link) for title, link in list(LINKS.items())[:links]],
    }  # fmt: skip
    return typeset(FORMS[form], data, 0)


def seen(pdf: bytes, dpi: int = 150) -> Image.Image:
    image: Image.Image = pypdfium2.PdfDocument(pdf)[0].render(scale=dpi / 72).to_pil()
    return image.convert("RGB")


@pytest.mark.parametrize("locale", ["hi", "en", "ur"])
@pytest.mark.parametrize(
    ("form", "trim", "bleed"), [("a4", (210, 297), 3), ("a6", (105, 148), 3), ("sheet", (210, 297), 0)]
)
def test_it_is_one_page_of_its_size_with_what_is_cut_away(
    form: str, trim: tuple[int, int], bleed: int, locale: str
) -> None:
    (page,) = PdfReader(io.BytesIO(printed(form, locale, place=LONG))).pages
    for box, more in ((page.trimbox, 0), (page.bleedbox, 2 * bleed), (page.mediabox, 2 * bleed)):
        assert (float(box.width) / MM, float(box.height) / MM) == pytest.approx(
            (trim[0] + more, trim[1] + more), abs=0.1
        )
    assert float(page.trimbox.left) / MM == pytest.approx(bleed, abs=0.1)


@pytest.mark.parametrize("locale", ["hi", "en", "ur"])
@pytest.mark.parametrize("form", FORMS)
def test_letters_come_with_the_file_and_all_colours_are_the_press_s_own(form: str, locale: str) -> None:
    (page,) = PdfReader(io.BytesIO(printed(form, locale))).pages
    fonts = [font.get_object()["/DescendantFonts"][0].get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        assert "/FontFile2" in font["/FontDescriptor"] or "/FontFile3" in font["/FontDescriptor"]
        assert "Noto" in str(font["/BaseFont"])
    drawing = page.get_contents().get_data().decode("latin-1")  # type: ignore[union-attr]
    assert "/XObject" not in page["/Resources"], "no picture that is made of points"
    assert not re.search(r"[\d.] (?:rg|RG|g|G|scn|SCN)\s", drawing), "no other colours than those of four inks"
    used = set(re.findall(r"((?:[\d.]+ ){4})k\s", drawing))
    assert len(used) >= 5
    assert "0 0 0 1 " in used, "black is black alone"


@pytest.mark.parametrize(("form", "times"), [("a4", 1), ("a6", 1), ("sheet", 4)])
@pytest.mark.parametrize("links", [1, 2, 3])
def test_a_telephone_reads_every_code(form: str, times: int, links: int) -> None:
    read = zxingcpp.read_barcodes(seen(printed(form, "hi", links)))
    assert sorted(one.text for one in read) == sorted(list(LINKS.values())[:links] * times)


def test_a_code_is_read_with_a_corner_torn_off() -> None:
    """A fifth of it is gone, and it hangs askew."""
    image = seen(printed("a4", "hi", 1), 100)
    (code,) = zxingcpp.read_barcodes(image)
    corner = code.position.bottom_right
    image.paste("white", (corner.x - 70, corner.y - 70, corner.x, corner.y))
    assert [one.text for one in zxingcpp.read_barcodes(image.rotate(7, fillcolor="white"))] == [LINKS["Web page"]]


def test_a_code_keeps_its_quiet_zone() -> None:
    """Four modules on every side of it are white (ISO/IEC 18004)."""
    image = seen(printed("a4", "hi", 3), 200).convert("L")
    size, _ = code_of(LINKS["WhatsApp"])
    where = next(one for one in zxingcpp.read_barcodes(image) if one.text == LINKS["WhatsApp"]).position
    left, top, right, bottom = where.top_left.x, where.top_left.y, where.bottom_right.x, where.bottom_right.y
    zone = int((right - left) / size * 4) - 2
    for box in (
        (left - zone, top - zone, left - 2, bottom + zone), (right + 3, top - zone, right + zone, bottom + zone),
        (left - zone, top - zone, right + zone, top - 2), (left - zone, bottom + 3, right + zone, bottom + zone),
    ):  # fmt: skip
        assert image.crop(box).getextrema()[0] > 200


def test_hindi_can_be_searched_and_read_aloud() -> None:
    said = re.sub(r"\s", "", pypdfium2.PdfDocument(printed("a4", "hi"))[0].get_textpage().get_text_range())
    words = words_of("poster", "hi")
    for line in (words["ask"], words["promise"], words["detail"], words["read"], words["danger"], words["call"]):
        assert line.replace(" ", "") in said
    assert "#panic()$x$" in said


def test_urdu_is_urdu_and_runs_from_the_right() -> None:
    words = words_of("poster", "ur")
    assert not any(re.search(r"[ऀ-ॿ]", line) for line in words.values())
    assert all(re.search(r"[؀-ۿ]", line) for line in words.values())
    read = {one.text: one.position.top_left.x for one in zxingcpp.read_barcodes(seen(printed("a4", "ur")))}
    assert read[LINKS["Web page"]] > read[LINKS["WhatsApp"]] > read[LINKS["Telegram"]]
    left_of = {one.text: one.position.top_left.x for one in zxingcpp.read_barcodes(seen(printed("a4", "hi")))}
    assert left_of[LINKS["Web page"]] < left_of[LINKS["Telegram"]]
