"""Folds what people write, so that what means the same compares equal: pure, and the only folding there is.

What is left are letters, vowel signs and numbers, with single blanks for everything else:
- compatibility forms are plain (what NFKC begins with), letters lower case, whatever the normal form they came in;
- accents, points, nuktas and keycaps are gone, and so is what nobody sees: format characters, variation selectors, tags;
- every character that stands for a number is that number in 0-9: those of all scripts, superscript, circled, keycaps;
- letters of Urdu that only keyboards tell apart are one, and so are candrabindu and anusvara.

Each character is folded by itself, so `fold(a + b) == fold(a) + fold(b)`, and every character of the outcome leads back to
the one it came from.
"""

import re
import unicodedata
from typing import NamedTuple

MASK = "█████"
"""What stands where something that leads to a person was cut out."""

_NO_DIGITS = re.compile("[^0-9]+")
_VIRAMA = 9
_LARGEST_NUMBER = 99
_SAME = {
    ord(char): meant
    for meant, others in {"ं": "ँ", "ی": "يىې", "ک": "كڪ", "ہ": "هةەۃ", "ا": "ٱ", "i": "ı"}.items()
    for char in others
}
# Letters and joiners that show nothing, beside format characters and variation selectors.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
# Letters in circles, squares and flags of which Unicode does not say what letters they are.
_BOXED = (0x1F150, 0x1F170, 0x1F1E6)
_LETTERS = 26
_DRAWN = re.compile(
    "LATIN (?:SMALL LETTER|LETTER SMALL CAPITAL|CAPITAL LETTER)(?: SMALL CAPITAL)? ([A-Z])(?: WITH [A-Z ]+)?"
)
_KEYCAP_TEN = "\U0001f51f"
_BLANK_BRAILLE = "\u2800"
_TATWEEL = "\u0640"


class Folded(NamedTuple):
    """A folded text, and for each of its characters the place in the original that it came from."""

    original: str
    text: str
    origins: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the original that `text[start:end]` came from, with the marks on its last character."""
        first, last = self.origins[start], self.origins[end - 1] + 1
        while last < len(self.original) and _is_mark_that_goes(self.original[last]):
            last += 1
        return first, last


class _Table(dict[int, str]):
    """What each character becomes: worked out once, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


def fold(text: str) -> str:
    """`text` folded, its blanks as they are."""
    return text.translate(_TABLE) if text.isascii() else _CHANGED.sub(_fold_run, text)


def _fold_run(run: re.Match[str]) -> str:
    return run[0].translate(_TABLE)


def fold_with_origins(text: str) -> Folded:
    """`fold`, with the way back: to cut from the original what was found in the folded text."""
    pieces = [_TABLE[ord(char)] for char in text]
    return Folded(text, "".join(pieces), [at for at, piece in enumerate(pieces) for _ in piece])


def digits_in(text: str) -> str:
    """The numbers in `text` as 0-9, and nothing else."""
    return _NO_DIGITS.sub("", fold(text))


def _fold_character(char: str) -> str:
    if number := _number(char):
        return number
    plain = _plain(char)
    while (again := _plain(plain)) != plain:
        plain = again
    return "".join(map(_fold_plain, plain))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text.casefold())


def _number(char: str) -> str:
    """The number that a character stands for as a whole, such as `⑫`; "" where it stands for none."""
    if char == _KEYCAP_TEN:
        return "10"
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    value = unicodedata.numeric(char, -1.0) if unicodedata.category(char) == "No" else -1.0
    return str(int(value)) if value in range(_LARGEST_NUMBER + 1) else ""


def _fold_plain(char: str) -> str:
    kind = unicodedata.category(char)
    if letter := _boxed_letter(ord(char)) or _drawn_letter(char):
        return letter
    if char.isspace() or char == _BLANK_BRAILLE:
        return " "
    if _is_unseen(char, kind) or kind in ("Cc", "Me") or unicodedata.combining(char) not in (0, _VIRAMA):
        return ""
    return _SAME.get(ord(char), char) if kind[0] in "LMN" else " "


def _is_unseen(char: str, kind: str) -> bool:
    return kind == "Cf" or char in _UNSEEN or char == _TATWEEL or any(ord(char) in some for some in _SELECTORS)


def _boxed_letter(code: int) -> str:
    return next((chr(ord("a") + code - first) for first in _BOXED if first <= code < first + _LETTERS), "")


def _drawn_letter(char: str) -> str:
    """The plain letter that a small capital or one with a stroke is drawn after, as profiles have them: `ʀ` and `ł`."""
    found = _DRAWN.fullmatch(unicodedata.name(char, "")) if char > "\x7f" else None
    return found[1].lower() if found else ""


def _is_mark_that_goes(char: str) -> bool:
    return unicodedata.category(char)[0] == "M" and not _TABLE[ord(char)]


_TABLE = _Table()
# What changes, or may: most of a text in an Indian script does not, and is not looked at one by one.
_KEPT = "".join(char for char in map(chr, range(0x1000)) if _TABLE[ord(char)] == char)
_CHANGED = re.compile(f"[^{re.escape(_KEPT)}]+")
