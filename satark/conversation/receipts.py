"""Finds receipts in what a citizen wrote, however they are written. A receipt is never part of an account: whoever reads it
could open another tip."""

import re
from collections.abc import Iterator

from stdnum import damm

from satark.channels.folding import MASK, fold_with_origins
from satark.conversation.account import FEWEST_WORDS
from satark.conversation.state import Vocabulary
from satark.conversation.words import digits_in

RECEIPT_DIGITS = 16
_NO_DIGITS = re.compile("[^0-9]+")
# Between two digits stand marks, or a letter or two that touch both: a slip, or a flag. Words are between other numbers.
_GAP = "(?: *|[^0-9 ]{1,2})"
# Groups as they are shown may be told one by one: first 1234, then 5678.
_WORDS = "(?: *[^0-9 ]+){1,3} *"
_FOUR = "[0-9]{4}"
# Each may begin inside another. A digit too many at either end is a slip as well.
_FORMS = tuple(
    re.compile(rf"(?<![0-9]){before}(?=({form})[0-9]?(?![0-9]))")
    for before in ("", "[0-9]")
    for form in (f"[0-9](?:{_GAP}[0-9]){{{RECEIPT_DIGITS - 1}}}", f"{_FOUR}(?:(?:{_WORDS}| *){_FOUR}){{3}}")
)


def is_receipt(digits: str) -> bool:
    """Whether `digits` (ASCII, nothing between them) could have been given out: the last is a check digit."""
    return len(digits) == RECEIPT_DIGITS and digits.isdecimal() and bool(damm.is_valid(digits))


def receipt_asked_for(spelled: str, vocabulary: Vocabulary, *, awaited: bool, telling: bool = False) -> str:
    """The 16 digits of a message (as `words.spelled` has it) that asks about them and says nothing else, right or wrong; ""
    of others. A right one is found among a word or two that are not known, unless something is being told, of which they
    may be a part; where a receipt is `awaited`, among any."""
    if len(digits := _NO_DIGITS.sub("", spelled)) < RECEIPT_DIGITS:
        return ""
    first = next(_receipts(spelled), None)
    if first is None:
        return digits if len(digits) == RECEIPT_DIGITS and not _others(spelled, vocabulary) else ""
    start, end = first
    rest = f"{spelled[:start]} {spelled[end:]}"
    others = _others(rest, vocabulary)
    # Another number beside it is told: it would be lost.
    is_alone = re.search("[0-9]{3}", rest) is None and (others == 0 or (others < FEWEST_WORDS and not telling))
    is_asked = awaited or is_alone
    return _NO_DIGITS.sub("", spelled[start:end]) if is_asked else ""


def _others(spelled: str, vocabulary: Vocabulary) -> int:
    """How many words do not belong to a question about a receipt."""
    return sum(not word.isdecimal() and word not in vocabulary.receipt_words for word in spelled.split())


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
    for start, end in sorted(span for form in _FORMS for span in _right(form, folded)):
        if start >= last:
            yield start, end
            last = end


def _right(form: re.Pattern[str], folded: str) -> Iterator[tuple[int, int]]:
    for found in form.finditer(folded):
        start, end = found.span(1)
        if is_receipt(_NO_DIGITS.sub("", folded[start:end])):
            yield start, end
