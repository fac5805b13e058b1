"""Every question, in every language and on every page, is something that WhatsApp, Telegram and a telephone take."""

from typing import Any
from xml.etree import ElementTree

import pytest

from satark.channels.messages import JOINT, Capabilities, Spoken
from satark.conversation.questions import ask
from satark.conversation.render import Voice, render
from satark.conversation.state import Ask, Slot, State
from satark.intake.world import build_world, world_for
from satark.language import LANGUAGES
from satark.routing.pack import Pack
from satark_ivr.twiml import document
from satark_ivr.writing import CAPABILITIES as IVR
from satark_ivr.writing import steps_of
from satark_telegram.account import account_of as telegram_account
from satark_telegram.plugin import Telegram
from satark_telegram.standin import check_markup, check_text
from satark_whatsapp.account import account_of as whatsapp_account
from satark_whatsapp.plugin import WhatsApp
from satark_whatsapp.rules import fault_of
from tests.conversation.conftest import pack, voice  # noqa: F401 - fixtures
from tests.journey.messengers import ENVIRON

TO = {"messaging_product": "whatsapp", "to": "919000000001"}


def taken_by_whatsapp(body: Any) -> bool:
    return fault_of({**TO, **body}, ()) == 0


def taken_by_telegram(body: Any) -> bool:
    check_text(body["text"])
    check_markup(body.get("reply_markup", {}), private=True)
    return True


def questions(able: Capabilities, pack: Pack, locale: str) -> list[Ask]:  # noqa: F811
    world, found = world_for(build_world(pack), able), []
    for slot in Slot:
        for scope in ("", *world.stations) if slot in (Slot.PLACE, Slot.ACCUSED) else ("",):
            for page in range(6):
                state = State(locale=locale, category="gambling", scope=scope, page=page, tip="a-tip", promised=False)
                found += ask(slot, state, world).asks
    return found


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize(
    ("channel", "taken"),
    [
        (WhatsApp(whatsapp_account(ENVIRON)), taken_by_whatsapp),
        (Telegram(telegram_account(ENVIRON)), taken_by_telegram),
    ],
    ids=["whatsapp", "telegram"],
)
def test_every_question_is_taken(channel: Any, taken: Any, locale: str, pack: Pack, voice: Voice) -> None:  # noqa: F811
    for question in questions(channel.capabilities, pack, locale):
        for prompt in render([question], voice, channel.capabilities):
            for wire in channel.render(prompt):
                assert taken(wire.body), (question.id, wire.body)


# What a carrier reads at most (Twilio's error 11750), in bytes.
MOST_TWIML = 64 * 1024


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_question_can_be_heard_and_answered_with_a_key(locale: str, pack: Pack, voice: Voice) -> None:  # noqa: F811
    for question in questions(IVR, pack, locale):
        assert len(question.options) <= 5
        said = document(steps_of(render([question], voice, IVR), "https://x", 1, lambda words, _: [Spoken(words)]))
        assert len(said) < MOST_TWIML
        heard = "".join(ElementTree.fromstring(said).itertext()).replace(JOINT, "")
        if question.id not in ("ask.account", "ask.receipt", "ask.dialogue"):
            assert all(number in heard for number, _ in question.options), (question.id, heard)
