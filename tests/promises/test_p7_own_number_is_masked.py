"""P7: the informant's own number and profile name are masked wherever they typed them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.channels.messages import Secret
from satark.identity.masking import MASK, mask, to_ascii_digits

OWN = (Secret("919876543210"), Secret("राम कुमार"), Secret("Ram Kumar"))


@pytest.mark.parametrize(
    "written",
    ["9876543210", "+91 98765 43210", "+91-98765-43210", "09876543210", "0091 9876543210", "98 76 54 32 10", "(98765) 43210",
     "९८७६५४३२१०", "+९१ ९८७६५ ४३२१०", "۹۸۷۶۵۴۳۲۱۰", "9.8.7.6.5.4.3.2.1.0", "राम कुमार", "RAM  KUMAR", "ram kumar"],
)  # fmt: skip
def test_every_writing_is_masked(written: str) -> None:
    said = mask(f"call {written} tonight", OWN)
    assert said == f"call {MASK} tonight"


@pytest.mark.parametrize(
    "written", ["9876543211", "98765432100", "UP 62 AB 3210", "rs 43210", "Ramkumari", "112", "श्यामकुमार"]
)
def test_what_is_not_theirs_is_evidence_and_stays(written: str) -> None:
    assert mask(f"call {written} tonight", OWN) == f"call {written} tonight"


@given(
    before=st.text(), after=st.text(), gaps=st.lists(st.sampled_from(["", " ", "-", ". "]), min_size=10, max_size=10)
)
def test_wherever_it_stands(before: str, after: str, gaps: list[str]) -> None:
    number = "".join(digit + gap for digit, gap in zip("9876543210", gaps, strict=True))
    said = mask(f"{before} x {number} x {after}", (Secret("919876543210"),))
    assert f"x {number}" not in said
    assert MASK in said


@given(st.text())
def test_digits_of_every_script_keep_their_place(text: str) -> None:
    assert len(to_ascii_digits(text)) == len(text)
