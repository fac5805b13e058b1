"""A PDF becomes a PDF of pictures of its pages: no script, file, form, link, layer or hidden text is left."""

from typing import IO, Any

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image

from satark.evidence.pages import DPI, write_pages
from satark.evidence.report import Mime, NotClean, Reason, Report

POINTS = 72
MOST_PAGES = 40
# Of one page, and of all together, which are in memory at once. A page of A4 has two million.
PAGE_PIXELS, ALL_PIXELS = 24_000_000, 240_000_000
# No JPEG is longer.
JPEG_SIDE = 65_000


def clean_pdf(source: IO[bytes], target: IO[bytes]) -> Report:
    """Raises NotClean, also where there are so many pages that some would be lost."""
    try:
        document = pypdfium2.PdfDocument(source)
        document.init_forms()
        if len(document) > MOST_PAGES:
            raise NotClean(Reason.PAGES)
        most = min(PAGE_PIXELS, ALL_PIXELS // max(len(document), 1))
        pages = [_painted(page, most) for page in document]
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise NotClean(Reason.LOCKED if locked else Reason.UNREADABLE) from error
    except (ValueError, MemoryError) as error:
        raise NotClean(Reason.UNREADABLE) from error
    if not pages:
        raise NotClean(Reason.UNREADABLE)
    write_pages(pages, target)
    return Report(Mime.PDF)


def _painted(page: Any, most_pixels: int) -> Image.Image:
    """The whole page, at DPI unless it is so large that it would have more pixels: by its area, for a long page is read
    in parts."""
    width, height = max(page.get_width(), 1), max(page.get_height(), 1)
    scale = min(DPI / POINTS, (most_pixels / (width * height)) ** 0.5, JPEG_SIDE / max(width, height))
    picture: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    return picture
