"""Blots out the informant's own number and names where they wrote them (P7).

Other numbers stay: they are evidence. A number is found however it is written: digits of any script, with or without
+91, 91 or 0 before it, and with spaces, dots, dashes or brackets anywhere between its digits.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from satark.channels.messages import Secret

MASK = "█████"
# The last ten digits are the subscriber's number in India; fewer than seven would blot out house numbers and amounts.
NATIONAL_DIGITS = 10
FEWEST_DIGITS = 7
SHORTEST_NAME = 3
_NOT_DIGITS = re.compile(r"\D+")
_BETWEEN = r"[\s().\-–—/_·]*"


def to_ascii_digits(text: str) -> str:
    """`text` of the same length, with the digits of every script as 0-9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in text)


def _number_pattern(digits: str) -> str:
    tail = _BETWEEN.join(digits[-NATIONAL_DIGITS:])
    country = rf"(?:\+{_BETWEEN}|0{_BETWEEN}0{_BETWEEN})?9{_BETWEEN}1{_BETWEEN}"
    return rf"(?<![0-9])(?:{country}|0{_BETWEEN})?\(?{tail}(?![0-9])"


def _name_pattern(name: str) -> str:
    return r"(?<!\w)" + r"\s+".join(map(re.escape, name.split())) + r"(?!\w)"


def _digits(text: str) -> str:
    """The digits of every script in `text`, as 0-9, and nothing else."""
    return to_ascii_digits(_NOT_DIGITS.sub("", text))


def _folded(text: str) -> str:
    """Equal for all that `re.IGNORECASE` takes for equal, and for a little more."""
    return text.replace("İ", "i").replace("ı", "i").casefold()


def _patterns(text: str, own: Iterable[Secret]) -> Iterator[str]:
    """The patterns of those numbers and names that may stand in `text`. Most are not there, which a quick look tells: what
    is not in the text without all that may stand between is not in it."""
    digits, folded = _digits(text), _folded(text)
    for secret in own:
        value = secret.reveal().strip()
        if any(map(str.isalpha, value)):
            if len(value) >= SHORTEST_NAME and all(part in folded for part in _folded(value).split()):
                yield _name_pattern(value)
        elif len(number := _digits(value)) >= FEWEST_DIGITS and number[-NATIONAL_DIGITS:] in digits:
            yield _number_pattern(number)


def mask(text: str, own: Iterable[Secret]) -> str:
    """`text` with each of the informant's own numbers and names replaced by a bar."""
    patterns = list(_patterns(text, own))
    if not patterns:
        return text
    spans = [match.span() for match in re.finditer("|".join(patterns), to_ascii_digits(text), re.IGNORECASE)]
    for start, end in reversed(spans):
        text = text[:start] + MASK + text[end:]
    return text
