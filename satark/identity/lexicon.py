"""The words that masking must know, from `templates/masking/`: those for digits, and those that are no name alone.

`everyday.txt` has what the service itself says in its languages, and what profiles are called that are no names.
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from satark.channels.folding import fold
from satark.conversation.words import spelled
from satark.resources import data_dir


class DigitWords(NamedTuple):
    """Words for digits, folded: what each stands for, those of tens (`ninety`: a digit may follow), how
    often the next digit is repeated, and what is said between digits."""

    digits: dict[str, str]
    tens: frozenset[str]
    repeats: dict[str, int]
    between: frozenset[str]


class NameWords(NamedTuple):
    """Words in names, as `words.spelled` has them: titles, and what leads to nobody alone; folded, what is said before
    a name, and what is written right after one without a blank."""

    titles: frozenset[str]
    common: frozenset[str]
    introductions: tuple[str, ...]
    attached: tuple[str, ...]


@cache
def digit_words() -> DigitWords:
    read = _read("numbers.toml")
    tens, numbers, repeats = (_by_word(read[table]) for table in ("tens", "numbers", "repeats"))
    times = {word: int(number) for word, number in repeats.items()}
    return DigitWords(numbers | tens, frozenset(tens), times, frozenset(map(fold, read["between"])))


@cache
def name_words() -> NameWords:
    read = _read("names.toml")
    introductions = sorted(map(fold, read["introductions"]), key=len, reverse=True)
    everyday = (data_dir("templates") / "masking" / "everyday.txt").read_text(encoding="utf-8").split()
    common, attached = _spelled([*read["common"], *everyday]), tuple(map(fold, read["attached"]))
    return NameWords(_spelled(read["titles"]), common, tuple(introductions), attached)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((data_dir("templates") / "masking" / name).read_text(encoding="utf-8"))


def _by_word(table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {fold(word): number for number, words in table.items() for word in words}


def _spelled(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(spelled, words))
