"""Reads what a provider sent as far as it can be read: what is wrong with one part of it spoils no other (C-003, C-004).

A payload that is as it should be costs one decode. Where that fails, the JSON itself is repaired (half of a surrogate pair,
a byte order mark, bytes that are no UTF-8), and what does not fit its type counts as absent, field by field.
"""

import json
import logging
import math
import types
import zlib
from collections.abc import Callable, Iterable, Iterator, Sized
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Raw, Struct

from satark.channels.spec import Unreadable
from satark.channels.storable import storable

T = TypeVar("T")

GZIP = b"\x1f\x8b"
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
MOST_DIGITS = 300
_UNFIT: Any = object()
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read(raw: bytes | Raw, kind: type[T]) -> T | None:
    """`raw` as a `kind`, without what does not fit; None where it is none."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except _NO_JSON:
        return _read_repaired(bytes(raw), kind)


class Losses:
    """Counts what cannot be read in one request of a channel, whose `log` tells it."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._count = 0

    def readable(self, raws: Iterable[Raw], kind: type[T]) -> Iterator[T]:
        """Those of `raws` that are a `kind`; the others are counted."""
        for raw in raws:
            if (found := read(raw, kind)) is not None:
                yield found
            else:
                self.note()

    def note(self) -> bool:
        """One more. Returns False."""
        self._count += 1
        return False

    def settle(self, found: Sized) -> None:
        """Log what is lost. Raises Unreadable where nothing was found beside it: then it is not answered with success."""
        if self._count:
            self._log.warning("%d items that cannot be read", self._count)
        if self._count and not found:
            raise Unreadable


def _read_repaired(raw: bytes, kind: type[T]) -> T | None:
    try:
        found = _fitted(repaired(raw), kind)
    except RecursionError:
        return None
    return None if found is _UNFIT else cast("T", found)


def unpacked(body: bytes, limit: int) -> bytes:
    """`body`, out of its gzip where it is in one: no more than `limit` bytes. Raises Unreadable."""
    if not body.startswith(GZIP):
        return body
    opened = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = opened.decompress(body, limit + 1)
    except zlib.error:
        raise Unreadable from None
    if len(found) > limit or not opened.eof:
        raise Unreadable
    return found


def repaired(raw: bytes) -> bytes:
    """The same JSON as msgspec reads it; b"" where it is none."""
    try:
        value = json.loads(
            _decoded(raw),
            strict=False,
            parse_constant=lambda _: None,
            parse_float=_finite,
            parse_int=_number,
            object_pairs_hook=_merged,
        )
    except (ValueError, RecursionError):
        return b""
    return storable(json.dumps(value, ensure_ascii=False)).encode()


def _decoded(raw: bytes) -> str:
    """In UTF-8, unless a mark at its beginning says something else."""
    encoding = json.detect_encoding(raw) if raw.startswith(MARKS) else "utf-8"
    return raw.decode(encoding, "replace").lstrip("\ufeff")


def _merged(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose key stands there twice: lists as one, of others the last that says something."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        before = found.get(name)
        if isinstance(before, list) and isinstance(value, list):
            found[name] = before + value
        elif value is not None or name not in found:
            found[name] = value
    return found


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _number(text: str) -> int | None:
    return int(text) if len(text) <= MOST_DIGITS else None


def _fitted(raw: bytes | Raw, kind: Any) -> Any:
    """`raw` as a `kind`, or _UNFIT."""
    try:
        return msgspec.json.decode(raw, type=kind, strict=False)
    except _NO_JSON:
        pass
    if get_origin(kind) in (Union, types.UnionType):
        tried = (_fitted(raw, one) for one in get_args(kind) if one is not type(None))
        return next((one for one in tried if one is not _UNFIT), _UNFIT)
    if get_origin(kind) is list:
        return _fitted_list(raw, get_args(kind)[0])
    if isinstance(kind, type) and issubclass(kind, Struct):
        return _fitted_struct(raw, kind)
    return _as_text(raw) if kind is str else _UNFIT


def _fitted_list(raw: bytes | Raw, kind: Any) -> Any:
    """Without the items that do not fit."""
    parts = _parts(raw, list[Raw])
    return _UNFIT if parts is None else [one for part in parts if (one := _fitted(part, kind)) is not _UNFIT]


def _fitted_struct(raw: bytes | Raw, kind: type[Struct]) -> Any:
    """With the default of each field that does not fit; _UNFIT where one has none."""
    parts = _parts(raw, dict[str, Raw])
    if parts is None:
        return _UNFIT
    there = {name: (parts[key], inner) for name, key, inner in _fields(kind) if key in parts}
    values = {name: one for name, (part, inner) in there.items() if (one := _fitted(part, inner)) is not _UNFIT}
    try:
        return kind(**values)
    except TypeError:
        return _UNFIT


@cache
def _fields(kind: type[Struct]) -> list[tuple[str, str, Any]]:
    """The name of each field, its name in JSON, and its type."""
    hints = get_type_hints(kind)
    named: Callable[[Any], Any] = msgspec.structs.fields
    return [(one.name, one.encode_name, hints[one.name]) for one in named(kind)]


def _parts(raw: bytes | Raw, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(raw, type=kind)
    except _NO_JSON:
        return None


def _as_text(raw: bytes | Raw) -> Any:
    """A number that stands where a text should."""
    number = _parts(raw, Any)
    return str(number) if isinstance(number, int | float) and not isinstance(number, bool) else _UNFIT
