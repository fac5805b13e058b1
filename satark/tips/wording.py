"""What search compares: the words of a letter by their sound, and what an officer typed in the same way. Pure."""

import re
from collections.abc import Iterator

from satark.conversation.words import fold
from satark.routing.sounds import consonants_of, sound
from satark.tips.letters import Letter, Result

MOST_WORDS = 8
# A word with fewer consonants must stand there as it is; a longer one may go on: `sharab` finds `sharabkhana`.
LONG = 3
# A vehicle's number and a telephone number are one word, wherever the blanks in them are.
_PLATE = re.compile(r"\b([a-z]{2}) ?(\d{1,2}) ?([a-z]{1,3}) ?(\d{3,4})\b")
_BETWEEN_DIGITS = re.compile(r"(?<=\d) (?=\d)")


def searchable(letter: Letter) -> str:
    """All that was written in a letter: its words, the captions of its files, its place, what was seized."""
    result = letter.result or Result()
    seized = (one.what for one in result.seizures)
    return " ".join((*(piece.words for piece in letter.pieces), letter.place, *seized, result.fir))


def words_in(text: str) -> bytes:
    """The words of a text, each once, in no order that tells what was said."""
    return f" {' '.join(sorted(set(_words(text))))} ".encode()


def wanted(typed: str) -> tuple[bytes, ...]:
    """What must be in the words of a tip for it to have those that were typed."""
    return tuple(dict.fromkeys(map(_needle, _words(typed))))[:MOST_WORDS]


def has_all(words: bytes, needles: tuple[bytes, ...]) -> bool:
    return all(needle in words for needle in needles)


def _words(text: str) -> Iterator[str]:
    folded = "".join(str(int(char)) if char.isdecimal() else char for char in fold(text))
    joined = _BETWEEN_DIGITS.sub("", _PLATE.sub(r"\1\2\3\4", folded))
    return filter(None, (word if _is_number(word) else sound(word) for word in joined.split()))


def _is_number(word: str) -> bool:
    return any(char.isdecimal() for char in word)


def _needle(word: str) -> bytes:
    """A part of a number is enough: who saw a plate remembers the end of it."""
    if _is_number(word):
        return word.encode()
    return (f" {word}" if len(consonants_of(word)) >= LONG else f" {word} ").encode()
