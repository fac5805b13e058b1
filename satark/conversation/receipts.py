"""Finds receipts in what a citizen wrote, however they are written. A receipt is never part of an account: whoever reads it
could open another tip."""

import re
from collections.abc import Iterator

from stdnum import damm

from satark.channels.folding import MASK, fold_with_origins
from satark.conversation.state import Vocabulary
from satark.conversation.words import digits_in

RECEIPT_DIGITS = 16
_NO_DIGITS = re.compile("[^0-9]+")
# Sixteen digits, whatever stands between them but letters; the next may begin inside.
_SIXTEEN = re.compile(rf"(?<![0-9])(?=([0-9](?: *[0-9]){{{RECEIPT_DIGITS - 1}}})(?![0-9]))")


def is_receipt(digits: str) -> bool:
    """Whether `digits` (ASCII, nothing between them) could have been given out: the last is a check digit."""
    return len(digits) == RECEIPT_DIGITS and digits.isdecimal() and bool(damm.is_valid(digits))


def receipt_asked_for(spelled: str, vocabulary: Vocabulary, *, awaited: bool) -> str:
    """The 16 digits of a message (as `words.spelled` has it) that asks about them and says nothing else, right or wrong; ""
    of others. Where a receipt is `awaited`, a right one is found among any words."""
    if len(digits := _NO_DIGITS.sub("", spelled)) < RECEIPT_DIGITS:
        return ""
    words = (word for word in spelled.split() if not word.isdecimal())
    if len(digits) == RECEIPT_DIGITS and all(word in vocabulary.receipt_words for word in words):
        return digits
    found = [_NO_DIGITS.sub("", spelled[start:end]) for start, end in _receipts(spelled)] if awaited else []
    return found[0] if found else ""


def hide_receipts(text: str) -> str:
    """`text` with a bar in place of each receipt."""
    if len(text) < RECEIPT_DIGITS // 2 or len(digits_in(text)) < RECEIPT_DIGITS:
        return text
    folded = fold_with_origins(text)
    spans = [folded.span(start, end) for start, end in _receipts(folded.text)]
    for start, end in reversed(spans):
        text = text[:start] + MASK + text[end:]
    return text


def _receipts(folded: str) -> Iterator[tuple[int, int]]:
    """Where receipts stand in a folded text, none inside another."""
    last = 0
    for found in _SIXTEEN.finditer(folded):
        start, end = found.span(1)
        if start >= last and is_receipt(_NO_DIGITS.sub("", folded[start:end])):
            yield start, end
            last = end
