"""Looks for marked identities in bytes, in every form in which they could have been kept."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, quote_plus

READ = 2**24


def forms(mark: str) -> Iterator[bytes]:
    """Plain, UTF-16, hex, URL-encoded, and base64 at each of its three alignments."""
    raw = mark.encode()
    yield from (raw, mark.encode("utf-16-le"), raw.hex().encode(), raw.hex().upper().encode())
    yield from (quote(mark).encode(), quote_plus(mark).encode())
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        yield encoded[-(-shift * 4 // 3) + (1 if shift else 0) : (shift + len(raw)) * 4 // 3]


class Canary:
    """Marks, each with what it is: only that is ever said of one that was found."""

    def __init__(self, marks: Mapping[str, str]) -> None:
        self._forms = {mark: (what, tuple(forms(mark))) for mark, what in marks.items()}
        self._overlap = max((len(form) for _, known in self._forms.values() for form in known), default=0)

    def marks_in(self, data: bytes) -> list[str]:
        return [mark for mark, (_, known) in self._forms.items() if any(form in data for form in known)]

    def found_in(self, data: bytes) -> list[str]:
        """What the marks in it are, each once."""
        return self._named(self.marks_in(data))

    def found_in_file(self, path: Path) -> list[str]:
        """In its name or in its bytes, which are read piece by piece."""
        found, tail = set(self.marks_in(str(path).encode())), b""
        with path.open("rb") as file:
            while piece := file.read(READ):
                found.update(self.marks_in(tail + piece))
                tail = piece[-self._overlap :]
        return self._named(found)

    def _named(self, marks: Sequence[str] | set[str]) -> list[str]:
        return sorted({self._forms[mark][0] for mark in marks})
