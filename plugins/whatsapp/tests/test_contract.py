"""WhatsApp keeps the contract."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from satark.channels.messages import WebhookRequest
from satark.channels.spec import Channel, Misconfigured
from satark.channels.testing import ChannelContract
from satark_whatsapp.account import account_of
from satark_whatsapp.plugin import SIGNATURE_HEADER, WhatsApp

# The numbers of nobody, and a way out that leads nowhere.
ENVIRON = {
    "SATARK_WHATSAPP_TOKEN": "a-token",
    "SATARK_WHATSAPP_PHONE_NUMBER_ID": "100000000000001",
    "SATARK_WHATSAPP_APP_SECRET": "an-app-secret",
    "SATARK_WHATSAPP_VERIFY_TOKEN": "a-verify-token",
    "SATARK_WHATSAPP_API_URL": "http://127.0.0.1:9",
}
ACCOUNT = account_of(ENVIRON)
BODIES = [path.read_bytes() for path in sorted((Path(__file__).parent / "payloads").glob("*.json"))]
# In it the same message comes twice, which the door sorts out.
REPEATED = (Path(__file__).parent / "payloads" / "bad_neighbours.json").read_bytes()


def request(body: bytes, signature: str) -> WebhookRequest:
    return WebhookRequest("https://satark.example/channels/whatsapp/webhook", {SIGNATURE_HEADER: signature}, body)


class TestWhatsApp(ChannelContract):
    def make(self) -> Channel:
        return WhatsApp(ACCOUNT)

    def requests(self) -> Sequence[WebhookRequest]:
        return [request(body, ACCOUNT.signature_of(body)) for body in BODIES if body != REPEATED]

    def forged(self) -> Sequence[WebhookRequest]:
        body = BODIES[0]
        right = ACCOUNT.signature_of(body)
        wrong = (
            "",
            "sha256=",
            right[:-1] + ("0" if right[-1] != "0" else "1"),
            right.removeprefix("sha256="),
            "sha256=é",
        )
        return [
            *(request(body, signature) for signature in wrong),
            request(body + b" ", right),
            WebhookRequest("https://satark.example", {}, body),
        ]


@pytest.mark.parametrize("missing", ["TOKEN", "PHONE_NUMBER_ID", "APP_SECRET", "VERIFY_TOKEN"])
def test_a_missing_setting_is_named_and_no_other_is_shown(missing: str) -> None:
    environ = {key: value for key, value in ENVIRON.items() if key != f"SATARK_WHATSAPP_{missing}"}
    with pytest.raises(Misconfigured) as caught:
        account_of(environ)
    assert str(caught.value) == f"set SATARK_WHATSAPP_{missing}"


def test_a_rate_that_is_none_is_named() -> None:
    with pytest.raises(Misconfigured, match="SENDS_PER_SECOND"):
        account_of({**ENVIRON, "SATARK_WHATSAPP_SENDS_PER_SECOND": "fast"})


def test_no_secret_shows() -> None:
    assert not any(secret in repr(ACCOUNT) for secret in ("a-token", "an-app-secret", "a-verify-token"))


@pytest.mark.parametrize(
    ("asked", "status", "answer"),
    [
        (
            {"hub.mode": "subscribe", "hub.verify_token": "a-verify-token", "hub.challenge": "1158201444"},
            200,
            "1158201444",
        ),
        ({"hub.mode": "subscribe", "hub.verify_token": "a-guess", "hub.challenge": "1158201444"}, 403, ""),
        ({"hub.mode": "unsubscribe", "hub.verify_token": "a-verify-token", "hub.challenge": "1"}, 403, ""),
        ({"hub.mode": "subscribe", "hub.verify_token": "é"}, 403, ""),
        ({}, 403, ""),
    ],
)
async def test_it_shakes_hands_with_who_knows_the_word(asked: dict[str, str], status: int, answer: str) -> None:
    served = httpx.ASGITransport(Starlette(routes=list(WhatsApp(ACCOUNT).routes())))
    async with httpx.AsyncClient(transport=served, base_url="http://satark") as client:
        answered = await client.get("/webhook", params=asked)
    assert answered.status_code == status
    assert not answer or answered.text == answer


def test_the_link_knows_the_poster() -> None:
    with_number: Any = WhatsApp(account_of({**ENVIRON, "SATARK_WHATSAPP_NUMBER": "+1 555 000 0000"}))
    assert with_number.link("jnp-kotwali") == "https://wa.me/15550000000?text=HI%20jnp-kotwali"
    assert with_number.link("") == "https://wa.me/15550000000?text=HI"
    assert WhatsApp(ACCOUNT).link("jnp-kotwali") == ""


def test_a_post_of_a_thousand_is_read_whole() -> None:
    said = [
        {"from": f"9190{at:08}", "id": f"wamid.{at}", "type": "text", "text": {"body": str(at)}} for at in range(1000)
    ]
    value = {"contacts": [{"wa_id": one["from"]} for one in said], "messages": said}
    body = json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()
    read: list[Any] = WhatsApp(ACCOUNT).parse(body)
    assert [one.inbound.text for one in read] == [str(at) for at in range(1000)]
    assert [one.address.reveal() for one in read] == [one["from"] for one in said]
