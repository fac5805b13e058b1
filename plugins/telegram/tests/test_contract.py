"""Telegram keeps the contract."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from telegram import Update

from satark.channels.messages import WebhookRequest
from satark.channels.spec import Channel, Misconfigured
from satark.channels.testing import IMITATED, ChannelContract, envelope
from satark_telegram.account import account_of
from satark_telegram.plugin import SECRET_HEADER, Telegram

# A way out that leads nowhere.
ENVIRON = {
    "SATARK_TELEGRAM_TOKEN": "123456:a-token_of-nobody",
    "SATARK_TELEGRAM_SECRET_TOKEN": "a-secret_token",
    "SATARK_TELEGRAM_API_URL": "http://127.0.0.1:9",
}
ACCOUNT = account_of(ENVIRON)
BODIES = [path.read_bytes() for path in sorted((Path(__file__).parent / "payloads").glob("*.json"))]


def request(body: bytes, secret: str) -> WebhookRequest:
    return WebhookRequest("https://satark.example/channels/telegram/webhook", {SECRET_HEADER: secret}, body)


class TestTelegram(ChannelContract):
    def make(self) -> Channel:
        return Telegram(ACCOUNT)

    def requests(self) -> Sequence[WebhookRequest]:
        return [request(body, "a-secret_token") for body in BODIES]

    def forged(self) -> Sequence[WebhookRequest]:
        wrong = ("", "a-secret_tokem", "a-secret_token ", "é", "123456:a-token_of-nobody")
        return [*(request(BODIES[0], secret) for secret in wrong), WebhookRequest("https://x", {}, BODIES[0])]


@pytest.mark.parametrize(
    "wrong",
    [{"TOKEN": ""}, {"TOKEN": "123456"}, {"SECRET_TOKEN": ""}, {"SECRET_TOKEN": "not allowed"}, {"SECRET_TOKEN": "x" * 257},
     {"SECRET_TOKEN": "not allowed", "POLLING": "1"}],
)  # fmt: skip
def test_a_wrong_setting_is_named_and_no_other_is_shown(wrong: dict[str, str]) -> None:
    with pytest.raises(Misconfigured) as caught:
        account_of(ENVIRON | {f"SATARK_TELEGRAM_{name}": value for name, value in wrong.items()})
    assert f"SATARK_TELEGRAM_{next(iter(wrong))}" in str(caught.value)
    assert "nobody" not in str(caught.value)
    assert "not allowed" not in str(caught.value)


def test_who_polls_has_no_webhook_that_anybody_could_use() -> None:
    polls = account_of({**ENVIRON, "SATARK_TELEGRAM_SECRET_TOKEN": "", "SATARK_TELEGRAM_POLLING": "1"})
    assert not any(Telegram(polls).verify(request(b"{}", secret)) for secret in ("", "a-secret_token"))


def test_no_secret_shows() -> None:
    assert not any(secret in repr(ACCOUNT) for secret in ("nobody", "a-secret_token"))


def test_the_link_knows_the_poster() -> None:
    named = Telegram(account_of({**ENVIRON, "SATARK_TELEGRAM_NAME": "@satark_bot"}))
    assert named.link("jnp-kotwali") == "https://t.me/satark_bot?start=jnp-kotwali"
    assert named.link("") == "https://t.me/satark_bot"
    assert Telegram(ACCOUNT).link("jnp-kotwali") == ""


def test_what_it_imitates_is_what_python_telegram_bot_reads() -> None:
    """A library nobody here wrote takes it for updates of Telegram's."""
    import json

    for at, inbound in enumerate(IMITATED, 1):
        (asked,) = Telegram(ACCOUNT).imitate([envelope(at, inbound)])
        update = Update.de_json(json.loads(asked.body), None)
        assert update.update_id == at
        assert update.effective_user is not None
        assert update.effective_user.id == 910000000000 + at
        assert update.effective_chat is not None
        assert update.effective_chat.type == "private"
        if update.callback_query:
            assert update.callback_query.data == inbound.choice
        elif update.message and update.message.location:
            assert update.message.location.latitude == inbound.point.lat
        elif update.message and inbound.text:
            assert inbound.text in (update.message.text, update.message.caption)
