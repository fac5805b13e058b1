"""Finds a telephone number in a folded text: in digits with anything but letters between them, in words, or in both."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from satark.identity.lexicon import digit_words

# The last ten digits are the subscriber's number in India; fewer than seven would blot out house numbers and amounts.
NATIONAL_DIGITS = 10
FEWEST_DIGITS = 7
# A digit or a word for some: fewer make no number, said in whichever way.
FEWEST_SAID = 4
# What a word tells at most, said three times over: "triple ninety" is six digits.
_MOST_PER_WORD = 6
# Of no number, and so the end of one.
_BREAK = "x"
_PREFIXES = ("00910", "0091", "910", "091", "91", "00", "0")
_NO_DIGITS = re.compile("[^0-9]+")
# Between two digits of one number: marks, a short word, or letters that touch it. Who writes them so means one number.
_GAP = re.compile("(?: *[^0-9 ]{1,3})? *")
# Words for digits that are run together are no longer than those of a number with its country.
_LONGEST_TOKEN = 120
_DIGIT = re.compile("[0-9]")
_TOKEN = re.compile("[0-9]|[^0-9 ]+")


@cache
def _edges() -> tuple[frozenset[str], frozenset[str]]:
    """The first and the last two letters of words for digits: a quick look, for nearly all words have others."""
    known = digit_words().digits
    return frozenset(word[:2] for word in known), frozenset(word[-2:] for word in known)


def _run_together(word: str) -> str:
    """The digits that a word is made of the words for, and of nothing else, such as `nineeightseven`; "" of others."""
    if not FEWEST_DIGITS < len(word) <= _LONGEST_TOKEN:
        return ""
    first, last = _edges()
    if not (word[:2] in first or word[:1] in first) or not (word[-2:] in last or word[-1:] in last):
        return ""
    known = digit_words().digits
    longest = max(map(len, known))
    told: list[str | None] = ["", *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - longest), end):
            before, number = told[start], known.get(word[start:end])
            if before is not None and number is not None:
                told[end] = before + number
                break
    found = told[-1] or ""
    return found if len(found) >= FEWEST_SAID else ""


@cache
def _meaningful() -> frozenset[str]:
    """All that is no other word: several of these one after the other are one break."""
    words = digit_words()
    return frozenset("0123456789") | words.digits.keys() | words.repeats.keys() | set(words.between)


class Said:
    """The digits that a folded text says, and where in it each is said. `_BREAK` stands for other words."""

    def __init__(self, folded: str) -> None:
        self._words = digit_words()
        self._digits: list[str] = []
        self.spans: list[tuple[int, int]] = []
        self._repeat, self._begun, self._after_tens = 1, -1, False
        means_something = _meaningful()
        for token in _TOKEN.finditer(folded):
            word = token[0]
            broken = self._digits and self._digits[-1] == _BREAK and self._begun < 0
            if not broken or word in means_something or _run_together(word):
                self._hear(word, *token.span())
        self.digits = "".join(self._digits)

    def _hear(self, word: str, start: int, end: int) -> None:
        if word in self._words.between:
            return
        if word in self._words.repeats:
            self._repeat, self._begun = self._words.repeats[word], start
            return
        self._take(word, (self._begun if self._begun >= 0 else start, end))
        self._repeat, self._begun, self._after_tens = 1, -1, word in self._words.tens

    def _take(self, word: str, span: tuple[int, int]) -> None:
        """A digit takes the place of the nought of tens before it."""
        told = word if word.isdigit() else self._words.digits.get(word) or _run_together(word) or _BREAK
        if self._after_tens and len(told) == 1 and told not in ("0", _BREAK):
            del self._digits[-1:], self.spans[-1:]
        told *= self._repeat
        self._digits += told
        self.spans += [span] * len(told)


def find_number(folded: str, number: str) -> Iterator[tuple[int, int]]:
    """Where in a folded text `number` (0-9) stands, with the code of its country where it is said too."""
    tail = number[-NATIONAL_DIGITS:]
    if len(number) < FEWEST_DIGITS or not _may_hold(folded, tail):
        return
    yield from _spelt_apart(folded, tail)
    said, at = Said(folded), -1
    while (at := said.digits.find(tail, at + 1)) >= 0:
        if found := _whole(folded, said, at, number):
            yield found


def _spelt_apart(folded: str, tail: str) -> Iterator[tuple[int, int]]:
    """Where all its digits stand, whatever short is between them. No pattern is made of the number: to compile one takes
    longer than all that is done with a message."""
    digits = _NO_DIGITS.sub("", folded)
    at = digits.find(tail)
    if at < 0:
        return
    places = [found.start() for found in _DIGIT.finditer(folded)]
    while at >= 0:
        if _is_one_number(folded, places, at, at + len(tail)):
            yield places[at], places[at + len(tail) - 1] + 1
        at = digits.find(tail, at + 1)


def _is_one_number(folded: str, places: list[int], first: int, end: int) -> bool:
    """Whether the digits from the `first` to before the `end` are no part of a longer number, and near each other."""
    if first and places[first - 1] == places[first] - 1:
        return False
    if end < len(places) and places[end] == places[end - 1] + 1:
        return False
    inner = places[first:end]
    return all(_GAP.fullmatch(folded, one + 1, other) for one, other in pairwise(inner))


def _may_hold(folded: str, tail: str) -> bool:
    """A quick look, for nearly all texts hold none: whether all the digits are there, or words for some."""
    digits = _NO_DIGITS.sub("", folded)
    if tail in digits:
        return True
    return _tells_in_words(folded, len(tail))


def _tells_in_words(folded: str, fewest: int) -> bool:
    """Whether words for digits are run together, or follow each other and digits so that they may tell `fewest`."""
    words, row, tells_words = digit_words(), 0, False
    for token in _TOKEN.findall(folded):
        if token.isdigit():
            row += 1
        elif token in words.digits or token in words.repeats:
            row, tells_words = row + _MOST_PER_WORD, True
        elif token not in words.between:
            if _run_together(token):
                return True
            row, tells_words = 0, False
        if row >= fewest and tells_words:
            return True
    return False


def _whole(folded: str, said: Said, at: int, number: str) -> tuple[int, int] | None:
    """The number that begins at a digit, with what stands before it; None where it is a part of a longer one."""
    tail = number[-NATIONAL_DIGITS:]
    head = number[: -len(tail)]
    end = said.spans[at + len(tail) - 1][1]
    if folded[end : end + 1].isdigit():
        return None
    for prefix in sorted({*_PREFIXES, "00" + head, head, ""}, key=len, reverse=True):
        first = at - len(prefix)
        if first >= 0 and said.digits[first:at] == prefix:
            start = said.spans[first][0]
            if not folded[max(0, start - 1) : start].isdigit():
                return start, end
    return None
