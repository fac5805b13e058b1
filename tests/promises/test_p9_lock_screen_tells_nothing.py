"""P9: what is pushed when nobody expects it tells a bystander nothing of a tip or of the police."""

import pytest

from satark.conversation.render import Voice, render
from satark.conversation.state import Ask
from satark.language import LANGUAGES
from tests.conversation.conftest import WHATSAPP, pack, voice  # noqa: F401 - fixtures

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
def test_the_receipt_of_who_went_away_names_nobody(voice: Voice, locale: str) -> None:  # noqa: F811
    ask = Ask("receipt", locale, {"readers": [], "accused": "", "whole": False}, code="1234567890123456", notice=True)
    text = render([ask], voice, WHATSAPP)[0].text
    assert "1234 5678 9012 3456" in text
    assert [
        word
        for word in ("police", "पुलिस", "tip", "सूचना", "अपराध", "crime", "satark", "सतर्क")
        if word in text.casefold()
    ] == []
