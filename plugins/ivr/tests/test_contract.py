"""A telephone keeps the contract."""

from collections.abc import Sequence
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from satark.channels.messages import Inbound, Kind, Media, MediaKind, Secret, WebhookRequest
from satark.channels.spec import Channel, Misconfigured
from satark.channels.testing import ChannelContract, envelope
from satark_ivr.account import account_of
from satark_ivr.plugin import Ivr

# A way out that leads nowhere.
ENVIRON = {
    "SATARK_IVR_ACCOUNT_SID": "AC" + "0" * 32,
    "SATARK_IVR_AUTH_TOKEN": "a-token-of-nobody",
    "SATARK_IVR_API_URL": "http://127.0.0.1:9",
    "SATARK_IVR_CALLER_ID": "+15550000000",
    "SATARK_BASE_URL": "https://satark.example",
}
ACCOUNT = account_of(ENVIRON)
VOICE = "https://satark.example/channels/ivr/voice"
CALL = {"CallSid": "CA" + "1" * 32, "AccountSid": ACCOUNT.sid, "Direction": "inbound", "CallStatus": "in-progress"}
CALL |= {"From": "+911000000001", "To": "+15550000000", "Caller": "+911000000001"}
RECORDED = {"RecordingSid": "RE" + "2" * 32, "RecordingDuration": "7"}


def request(url: str, fields: dict[str, str], token: str = ACCOUNT.token) -> WebhookRequest:
    """Signed by the carrier's own library."""
    signature = RequestValidator(token).compute_signature(url, fields)
    return WebhookRequest(url, {"x-twilio-signature": signature}, urlencode(fields).encode())


class TestIvr(ChannelContract):
    def make(self) -> Channel:
        return Ivr(ACCOUNT)

    def make_at(self, api_url: str) -> Channel:
        return Ivr(account_of({**ENVIRON, "SATARK_IVR_API_URL": api_url}))

    def imitated(self) -> Sequence[Inbound]:
        recording = Media(MediaKind.AUDIO, "audio/wav", ref=Secret("1000001"))
        return (
            Inbound(Kind.OPENED),
            Inbound(Kind.DIGITS, "1"),
            Inbound(Kind.DIGITS, "*"),
            Inbound(Kind.DIGITS),
            Inbound(Kind.TEXT, "नमस्ते 🙏🏽"),
            Inbound(Kind.MEDIA, media=recording),
            Inbound(Kind.CLOSED),
        )

    def requests(self) -> Sequence[WebhookRequest]:
        return [
            request(VOICE, {**CALL, "CallStatus": "ringing"}),
            request(f"{VOICE}?step=1", {**CALL, "Digits": "2"}),
            request(f"{VOICE}?step=2", CALL),
            request(f"{VOICE}?step=3", {**CALL, "SpeechResult": "जुआ & शराब = हर रात"}),
            request(f"{VOICE}?step=4", {**CALL, **RECORDED, "Digits": "#"}),
            request(VOICE, {**CALL, "CallStatus": "completed", "CallDuration": "61"}),
            request(VOICE, {"CallSid": "CA" + "3" * 32, **RECORDED, "RecordingStatus": "completed"}),
        ]

    def forged(self) -> Sequence[WebhookRequest]:
        genuine = request(f"{VOICE}?step=1", {**CALL, "Digits": "2"})
        headers, body = genuine.headers, genuine.body
        return [
            WebhookRequest(genuine.url, {}, body),
            WebhookRequest(genuine.url, {"x-twilio-signature": ""}, body),
            WebhookRequest(genuine.url, {"x-twilio-signature": "é"}, body),
            WebhookRequest(f"{VOICE}?step=2", headers, body),
            WebhookRequest(genuine.url, headers, body + b"&Digits=3"),
            WebhookRequest(genuine.url, headers, body.replace(b"Digits=2", b"Digits=3")),
            WebhookRequest("http://satark.example/channels/ivr/voice?step=1", headers, body),
            request(genuine.url, {**CALL, "Digits": "2"}, token="another"),
        ]


@pytest.mark.parametrize(
    "wrong",
    [{"ACCOUNT_SID": ""}, {"ACCOUNT_SID": "AC/../x"}, {"AUTH_TOKEN": ""}, {"CALLER_ID": "call me"},
     {"CALLER_ID": "", "MISSED_CALL": "1"}],
)  # fmt: skip
def test_a_wrong_setting_is_named_and_no_other_is_shown(wrong: dict[str, str]) -> None:
    with pytest.raises(Misconfigured) as caught:
        account_of(ENVIRON | {f"SATARK_IVR_{name}": value for name, value in wrong.items()})
    assert f"SATARK_IVR_{next(iter(wrong))}" in str(caught.value)
    assert "nobody" not in str(caught.value)


def test_no_secret_shows() -> None:
    assert "nobody" not in repr(ACCOUNT)


def test_what_it_imitates_the_carriers_own_library_takes_for_genuine() -> None:
    validator = RequestValidator(ACCOUNT.token)
    for asked in Ivr(ACCOUNT).imitate([envelope(at, one) for at, one in enumerate(TestIvr().imitated(), 1)]):
        from urllib.parse import parse_qs

        fields = {name: values[0] for name, values in parse_qs(asked.body.decode(), keep_blank_values=True).items()}
        assert validator.validate(asked.url, fields, asked.headers["x-twilio-signature"])
