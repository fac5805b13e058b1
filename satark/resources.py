"""Finds the data folders: inside the package in a wheel, beside it in a checkout."""

from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent


@cache
def data_dir(name: str) -> Path:
    """The folder `templates`, `locales` or `jurisdictions`. Raises FileNotFoundError where there is none."""
    for folder in (PACKAGE / name, PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the data folder {name!r} is neither in the package nor beside it")


def static_dir() -> Path:
    return PACKAGE / "static"
