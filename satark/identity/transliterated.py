"""Finds a name that is written in another script: `Ram Kumar` where its owner writes राम कुमार or رام کمار. Pure.

A whole name is found, or its first and last part; one part alone only where it is long enough to mean nothing else, and not
in Urdu, which writes no short vowels.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from satark.conversation.words import spelled
from satark.identity.lexicon import name_words
from satark.routing.sounds import alike, romanised

# Of a name alone, as it sounds without its short vowels.
FEWEST_SOUNDS = 4
FEWEST_OF_A_NAME = 2
_ARABIC = re.compile("[\u0600-\u06ff]")
_TOKEN = re.compile("[^ 0-9]+")
_VOWELS = re.compile("[aeiou]")
# Read with its neighbours it may be a vowel or a consonant.
_VAV = "و"


class _Consonants(dict[int, str]):
    """The consonants that each character stands for, blanks as they are: worked out once, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        self[code] = found = self._of(chr(code))
        return found

    def _of(self, char: str) -> str:
        if char in " 0123456789":
            return " "
        if char in ("ं", _VAV):
            return "n" if char == "ं" else ""
        return _VOWELS.sub("", alike(romanised(char)).strip()).replace("f", "p")


class Word(NamedTuple):
    """A word in another script than a name, how it sounds, and where it stands. `by_consonants` is that these are all that
    can be compared: it or the name is in Urdu."""

    sound: str
    by_consonants: bool
    start: int
    end: int


class Part(NamedTuple):
    """A part of a name, how it sounds, and its consonants."""

    text: str
    sound: str
    consonants: str

    def is_said_by(self, word: Word) -> bool:
        return word.sound == (self.consonants if word.by_consonants else self.sound)

    @property
    def leads_to_its_owner(self) -> bool:
        return len(self.sound) >= FEWEST_SOUNDS and spelled(self.text) not in name_words().common


def find_transliterated(folded: str, parts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where a name in `parts` stands in a folded text, in another script than its own."""
    name = [part for part in parts if len(part) >= FEWEST_OF_A_NAME]
    if not name:
        return
    said = [Part(part, _sound(part), consonants_of(part)) for part in name]
    own = _script(name[0])
    words = [_word(found, own) for found in _TOKEN.finditer(folded) if _script(found[0]) != own]
    whole = "".join(name)
    alone = (*said, Part(whole, _sound(whole), consonants_of(whole)))
    for word in words:
        if not word.by_consonants and any(part.leads_to_its_owner and part.is_said_by(word) for part in alone):
            yield word.start, word.end
    if len(said) > 1:
        yield from _whole(words, said)


def _whole(words: Sequence[Word], name: Sequence[Part]) -> Iterator[tuple[int, int]]:
    """From the first part to the last, with or without those between."""
    for first, second in pairwise(words):
        if name[0].is_said_by(first) and name[-1].is_said_by(second):
            yield first.start, second.end
    for at in range(len(words) - len(name) + 1):
        some = words[at : at + len(name)]
        if all(part.is_said_by(word) for part, word in zip(name, some, strict=True)):
            yield some[0].start, some[-1].end


def _script(word: str) -> str:
    """Of which letters a word is."""
    return "latin" if word.isascii() else "arabic" if _ARABIC.match(word) else "other"


def _word(found: re.Match[str], name_is_in: str) -> Word:
    by_consonants = "arabic" in (name_is_in, _script(found[0]))
    return Word(consonants_of(found[0]) if by_consonants else _sound(found[0]), by_consonants, *found.span())


def _sound(word: str) -> str:
    """How a word sounds, without the vowels that Devanagari does not write, where enough is left."""
    sound = alike(romanised(word)).rstrip("a")
    short = sound.replace("a", "")
    return short if len(short) > FEWEST_OF_A_NAME else sound


def consonants_of(text: str) -> str:
    """The consonants of each word, blanks as they are, whatever the script."""
    return text.translate(_TABLE)


_TABLE = _Consonants()
