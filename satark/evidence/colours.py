"""Brings a picture to the colours that every screen shows (sRGB), by the profile that its camera, scanner or editor put into
it: without the profile, which is not kept, its numbers would mean other colours."""

import io
from contextlib import suppress
from typing import Any

from PIL import Image, ImageCms

# By the profile's own name of its space of colours, and by the mode of a picture: the mode of the numbers.
SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
NUMBERS = {"RGB": "RGB", "RGBA": "RGB", "P": "RGB", "PA": "RGB", "L": "L", "LA": "L", "CMYK": "CMYK"}
SCREEN = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
LARGEST_PROFILE = 2**24


def to_screen(picture: Image.Image, profile: object) -> Image.Image:
    """`profile` is what the file says of its colours, if it says anything. What cannot be read of it says nothing."""
    if not isinstance(profile, bytes) or len(profile) > LARGEST_PROFILE:
        return picture
    with suppress(OSError, ValueError, TypeError, ImageCms.PyCMSError):
        own: Any = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = SPACES.get(own.profile.xcolor_space.strip())
        if mode is not None and mode == NUMBERS.get(picture.mode):
            return _mapped(picture, own, mode)
    return picture


def _mapped(picture: Image.Image, own: Any, mode: str) -> Image.Image:
    alpha = picture.convert("RGBA").getchannel("A") if picture.has_transparency_data else None
    mapped: Any = ImageCms.profileToProfile(picture.convert(mode), own, SCREEN, outputMode="RGB")
    if alpha is not None:
        mapped.putalpha(alpha)
    return mapped  # type: ignore[no-any-return]
