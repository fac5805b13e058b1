"""Each sentence that promises a citizen something is shown by a test: it promises what is so, and not more."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from satark.conversation.render import Voice
from satark.conversation.state import Ask, Place, State, World
from satark.conversation.words import spelled
from satark.intake.draft import accused_offices, placed
from satark.language import LANGUAGES
from satark.routing.pack import Pack
from satark.routing.policy import readers, shut_out
from tests.conversation.conftest import pack, voice, world  # noqa: F401 - fixtures

METHODS = [("**.html", "jinja2.ext:babel_extract"), ("**.j2", "jinja2.ext:babel_extract")]
OPTIONS = {"**": {"newstyle_gettext": "true", "trimmed": "true"}}
FOLDERS = (
    Path("templates/conversation"),
    Path("templates/public"),
    *sorted(Path("plugins").glob("*/satark_*/templates")),
)
POSTER = Path("templates/print")
PROMISING = re.compile(
    r"\b(not (see|sent|shown|kept|changed)|nobody|never|nothing|alone|eras\w+|kept|own voice|voices? .*changed|changed voice|removed"
    r"|lost|goes to|went to|is sent|been sent|will see|been added|is added|know that|show who|taken back)\b",
    re.IGNORECASE,
)
# What nobody can promise: that a person cannot be found out.
IMPOSSIBLE = re.compile(
    r"find out who|learns? who|never know|anonym|untraceable|will not learn|nobody knows", re.IGNORECASE
)

FLOW = "tests/conversation/test_nothing_false.py::"
DOOR = "tests/intake/test_door.py::"
VOICES = "tests/evidence/test_voices.py::"
CANARY = "tests/promises/test_p1_canary.py::"
ACCUSED = "tests/promises/test_said_to_citizens.py::test_it_goes_where_it_is_said_to_go"
KEPT = "tests/conversation/test_flow.py::test_words_and_pins_are_kept_wherever_the_conversation_stands"
ERASED = DOOR + "test_delete_after_the_conversation_is_over_finds_the_address_by_the_receipt"
NOT_SENT = FLOW + "test_who_says_not_to_send_and_goes_is_not_sent"
SHOWN_BY = {
    "The police will not see your number": CANARY,
    "The police do not see your number": CANARY,
    "What you wrote is kept with your report": FLOW + "test_words_about_the_accused_stay_with_the_report",
    "The police will hear": VOICES,
    "in your own voice": VOICES,
    "in a changed voice": VOICES,
    "My own voice": VOICES,
    "Otherwise the voices in recordings are changed": VOICES,
    "After the tone, say what you know": "tests/conversation/test_keypad.py::test_the_end_of_a_call_waits_for_what_is_being_spoken",
    "Whom is it about?": ACCUSED,
    "It is not shown to": ACCUSED,
    "It goes to the DIG office alone": ACCUSED,
    "It has been added": DOOR + "test_a_pin_after_the_receipt_is_in_the_letters_of_the_tip",
    "Shall we erase how to reach you": ERASED,
    "What you have not sent yet is erased": FLOW + "test_what_is_sent_is_not_said_to_be_taken_back",
    "It will not be sent": NOT_SENT,
    "Shall we erase it?": NOT_SENT,
    "Yes, erase it": NOT_SENT,
    "What you had not sent is erased": NOT_SENT,
    "It is erased, and is not sent": NOT_SENT,
    "We have kept this": FLOW + "test_a_pin_after_the_receipt_goes_to_the_tip",
    "If you sent us something before": ERASED,
    "How to reach you about this report is erased": ERASED,
    "There is no more room here": "tests/conversation/test_flow.py::test_a_report_has_an_end_and_says_so",
    "WhatsApp, Telegram and the telephone company know": "",
    "We have kept": KEPT,
    "Nothing is open here": FLOW + "test_where_nothing_would_be_sent_it_is_said",
    "We already knew of this matter": "",
    "With what is known so far nothing can be done": "",
    "Nothing can be done so far": "",
    "That was a while ago": "tests/promises/test_p8_what_is_not_needed_is_destroyed.py::",
    "Thank you. It has been sent": DOOR + "test_a_report_is_a_tip_for_the_sp_and_the_dig",
    "With it you can ask what was done": "",
    "Show it to nobody": "",
    "What you told us before went to the police": FLOW
    + "test_who_reads_it_gets_the_receipt_and_is_told_that_it_was_sent",
    "If you write nothing more": FLOW + "test_no_report_goes_by_itself_before_it_was_said",
    "If you do not go on": "plugins/webform/tests/test_webform.py::"
    "test_a_report_can_be_withheld_on_every_page_of_its_steps",
    "You took a message back": NOT_SENT,
    "Others can read along": "",
    "What was sent is with the police": FLOW + "test_what_is_sent_is_not_said_to_be_taken_back",
    "%(num)s file has arrived and is kept": "plugins/webform/tests/test_webform.py::",
    "As many as 20": "tests/promises/test_p6_files_lose_their_metadata.py::",
    "A file was larger": "plugins/webform/tests/test_webform.py::",
    "It is sent as soon as all files have arrived": "tests/journey/test_broken_line.py::",
    "The connection broke. Nothing is lost": "tests/journey/test_broken_line.py::",
    "The location has been added": "tests/journey/test_pages.py::",
    "Nothing you wrote is lost": "plugins/webform/tests/test_under_attack.py::",
}
"""The beginning of a sentence, and the test that shows it, or the file that does; "" where it promises nothing of ours."""


def sentences() -> set[str]:
    """What citizens read and hear, in the source language."""
    found = {text for folder in FOLDERS for _, _, text, _, _ in extract_from_dir(folder, METHODS, OPTIONS)}
    found |= {text for name, _, text, _, _ in extract_from_dir(POSTER, METHODS, OPTIONS) if name.startswith("poster")}
    return {text if isinstance(text, str) else text[0] for text in found}


def test_what_promises_something_has_a_test() -> None:
    promising = [one for one in sentences() if PROMISING.search(one)]
    assert sorted(one for one in promising if not one.startswith(tuple(SHOWN_BY))) == []
    assert sorted(begins for begins in SHOWN_BY if not any(one.startswith(begins) for one in sentences())) == []


@pytest.mark.parametrize("shown_by", sorted(set(SHOWN_BY.values()) - {""}))
def test_the_test_is_there(shown_by: str) -> None:
    file, _, name = shown_by.partition("::")
    assert f"def {name}" in Path(file).read_text()


def test_nothing_is_promised_that_cannot_be_kept() -> None:
    assert [one for one in sentences() if IMPOSSIBLE.search(one)] == []


@pytest.mark.parametrize(
    "place", ["station/jaunpur/kotwali", "district/jaunpur", "station/ghazipur/saidpur", "unknown"]
)
@pytest.mark.parametrize("accused", ["station/jaunpur/kotwali", "district/jaunpur", "unknown", "range/varanasi"])
def test_it_goes_where_it_is_said_to_go(pack: Pack, voice: Voice, accused: str, place: str) -> None:  # noqa: F811
    """The sentence about who will not be shown a report names none of those that it goes to."""
    draft = State(category="police_corruption", accused=accused, place=Place(place))
    districts = [office.id for office in pack.offices.values() if office.kind == "district"]
    named = accused_offices(draft, placed(draft, pack.parents), districts)
    reading = readers(pack.parents, pack.outside, pack.top, placed(draft, pack.parents).district, named)
    said = voice.say(Ask("not_them", "en", {"accused": accused}), "written")
    assert not shut_out(pack.parents, named) & reading
    assert "DIG office alone" not in said or reading == {pack.top}
    assert "to the DIG office" not in said.rpartition("It goes")[2] or pack.top in reading
    assert ("authority outside" in said) == (reading == {pack.outside})
    assert "the SP and the DIG" not in said or (len(reading) == 2 and pack.top in reading)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_words_that_are_named_are_understood(world: World, voice: Voice, locale: str) -> None:  # noqa: F811
    """ "Write: cancel" is no promise where the word is not known."""
    helped = voice.say(Ask("help", locale), "written").splitlines()
    line = next(one for one in helped if ":" in one and one.count(",") + one.count("،") > 4)
    words = re.split("[,،.۔।]", line.partition(":")[2])
    unknown = [word for word in words if word.strip() and spelled(word) not in world.vocabulary.commands]
    assert unknown == []
    for prompt, args in (
        ("unfinished", {"minutes": 30, "chosen": True}),
        ("was_sent", {}),
        ("unsupported", {"why": "deleted"}),
    ):
        word = voice.say(Ask(prompt, locale, args), "written").rpartition(":")[2]
        assert spelled(word) in world.vocabulary.commands
