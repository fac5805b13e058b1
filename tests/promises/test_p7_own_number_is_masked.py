"""P7: the informant's own number and profile name are masked wherever they typed them."""

import re
from pathlib import Path
from re import _casefix

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.channels.messages import Envelope, Inbound, Kind, Media, MediaKind, Secret
from satark.identity.masking import MASK, mask, to_ascii_digits
from satark.intake.arrivals import masked
from satark.store.tables import Evidence
from tests.journey.messengers import Messenger, messengers, sent_photo
from tests.promises.test_p1_canary import photo

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


@pytest.mark.parametrize("alike", sorted(_casefix._EXTRA_CASES))
def test_a_quick_look_overlooks_no_letter_that_is_alike(alike: int) -> None:
    """What `re.IGNORECASE` takes for equal: a name is found in all the ways that its letters can be written."""
    for other in _casefix._EXTRA_CASES[alike]:
        assert mask(f"by xx{chr(other)} here", (Secret(f"xx{chr(alike)}"),)) == f"by {MASK} here"


@given(st.text(alphabet="aAiIİısſSkKΣσς ", min_size=3), st.text(alphabet="aAiIİısſSkKΣσς ", min_size=3))
def test_a_quick_look_overlooks_no_name(text: str, name: str) -> None:
    sought = r"(?<!\w)" + r"\s+".join(map(re.escape, name.split())) + r"(?!\w)"
    if len(name.strip()) >= 3 and re.search(sought, text, re.IGNORECASE):
        assert MASK in mask(text, (Secret(name),))


def test_a_caption_is_masked_as_any_text() -> None:
    inbound = Inbound(
        Kind.MEDIA, "Ram Kumar, 98765 43210, UP 65 AB 3210", media=Media(MediaKind.PHOTO, ref=Secret("x"))
    )
    said = masked(Envelope(OWN[0], Secret("id"), inbound, OWN[1:]))
    assert said.text == f"{MASK}, {MASK}, UP 65 AB 3210"
    assert said.media == inbound.media


@pytest.mark.parametrize("name", ["whatsapp", "telegram"])
async def test_a_caption_reaches_the_officer_masked(tmp_path: Path, name: str) -> None:
    async with messengers(tmp_path) as both:
        messenger: Messenger = both[name]
        messenger.people, messenger.files["77"] = "Asha Devi", photo()
        person = "919876543210"
        await messenger.say(person, "=language:en", "=category:gambling", sent_photo("77", f"asha devi, {person}"))
        await messenger.say(person, "=done", "=at:unknown", "=check:send")
        await messenger.later()
        await messenger.act()
        path = re.search(r'"(/panel/tips/[0-9A-Z-]{11})"', (await messenger.client.get("/panel/tips")).text)
        assert path
        page = (await messenger.client.get(path[1])).text
    assert f"{MASK}, {MASK}" in page
    assert "/panel/evidence/" in page
    for own in ("asha devi", person[2:]):
        assert own not in page


def test_a_file_name_has_nowhere_to_be_kept() -> None:
    """Neither what a channel hands over nor what is at rest has a field for it."""
    for fields in (Media.__struct_fields__, Evidence.model_fields):
        assert [field for field in fields if "name" in field or "title" in field] == []
