"""References and receipts: a slip is told at once, and neither says when or how many."""

from hypothesis import given
from hypothesis import strategies as st

from satark.tips.numbers import SPEAKABLE, grouped, is_receipt, new_receipt, new_reference


@given(st.integers(0, 15), st.integers(1, 9))
def test_every_wrong_digit_is_found(at: int, by: int) -> None:
    receipt = new_receipt()
    wrong = receipt[:at] + str((int(receipt[at]) + by) % 10) + receipt[at + 1 :]
    assert is_receipt(receipt)
    assert not is_receipt(wrong)


@given(st.integers(0, 14))
def test_every_neighbouring_swap_is_found(at: int) -> None:
    receipt = new_receipt()
    swapped = receipt[:at] + receipt[at + 1] + receipt[at] + receipt[at + 2 :]
    assert not is_receipt(swapped) or swapped == receipt


def test_what_is_no_receipt_is_none() -> None:
    assert not any(is_receipt(one) for one in ("", "1", "x" * 16, "१" * 16, "0" * 15, "0" * 17))


def test_they_are_written_in_groups() -> None:
    assert grouped("1234567890123456") == "1234 5678 9012 3456"
    references = {new_reference() for _ in range(500)}
    assert len(references) == 500
    assert all(len(one) == 11 and set(one) <= {*SPEAKABLE, "-"} for one in references)
