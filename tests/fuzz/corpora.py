"""What parsers are fed: the files that are kept for each under corpus/, whole and with something wrong in them.

A file that broke something is kept there for good, under a name that says what is wrong with it. What is fed to a parser must
not come out of it again in a line of the log, whatever is wrong.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

CORPUS = Path(__file__).parent / "corpus"
PLUGINS = Path(__file__).parents[2] / "plugins"
TOKENS = [
    b"", b"\0", b"\xff", b"\r\n", b"\n", b" ", b"-1", b"0", b"9" * 400, b"1e999", b"NaN", b"null", b"true", b"\"", b"'", b"=", b"[", b"{}",
    b"[" * 5000, b'{"a":' * 5000, b"%FF%00", b"\\ud800", "१२३".encode(), "é".encode("latin-1"), "\u202e".encode(), "🙂".encode() * 50,
]  # fmt: skip
# A word of the log as short as that may stand in anything.
SHORT = 4


def kept(parser: str) -> dict[str, bytes]:
    """The files of a parser, by name. Those of a messenger stand beside its plugin too."""
    folders = [CORPUS / parser, PLUGINS / parser / "tests" / "payloads"]
    return {path.name: path.read_bytes() for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())}


@st.composite
def spoilt(draw: st.DrawFn, files: dict[str, bytes]) -> bytes:
    """One of the files, with up to four things wrong in it."""
    data = files[draw(st.sampled_from(sorted(files)))]
    for _ in range(draw(st.integers(1, 4))):
        data = draw(st.sampled_from(WRONGS))(draw, data, files)
    return data


def _cut(draw: st.DrawFn, data: bytes, _files: dict[str, bytes]) -> bytes:
    start, end = _span(draw, data)
    return data[:start] + data[end:]


def _end(draw: st.DrawFn, data: bytes, _files: dict[str, bytes]) -> bytes:
    return data[: _span(draw, data)[0]]


def _twice(draw: st.DrawFn, data: bytes, _files: dict[str, bytes]) -> bytes:
    start, end = _span(draw, data)
    return data[:end] + data[start:]


def _other(draw: st.DrawFn, data: bytes, _files: dict[str, bytes]) -> bytes:
    start, end = _span(draw, data)
    return data[:start] + draw(st.sampled_from(TOKENS) | st.binary(max_size=8)) + data[end:]


def _spliced(draw: st.DrawFn, data: bytes, files: dict[str, bytes]) -> bytes:
    return data[: _span(draw, data)[0]] + files[draw(st.sampled_from(sorted(files)))][_span(draw, data)[0] :]


WRONGS: list[Callable[[st.DrawFn, bytes, dict[str, bytes]], bytes]] = [_cut, _end, _twice, _other, _other, _spliced]


def _span(draw: st.DrawFn, data: bytes) -> tuple[int, int]:
    """A part of it, most often a short one."""
    start = draw(st.integers(0, len(data)))
    return start, min(len(data), start + draw(st.integers(0, 12) | st.integers(0, len(data))))


class _Watching(logging.Handler):
    def __init__(self, text: str) -> None:
        super().__init__(logging.DEBUG)
        self.text = text
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = record.args if isinstance(record.args, tuple) else (record.args,)
        self.told += [str(one) for one in said if len(str(one)) > SHORT and str(one) in self.text]


@contextmanager
def telling_nobody(data: bytes) -> Iterator[None]:
    """Nothing of what is read stands in a line of the log, at its most talkative."""
    watching, log = _Watching(data.decode(errors="replace")), logging.getLogger("satark")
    before: Any = log.level
    log.addHandler(watching)
    log.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        log.setLevel(before)
        log.removeHandler(watching)
    assert watching.told == []
