"""P9: what is pushed when nobody expects it tells a bystander nothing of a tip or of the police."""

import pytest

from satark.channels.messages import Inbound, Kind
from satark.conversation.flow import step
from satark.conversation.render import Voice, render
from satark.conversation.state import Ask, Given, State, Submitted, World
from satark.language import LANGUAGES
from tests.conversation.conftest import WHATSAPP, pack, voice, world  # noqa: F401 - fixtures

TELLING = (
    "police", "tip", "crime", "inform", "report", "receipt", "reference", "satark", "station", "officer", "SP", "DIG",
    "पुलिस", "सूचना", "अपराध", "मुख़बिर", "शिकायत", "रसीद", "संदर्भ", "सतर्क", "थाना", "अधिकारी", "कार्रवाई", "गुप्त",
    "پولیس", "اطلاع", "جرم", "رسید", "تھانہ",
)  # fmt: skip


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("free", [True, False])
def test_news_names_nothing(voice: Voice, locale: str, free: bool) -> None:  # noqa: F811
    ask = Ask("news", locale, {"free": free}, (("1", "news"),) if free else ())
    for prompt in render([ask], voice, WHATSAPP):
        shown = " ".join((prompt.text, prompt.speech, *(choice.label for choice in prompt.choices)))
        assert [word for word in TELLING if word.casefold() in shown.casefold()] == []


@pytest.mark.parametrize("locale", LANGUAGES)
def test_what_comes_when_a_report_went_by_itself_tells_nothing(voice: Voice, world: World, locale: str) -> None:  # noqa: F811
    """All that the clock makes a conversation say, wherever it stands: no receipt, and nothing of a report."""
    digits = "1234567890123452"
    for state in (
        State(locale=locale, given=(Given("a den"),)),
        State(locale=locale, tip="t", given=(Given("a den"),)),
    ):
        turn = step(state, Inbound(Kind.TIMEOUT), world)
        after = (
            step(turn.state, Submitted("t", digits, (), whole=False), world) if turn.effects and not turn.over else turn
        )
        for prompt in render(after.asks, voice, WHATSAPP):
            shown = " ".join((prompt.text, prompt.speech, prompt.control, *(choice.label for choice in prompt.choices)))
            assert [word for word in TELLING if word.casefold() in shown.casefold()] == []
            assert not any(char.isdigit() for char in shown)
            assert prompt.code == ""
