"""P7: the informant's own number and profile name are masked wherever they typed them."""

import re
from pathlib import Path
from re import _casefix

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from satark.channels.folding import digits_in
from satark.channels.messages import Annotation, AnnotationKind, Envelope, Inbound, Kind, Media, MediaKind, Secret
from satark.conversation.words import spelled
from satark.identity.lexicon import name_words
from satark.identity.masking import MASK, mask
from satark.intake.arrivals import masked
from satark.store.tables import Evidence
from tests.journey.messengers import Messenger, messengers, sent_photo
from tests.promises.test_p1_canary import photo

OWN = (Secret("919876543210"), Secret("राम कुमार"), Secret("Ram Kumar"))


@pytest.mark.parametrize(
    "written",
    ["9876543210", "+91 98765 43210", "+91-98765-43210", "09876543210", "0091 9876543210", "98 76 54 32 10", "(98765) 43210", "+91 (0) 98765 43210",
     "९८७६५४३२१०", "+९१ ९८७६५ ४३२१०", "۹۸۷۶۵۴۳۲۱۰", "9.8.7.6.5.4.3.2.1.0", "राम कुमार", "RAM  KUMAR", "ram kumar"],
)  # fmt: skip
def test_every_writing_is_masked(written: str) -> None:
    said = mask(f"call {written} tonight", OWN)
    assert said == f"call {MASK} tonight"


def test_what_comes_beside_the_words_is_masked_too() -> None:
    note = Annotation(AnnotationKind.FORWARDED, "Ram Kumar tel 98765 43210, to Munna")
    told = masked(Envelope(OWN[0], Secret("1"), Inbound(Kind.MEDIA, annotations=(note,)), OWN[1:]))
    assert told.annotations == (Annotation(AnnotationKind.FORWARDED, f"{MASK} tel {MASK}, to Munna"),)


DIGITS = "9876543210"
UNSEEN = [
    "\u200b",
    "\u200c",
    "\u200d",
    "\u00ad",
    "\u200e",
    "\u2060",
    "\ufeff",
    "\ufe0f",
    "\U000e0031",
    "\u034f",
    "\u3164",
]
MARKS = [
    ",",
    ";",
    ":",
    "|",
    "*",
    "#",
    "=",
    "~",
    "+",
    "•",
    "/",
    "\\",
    "_",
    "'",
    "\n",
    "\u00a0",
    " - ",
    " . ",
    "→",
    "🙂",
    "।",
    "،",
]
WORDS = {
    "english": "nine eight seven six five four three two one zero",
    "double": "nine double eight",
    "tens": "ninety eight, seventy six, fifty four, thirty two, ten",
    "english in devanagari": "नाइन एट सेवन सिक्स फाइव फोर थ्री टू वन ज़ीरो",
    "hindi": "नौ आठ सात छह पाँच चार तीन दो एक शून्य",
    "hindi in pairs": "अट्ठानवे छिहत्तर चौवन बत्तीस दस",
    "romanised": "nau aath saat chhe paanch chaar teen do ek shunya",
    "bhojpuri": "नव आठ सात छव पाँच चारि तीनि दुइ एक सुन्ना",
    "urdu": "نو آٹھ سات چھ پانچ چار تین دو ایک صفر",
    "english in urdu": "نائن ایٹ سیون سکس فائیو فور تھری ٹو ون زیرو",
    "words and digits": "nine eight 765 चार तीन दो 10",
    "the letter O": "987654321O",
    "words between": "98765 and then 43210",
}


@pytest.mark.parametrize("mark", [*UNSEEN, *MARKS])
def test_whatever_stands_between_the_digits(mark: str) -> None:
    for said in (DIGITS[:5] + mark + DIGITS[5:], mark.join(DIGITS), f"+91{mark}{DIGITS}"):
        assert mask(f"call {said} tonight", OWN) == f"call {MASK} tonight"


@pytest.mark.parametrize(
    "digits",
    ["⁹⁸⁷⁶⁵⁴³²¹⁰", "₉₈₇₆₅₄₃₂₁₀", "⑨⑧⑦⑥⑤④③②①⓪", "❾❽❼❻❺❹❸❷❶⓿", "⑼⑻⑺⑹⑸⑷⑶⑵⑴0", "９８７６５４３２１０", "𝟗𝟖𝟕𝟔𝟓𝟒𝟑𝟐𝟏𝟎", "৯৮৭৬৫৪৩২১০", "௯௮௭௬௫௪௩௨௧௦",
     "9\ufe0f\u20e38\ufe0f\u20e37\ufe0f\u20e36\ufe0f\u20e35\ufe0f\u20e34\ufe0f\u20e33\ufe0f\u20e32\ufe0f\u20e31\ufe0f\u20e30\ufe0f\u20e3", "9\u03368\u03367\u03366\u03365\u03364\u03363\u03362\u03361\u03360\u0336"],
)  # fmt: skip
def test_in_whatever_digits(digits: str) -> None:
    assert mask(f"call {digits} tonight", OWN) == f"call {MASK} tonight"


@pytest.mark.parametrize("gap", [" or ", " x ", "a", "🇮🇳", "ः", " ya "])
def test_something_short_between_the_digits(gap: str) -> None:
    for said in (gap.join(DIGITS), gap.join([DIGITS[:5], DIGITS[5:]])):
        assert mask(f"call {said} tonight", OWN[:1]) == f"call {MASK} tonight"


@pytest.mark.parametrize("said", ["nineeightsevensixfivefourthreetwoonezero", "नौआठसातछहपाँचचारतीनदोएकशून्य"])
def test_words_for_digits_that_are_run_together(said: str) -> None:
    assert mask(f"call {said} tonight", OWN[:1]) == f"call {MASK} tonight"


@pytest.mark.parametrize("said", WORDS.values(), ids=WORDS)
def test_said_in_words(said: str) -> None:
    own = (Secret("919888888888" if "double" in said else "919876543210"),)
    said = said.replace("double eight", "double eight triple eight double eight double eight")
    assert mask(f"call {said}, tonight", own) == f"call {MASK}, tonight"


PROFILES = {
    "emoji": ("🌹Ram Kumar🌹", "ram kumar"),
    "a title": ("Mr. Ram Kumar", "Ram Kumar"),
    "fancy letters": ("𝓡𝓪𝓶 𝓚𝓾𝓶𝓪𝓻", "Ram Kumar"),
    "first name": ("Ram Kumar Singh", "Ram"),
    "without the middle": ("Ram Kumar Singh", "Ram Singh"),
    "initial first": ("Ram Kumar Singh", "R. Singh"),
    "initial last": ("Ram Kumar", "Ram K."),
    "dots": ("Ram Kumar", "R.a.m K.u.m.a.r"),
    "a dot": ("Ram Kumar", "Ram. Kumar"),
    "joined": ("Ram Kumar", "RamKumar"),
    "joined with a number": ("Ram Kumar", "ram_kumar_"),
    "an unseen mark": ("Ram Kumar", "Ra\u200bm Ku\u00admar"),
    "accents": ("Rám Kúmar", "Ram Kumar"),
    "other normal form": ("ज़ैनब", "ज़ैनब"),
    "no nukta": ("ज़ैनब", "जैनब"),
    "other nasal": ("चन्दन", "चंदन"),
    "candrabindu": ("चाँदनी", "चांदनी"),
    "arabic keyboard": ("علي رضا", "علی رضا"),
    "a user name": ("asha_devi", "Asha"),
    "e-mail": ("Ram Kumar", "ram.kumar92@gmail.com"),
    "e-mail, joined": ("Ram Kumar", "RamKumar.92@gmail.com"),
    "e-mail, initial": ("Ram Kumar", "rkumar.ram@gmail.com"),
    "e-mail, first name": ("Ram Kumar", "ram1992@example.in"),
    "family name": ("Ram Bhardwaj", "Bhardwaj"),
    "to pay to": ("Ram Kumar", "ramkumar@okaxis"),
    "common, with a title": ("Md Ali", "Md. Ali"),
    "in Devanagari": ("Ram Kumar", "राम कुमार"),
    "in Devanagari, first and last": ("Rameshwar Prasad Yadav", "रामेश्वर यादव"),
    "in Devanagari, alone": ("Rameshwar Yadav", "रामेश्वर"),
    "in Latin": ("प्रियंका मौर्य", "Priyanka"),
    "in Latin, whole": ("राम कुमार", "Ram Kumar"),
    "from Devanagari to Urdu": ("राम कुमार", "رام کمار"),
    "from Urdu to Devanagari": ("رام کمار", "राम कुमार"),
    "in Urdu": ("Ram Kumar", "رام کمار"),
    "everyday words, whole": ("Free Fire Lover", "Free Fire Lover"),
    "introduced": ("Yadav", "Yadav"),
    "introduced, short": ("Om", "Om"),
    "a profile in one word": ("PintuMaurya", "Pintu"),
    "small capitals": ("ʀᴀᴊᴇꜱʜ", "Rajesh"),
    "a stroke": ("Michał", "Michal"),
    "initials together": ("Arvind Kumar Singh", "AK Singh"),
    "a respectful ending": ("Harikesh Nishad", "Harikeshji"),
    "e-mail, initial and family name": ("Harikesh Bhardwaj", "hbhardwaj@gmail.com"),
    "in Gujarati": ("Arvind", "અરવિંદ"),
    "in Gurmukhi": ("Arvind", "ਅਰਵਿੰਦ"),
    "in Bengali": ("Suresh Nishad", "সুরেশ"),
    "in Devanagari, joined": ("Shyam Lal", "श्यामलाल"),
}


@pytest.mark.parametrize(("name", "written"), PROFILES.values(), ids=PROFILES)
def test_a_name_in_whatever_form(name: str, written: str) -> None:
    said = mask(f"my name is {written}, they sell", (Secret(name),))
    assert said.startswith(f"my name is {MASK}")
    assert said.endswith(", they sell")
    assert len(said) <= len(f"my name is {MASK}__, they sell")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Asha Yadav", "Suresh Yadav sells it, yadav ji ke ghar"),
        ("Yadav", "Yadav sells it"),
        ("Police Wala", "the police know"),
        ("Ali", "Rs 500 alibi"),
        ("Ram Kumar", "Ramesh and Kumari, Kumar stores"),
        ("राम", "रामनगर में, रामा की दुकान"),
        ("Om", "om om om"),
        ("Ram Kumar", "suresh.yadav@gmail.com, ramesh@gmail.com"),
        ("Ram Singh", "rsingh@gmail.com"),
        ("Ram Kumar", "यहाँ रम बिकती है, कुमार की दुकान"),
        ("Saurabh", "यहाँ शराब बिकती है"),
        ("Asha Devi", "आस पास सब जानते हैं"),
        ("Kamal", "वह कम लोग हैं"),
        ("Free Fire Lover", "they fire at night and sell it free, the lover of the girl knows"),
        ("bad_boy_007", "a boy sells it, a bad one"),
        ("जय महाकाल", "महाकाल मंदिर के पीछे"),
        ("Village Study Point", "the village school has a point"),
        ("Sharab", "yahan sharab bikti hai"),
        ("R K S", "r k s"),
    ],
)
def test_what_others_are_called_is_evidence_and_stays(name: str, text: str) -> None:
    assert mask(text, (Secret(name),)) == text


@pytest.mark.parametrize(
    "said",
    ["his number is 9415012345", "nine four one five zero one two three four five", "नौ चार एक पाँच शून्य एक दो तीन चार पाँच",
     "9 4 1 5 0 1 2 3 4 5", "account 98765432109999, 987654321", "98765 is paid, 43210 is not"],
)  # fmt: skip
def test_the_number_of_somebody_else_is_evidence_and_stays(said: str) -> None:
    assert mask(said, OWN) == said


@given(st.text(), st.lists(st.sampled_from([*UNSEEN, *MARKS, " ", ""]), min_size=10, max_size=10), st.text())
def test_after_folding_the_number_is_in_no_masked_text(before: str, gaps: list[str], after: str) -> None:
    number = "".join(digit + gap for digit, gap in zip(DIGITS, gaps, strict=True))
    said = mask(f"{before} x{number}x {after}", (Secret("919876543210"),))
    assert DIGITS not in digits_in(said.partition(MASK)[0][-12:] + said.partition(MASK)[2][:12])
    assert MASK in said


@given(st.text(alphabet=st.sampled_from("98765 43210रnin eै०①\u200b🙂@.")))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text, OWN)
    assert mask(once, OWN) == once


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


@pytest.mark.parametrize("alike", sorted(_casefix._EXTRA_CASES))
def test_a_quick_look_overlooks_no_letter_that_is_alike(alike: int) -> None:
    """What `re.IGNORECASE` takes for equal: a name is found in all the ways that its letters can be written."""
    for other in _casefix._EXTRA_CASES[alike]:
        assert mask(f"by xx{chr(other)} here", (Secret(f"xx{chr(alike)}"),)) == f"by {MASK} here"


@given(st.text(alphabet="aAiIİısſSkKΣσς ", min_size=3), st.text(alphabet="aAiIİısſSkKΣσς ", min_size=3))
@example("they ask", "ask")
def test_a_quick_look_overlooks_no_name(text: str, name: str) -> None:
    sought = r"(?<!\w)" + r"\s+".join(map(re.escape, name.split())) + r"(?!\w)"
    parts = name.split()
    # One everyday word is no name alone.
    if len(parts) == 1 and spelled(name) in name_words().common:
        return
    if len("".join(parts)) >= 3 and max(map(len, parts)) >= 2 and re.search(sought, text, re.IGNORECASE):
        assert MASK in mask(text, (Secret(name),))


@pytest.mark.parametrize(
    ("name", "said"), [("Ram Kumar", "Ram ram"), ("Madad Ali", "madad"), ("English Bhai", "english")]
)
def test_who_is_called_by_a_word_that_is_understood_can_say_it(name: str, said: str) -> None:
    envelope = Envelope(OWN[0], Secret("id"), Inbound(Kind.TEXT, said), (Secret(name),))
    assert masked(envelope) == envelope.inbound


@pytest.mark.parametrize("address", ["k3Ram-9bad_2and7xQ4sold", "CA1bad2add3bed4ace5fee6dab7cab8fad9d"])
def test_no_part_of_an_address_that_means_nothing_is_a_name(address: str) -> None:
    said = "Ram sold it, a bad bed and an ace; they add a fee"
    assert masked(Envelope(Secret(address), Secret("id"), Inbound(Kind.TEXT, said))).text == said
    told = masked(Envelope(Secret(address), Secret("id"), Inbound(Kind.TEXT, f"I am {address}.")))
    assert told.text == f"I am {MASK}."


def test_a_number_is_masked_on_the_keys_of_a_telephone_too() -> None:
    assert masked(Envelope(Secret("call"), Secret("id"), Inbound(Kind.DIGITS, DIGITS), OWN)).text == MASK
    assert masked(Envelope(Secret("call"), Secret("id"), Inbound(Kind.DIGITS, "1"), OWN)).text == "1"


def test_a_poster_is_known_to_who_is_called_as_its_place() -> None:
    opened = Inbound(Kind.OPENED, "ghazipur-khwaja-sarai")
    assert masked(Envelope(OWN[0], Secret("id"), opened, (Secret("Khwaja Ahmad"),))) == opened


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
