"""A contact card says what it says, in whichever version it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.channels.vcards import facts_of, joined

CARD = """BEGIN:VCARD
VERSION:3.0
N:Bhai;Kallu;;Shri;
FN:Kallu Bhai
item1.TEL;waid=919000000042:+91 90000 00042
item1.X-ABLabel:Mobile
TEL;TYPE=WORK:+91 542 2000
 000
EMAIL;type=INTERNET:kallu.boss@example.org
ORG:Sona Traders;Sales
TITLE:Owner\\, of all
ADR;TYPE=HOME:;;14 Naiwasti Gali;Jaunpur;UP;222001;India
URL:https://sona.example.org/a?b=1;2
PHOTO;ENCODING=b:AAAA
REV:2026-11-30T10:00:00Z
NOTE:behind the mill\\nat night
END:VCARD"""


def test_all_that_leads_to_somebody_is_read() -> None:
    assert facts_of(CARD.replace("\n", "\r\n")) == [
        "Kallu Bhai", "+91 90000 00042", "919000000042", "+91 542 2000000", "kallu.boss@example.org", "Sona Traders Sales",
        "Owner, of all", "14 Naiwasti Gali Jaunpur UP 222001 India", "https://sona.example.org/a?b=1;2", "behind the mill at night",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E0=A4=95=\n=E0=A4=B2", "कल"),
        ("TEL;VALUE=uri:tel:+911234567890", "+911234567890"),
        ("tel;cell:98", "98"),
    ],
)
def test_a_line_of_another_version_is_read(line: str, fact: str) -> None:
    assert facts_of(line) == [fact]


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    facts_of(text)
    facts_of(f"N;ENCODING=QUOTED-PRINTABLE:{text}")


def test_a_number_stands_once_however_it_is_written() -> None:
    assert joined("Kallu", "+91 90000 00042", "919000000042", "", "kallu", "112", "+91 1120000112") == (
        "Kallu +91 90000 00042 112 +91 1120000112"
    )
