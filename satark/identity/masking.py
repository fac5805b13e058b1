"""Blots out the informant's own number, names and e-mail address where they wrote them, as a whole and in part (P7).

Other people's stay: they are evidence. All is looked for in the folded text (`channels.folding`) and cut out of the
original.
"""

import re
from collections.abc import Iterable, Iterator

from satark.channels.folding import MASK as MASK
from satark.channels.folding import digits_in, fold, fold_with_origins
from satark.channels.messages import Secret
from satark.identity.own_names import FoldedText, find_addresses, find_name
from satark.identity.own_numbers import FEWEST_DIGITS, find_number

# What belongs to a number that it stands right before.
_OPENING = "+＋(（"


def mask(text: str, own: Iterable[Secret], address: Secret | None = None) -> str:
    """`text` with each of the informant's own numbers and names replaced by a bar. Their `address` is one of these, or
    letters and digits that mean nothing: then it is found as a whole, and no part of it is a name."""
    values = [secret.reveal() for secret in own]
    folded = FoldedText(fold(text))
    found = [span for value in values for span in _spans(folded, value)]
    if address and address.reveal() not in values:
        found += _spans_of_address(folded.folded, address.reveal())
    addresses = [span for value in values for span in find_addresses(text, value)]
    if not found and not addresses:
        return text
    whole = fold_with_origins(text)
    spans = [*addresses, *(_widened(text, *whole.span(start, end)) for start, end in found)]
    for start, end in reversed(list(_merged(spans))):
        text = text[:start] + MASK + text[end:]
    return text


def _spans(text: FoldedText, value: str) -> Iterator[tuple[int, int]]:
    """A name may hold a number, and a number is one whatever is written with it."""
    number = digits_in(value)
    if len(number) >= FEWEST_DIGITS:
        yield from find_number(text.folded, number)
    if any(map(str.isalpha, value)):
        yield from find_name(text, value)


def _spans_of_address(folded: str, address: str) -> Iterator[tuple[int, int]]:
    if not any(map(str.isalpha, address)):
        yield from find_number(folded, digits_in(address))
    elif (sought := fold(address).strip()) and len(sought) >= FEWEST_DIGITS and sought in folded:
        yield from (found.span() for found in re.finditer(f"(?<![^ ]){re.escape(sought)}(?![^ ])", folded))


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    while start and text[start - 1] in _OPENING:
        start -= 1
    return start, end


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans in their order, those that overlap as one."""
    first, last = -1, -1
    for start, end in sorted(spans):
        if start > last:
            if first >= 0:
                yield first, last
            first, last = start, end
        last = max(last, end)
    if first >= 0:
        yield first, last
