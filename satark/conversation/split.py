"""Measures and splits text as a provider counts it: at sentences, else at words, and never inside a grapheme."""

from collections.abc import Callable, Iterator, Sequence

import regex

from satark.channels.messages import TextUnit

_GRAPHEMES = regex.compile(r"\X")
_SENTENCES = regex.compile(r"(?<=[.!?।॥۔])\s+|\n+")
_WORDS = regex.compile(r"\s+")

_MEASURES: dict[TextUnit, Callable[[str], int]] = {
    TextUnit.CHARACTERS: len,
    TextUnit.UTF16: lambda text: len(text.encode("utf-16-le")) // 2,
    TextUnit.BYTES: lambda text: len(text.encode()),
    TextUnit.GRAPHEMES: lambda text: len(_GRAPHEMES.findall(text)),
}


def length(text: str, unit: TextUnit) -> int:
    return _MEASURES[unit](text)


def split(text: str, limit: int, unit: TextUnit) -> list[str]:
    """`text` in parts of at most `limit` units. A grapheme that is longer than the limit stands alone."""
    if length(text, unit) <= limit:
        return [text]
    return list(_pack(_pieces(text, limit, unit), limit, unit))


def _pieces(text: str, limit: int, unit: TextUnit) -> Iterator[str]:
    """Sentences with the space behind them; those that are too long by words, then by graphemes."""
    for sentence in _keeping_gaps(_SENTENCES, text):
        if length(sentence, unit) <= limit:
            yield sentence
            continue
        for word in _keeping_gaps(_WORDS, sentence):
            yield from [word] if length(word, unit) <= limit else _GRAPHEMES.findall(word)


def _keeping_gaps(gap: "regex.Pattern[str]", text: str) -> Iterator[str]:
    start = 0
    for match in gap.finditer(text):
        yield text[start : match.end()]
        start = match.end()
    if start < len(text):
        yield text[start:]


def _pack(pieces: Iterator[str], limit: int, unit: TextUnit) -> Iterator[str]:
    """Put pieces together as long as they fit."""
    part: list[str] = []
    for piece in pieces:
        if part and length("".join([*part, piece]).strip(), unit) > limit:
            yield from _spoken(part)
            part = []
        part.append(piece)
    yield from _spoken(part)


def _spoken(part: Sequence[str]) -> list[str]:
    text = "".join(part).strip()
    return [text] if text else []
