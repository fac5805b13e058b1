"""What is sent, against what the Cloud API refuses; and the rules against what somebody else builds."""

from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from satark.channels.messages import Asks, Choice, Prompt
from satark.cli import app
from satark_whatsapp import rules
from satark_whatsapp.rules import fault_of
from satark_whatsapp.writing import KNOCK, TEMPLATE_LANGUAGES, definitions, knock_of, message_of

APPROVED = {(KNOCK, language) for language in TEMPLATE_LANGUAGES.values()}
ENVELOPE = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "919000000001"}


def choices(many: int, label: str = "क") -> tuple[Choice, ...]:
    """Labels that differ in one letter, and are as long as `label`."""
    return tuple(Choice(f"category:{at}", f"{label[1:]}{chr(0x0915 + at)}", "d") for at in range(many))


def prompt(
    text: str = "?", offered: tuple[Choice, ...] = (), asks: Asks = Asks.CHOICE, control: str = "चुनिए"
) -> Prompt:
    return Prompt("ask", "hi", text, choices=offered, asks=asks, control=control)


def fault(said: Prompt) -> int:
    return fault_of({**ENVELOPE, **message_of(said, 3).body, "biz_opaque_callback_data": "e:0"}, APPROVED)


# Conjuncts and emoji: what looks like one letter are several characters, and a family is eleven UTF-16 units.
CONJUNCT, FAMILY = "क्षि", "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "well"),
    [("x" * 4096, True), ("x" * 4097, False), (CONJUNCT * 1024, True), (CONJUNCT * 1024 + "x", False),
     (FAMILY * 372, True), (FAMILY * 373, False), ("🙂" * 2048, True), ("🙂" * 2049, False), ("", False), (" ", False)],
)  # fmt: skip
def test_a_text_has_4096_units(text: str, well: bool) -> None:
    assert (fault(prompt(text)) == 0) is well


@pytest.mark.parametrize(
    ("said", "well"),
    [
        (prompt("x" * 1024, choices(3)), True),
        (prompt("x" * 1025, choices(3)), False),
        (prompt("x", choices(3, "x" * 20)), True),
        (prompt("x", choices(3, "x" * 21)), False),
        (prompt("x", choices(3, CONJUNCT * 5)), True),
        (prompt("x", choices(3, CONJUNCT * 5 + "x")), False),
        (prompt("x", choices(3, "x" + "🙂" * 9)), True),
        (prompt("x", choices(3, "x" + "🙂" * 10)), False),
        (prompt("x", choices(4, "x" * 24)), True),
        (prompt("x", choices(4, "x" * 25)), False),
        (prompt("x", choices(10)), True),
        (prompt("x", choices(11)), False),
        (prompt("x", choices(4), control="x" * 20), True),
        (prompt("x", choices(4), control="x" * 21), False),
        (prompt("x", (*choices(4), Choice("other", "last", "d" * 72))), True),
        (prompt("x", (*choices(4), Choice("other", "last", "d" * 73))), False),
        (prompt("x", (*choices(3), Choice("category:0", "again"))), False),
        (prompt("x" * 1024, asks=Asks.LOCATION), True),
        (prompt("x" * 1025, asks=Asks.LOCATION), False),
    ],
)
def test_choices_have_their_limits(said: Prompt, well: bool) -> None:
    assert (fault(said) == 0) is well


def test_three_choices_are_buttons_and_four_are_a_list() -> None:
    kinds = [message_of(prompt("x", choices(many)), 3).body["interactive"]["type"] for many in (1, 3, 4, 10)]
    assert kinds == ["button", "button", "list", "list"]


@pytest.mark.parametrize(
    ("recipient", "well"),
    [({"to": "919000000001"}, True), ({"to": "IN.16483"}, False), ({"recipient": "IN.16483"}, True),
     ({"recipient": "IN.ENT.16483"}, True), ({"recipient": "919000000001"}, False), ({}, False),
     ({"to": "919000000001", "recipient": "IN.16483"}, False)],
)  # fmt: skip
def test_a_number_is_written_to_and_a_user_id_is_the_recipient(recipient: dict[str, str], well: bool) -> None:
    message = {"messaging_product": "whatsapp", **recipient, "type": "text", "text": {"body": "x"}}
    assert (fault_of(message, ()) == 0) is well


NEWS = prompt("नमस्ते", (Choice("news", "पढ़ें"),))


@pytest.mark.parametrize("locale", ["hi", "en", "ur", "bho", "xx"])
def test_a_knock_is_an_approved_template_in_every_language(locale: str) -> None:
    said = msgspec.structs.replace(NEWS, locale=locale)
    message = {**ENVELOPE, **knock_of(said).body}
    assert fault_of(message, APPROVED) == 0
    assert fault_of(message, {(KNOCK, "fr")}) == rules.NO_TEMPLATE
    assert "नमस्ते" not in str(message)


def test_a_template_with_words_it_has_no_place_for_is_refused() -> None:
    message: dict[str, Any] = {**ENVELOPE, **knock_of(NEWS).body}
    message["template"]["components"].append({"type": "body", "parameters": [{"type": "text", "text": "who"}]})
    assert fault_of(message, APPROVED) == rules.TEMPLATE_PARAMETERS


def test_what_is_handed_in_at_meta_says_nothing_of_a_tip() -> None:
    handed_in = definitions({"en": NEWS, "hi": NEWS, "ur": NEWS, "bho": NEWS})
    assert [one["language"] for one in handed_in] == ["en", "hi", "ur"]
    for one in handed_in:
        body, buttons = one["components"]
        assert (one["name"], one["category"], body["type"]) == ("news", "UTILITY", "BODY")
        assert len(body["text"]) <= 1024
        assert [button["type"] for button in buttons["buttons"]] == ["QUICK_REPLY"]
        assert all(len(button["text"]) <= 25 for button in buttons["buttons"])


def test_the_command_prints_them() -> None:
    ran = CliRunner().invoke(app, ["whatsapp", "templates"])
    assert ran.exit_code == 0
    printed = msgspec.json.decode(ran.output)
    assert [one["language"] for one in printed] == ["en", "hi", "ur"]
    texts = {component["text"] for one in printed for component in one["components"] if "text" in component}
    assert len(texts) >= 2
    assert not any(word in text for text in texts for word in ("tip", "police", "report", "पुलिस", "सूचना"))
