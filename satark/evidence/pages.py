"""Writes pictures as the pages of a PDF, and nothing else."""

from collections.abc import Sequence
from typing import IO

from PIL import Image

DPI = 150
QUALITY = 75


def write_pages(pages: Sequence[Image.Image], target: IO[bytes]) -> None:
    """A page for each picture. What can be seen through is white."""
    solid = [_solid(page) for page in pages]
    # Pillow would write the time.
    solid[0].save(
        target, "PDF", save_all=True, append_images=solid[1:], resolution=DPI, quality=QUALITY,
        creationDate=None, modDate=None,
    )  # fmt: skip


def _solid(page: Image.Image) -> Image.Image:
    if page.mode != "RGBA":
        return page
    paper = Image.new("RGB", page.size, "white")
    paper.paste(page, mask=page.getchannel("A"))
    return paper
