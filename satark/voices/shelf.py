"""The clips that were built, in a folder: `index.json` leads from a language and a piece to a clip by its name."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

NAME = re.compile(r"[0-9a-f]{32}")
INDEX = "index.json"

Index = Mapping[str, Mapping[str, str]]
"""Piece -> name of its clip, by locale."""


class Shelf:
    """Reads again when it was built anew, by another process too."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read_at = -1
        self._index: Index = {}

    def find(self, piece: str, locale: str) -> str:
        """The name of a clip; "" where there is none."""
        return self.index().get(locale, {}).get(piece, "")

    def index(self) -> Index:
        try:
            changed = (self.folder / INDEX).stat().st_mtime_ns
            if changed != self._read_at:
                self._index = json.loads((self.folder / INDEX).read_text(encoding="utf-8"))
                self._read_at = changed
        except FileNotFoundError:
            self._index, self._read_at = {}, -1
        return self._index

    def has(self, name: str) -> bool:
        return self._path(name).is_file()

    def read(self, name: str) -> bytes | None:
        """A clip. `name` may come from outside: what is no name leads nowhere."""
        if not NAME.fullmatch(name):
            return None
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, name: str, clip: bytes) -> None:
        _replace(self._path(name), clip)

    def close(self, index: Index) -> None:
        """The index last: it never names a clip that is not there."""
        text = json.dumps(index, ensure_ascii=False, sort_keys=True, indent=0)
        _replace(self.folder / INDEX, text.encode())

    def names(self) -> set[str]:
        return {path.stem for path in self.folder.glob("*.wav")}

    def discard(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.wav"


def _replace(path: Path, data: bytes) -> None:
    """Whole or not at all, for it may be read meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_suffix(".new")
    new.write_bytes(data)
    new.replace(path)
