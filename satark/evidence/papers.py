"""A PDF becomes a PDF of pictures of its pages: no script, file, form, link, layer or hidden text is left."""

from typing import IO, Any

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image

from satark.evidence.report import Mime, NotClean, Reason, Report

DPI = 150
POINTS = 72
MOST_PAGES = 40
MOST_SIDE = 2400
QUALITY = 75


def clean_pdf(source: IO[bytes], target: IO[bytes]) -> Report:
    """Raises NotClean, also where there are so many pages that some would be lost."""
    try:
        document = pypdfium2.PdfDocument(source)
        document.init_forms()
        if len(document) > MOST_PAGES:
            raise NotClean(Reason.PAGES)
        pages = [_painted(page) for page in document]
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise NotClean(Reason.LOCKED if locked else Reason.UNREADABLE) from error
    except (ValueError, MemoryError) as error:
        raise NotClean(Reason.UNREADABLE) from error
    if not pages:
        raise NotClean(Reason.UNREADABLE)
    # Pillow would write the time.
    pages[0].save(
        target, "PDF", save_all=True, append_images=pages[1:], resolution=DPI, quality=QUALITY,
        creationDate=None, modDate=None,
    )  # fmt: skip
    return Report(Mime.PDF)


def _painted(page: Any) -> Image.Image:
    scale = min(DPI / POINTS, MOST_SIDE / max(page.get_width(), page.get_height(), 1))
    picture: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    return picture
