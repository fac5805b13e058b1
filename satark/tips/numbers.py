"""A tip's two numbers: the reference, which officers say to each other; the receipt, which the informant alone has."""

import secrets

from stdnum import damm

from satark.conversation.receipts import RECEIPT_DIGITS
from satark.conversation.receipts import is_receipt as is_receipt

# No 0/O, 1/I/L, 5/S, 2/Z, 8/B, U/V: what is read out over a radio is written down right.
SPEAKABLE = "34679ACDEFGHJKMNPQRTWXY"
REFERENCE_LETTERS = 9
LEAST_LETTERS = 2


def new_reference() -> str:
    """Nine of 23 letters and digits in groups of three (40 bits): it says neither when nor how many."""
    return _written("".join(secrets.choice(SPEAKABLE) for _ in range(REFERENCE_LETTERS)))


def _written(letters: str) -> str:
    return "-".join(letters[at : at + 3] for at in range(0, len(letters), 3))


def span(typed: str) -> tuple[str, str] | None:
    """The first and the last reference that begin as it was typed, whatever stands between the letters. None where that is
    less than two letters, with which very many begin."""
    said = "".join(char for char in typed.upper() if char.isalnum())[:REFERENCE_LETTERS]
    if len(said) < LEAST_LETTERS:
        return None
    return _written(said), _written(said.ljust(REFERENCE_LETTERS, max(SPEAKABLE)))


def new_receipt() -> str:
    """15 random digits and a Damm check digit, which finds every wrong digit and every neighbouring swap."""
    drawn = f"{secrets.randbelow(10 ** (RECEIPT_DIGITS - 1)):0{RECEIPT_DIGITS - 1}}"
    return drawn + damm.calc_check_digit(drawn)


def grouped(receipt: str) -> str:
    """As it is written and read out: four groups of four."""
    return " ".join(receipt[at : at + 4] for at in range(0, len(receipt), 4))
