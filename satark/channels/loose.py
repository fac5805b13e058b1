"""Reads a part of what a provider sent by itself, so that one that cannot be read spoils no other (C-003, C-004)."""

from typing import TypeVar

import msgspec
from msgspec import Raw

T = TypeVar("T")


def read(raw: bytes | Raw, kind: type[T]) -> T | None:
    """`raw` as a `kind`; None where it is none."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
