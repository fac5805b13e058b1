"""Blots out the informant's own number and names where they wrote them (P7).

Other numbers stay: they are evidence. A number is found however it is written: digits of any script, with or without
+91, 91 or 0 before it, and with spaces, dots, dashes or brackets anywhere between its digits.
"""

import re
import unicodedata
from collections.abc import Iterable

from satark.channels.messages import Secret

MASK = "█████"
# The last ten digits are the subscriber's number in India; fewer than seven would blot out house numbers and amounts.
NATIONAL_DIGITS = 10
FEWEST_DIGITS = 7
SHORTEST_NAME = 3
_BETWEEN = r"[\s().\-–—/_·]*"


def to_ascii_digits(text: str) -> str:
    """`text` of the same length, with the digits of every script as 0-9."""
    return "".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in text)


def _number_pattern(digits: str) -> str:
    tail = _BETWEEN.join(digits[-NATIONAL_DIGITS:])
    country = rf"(?:\+{_BETWEEN}|0{_BETWEEN}0{_BETWEEN})?9{_BETWEEN}1{_BETWEEN}"
    return rf"(?<![0-9])(?:{country}|0{_BETWEEN})?\(?{tail}(?![0-9])"


def _name_pattern(name: str) -> str:
    return r"(?<!\w)" + r"\s+".join(map(re.escape, name.split())) + r"(?!\w)"


def _pattern(own: str) -> str | None:
    digits = "".join(char for char in to_ascii_digits(own) if char.isdigit())
    letters = any(char.isalpha() for char in own)
    if not letters and len(digits) >= FEWEST_DIGITS:
        return _number_pattern(digits)
    if letters and len(own.strip()) >= SHORTEST_NAME:
        return _name_pattern(own.strip())
    return None


def mask(text: str, own: Iterable[Secret]) -> str:
    """`text` with each of the informant's own numbers and names replaced by a bar."""
    patterns = [pattern for secret in own if (pattern := _pattern(secret.reveal()))]
    if not patterns:
        return text
    spans = [match.span() for match in re.finditer("|".join(patterns), to_ascii_digits(text), re.IGNORECASE)]
    for start, end in reversed(spans):
        text = text[:start] + MASK + text[end:]
    return text
