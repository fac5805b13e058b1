"""What a carrier posts, read: the doubtful cases, and any bytes at all."""

import contextlib
import gzip
from dataclasses import replace
from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from plugins.ivr.tests.test_contract import ACCOUNT, CALL, RECORDED, VOICE, request
from satark.channels.messages import Envelope, Inbound, Kind, Media, MediaKind, Secret, WebhookRequest
from satark.channels.spec import Unreadable
from satark_ivr.plugin import Ivr
from satark_ivr.recordings import is_at_api, may_be_fetched
from satark_ivr.signature import fields_of, sign
from tests.mutations import told_by

RINGS = replace(ACCOUNT, rings=True)


def read(url: str, account: object = ACCOUNT, **fields: str) -> list[Envelope]:
    return Ivr(account).read(request(url, {**CALL, **fields}))  # type: ignore[arg-type, return-value]


def said(url: str, **fields: str) -> list[Inbound]:
    return [one.inbound for one in read(url, **fields)]


def test_the_call_is_the_address_and_the_number_is_masked() -> None:
    (opened,) = read(VOICE)
    assert opened.address == Secret(CALL["CallSid"])
    assert opened.names == (Secret("+911000000001"),)


def test_of_a_call_back_the_number_is_that_of_who_is_called() -> None:
    (opened,) = read(VOICE, Direction="outbound-api", From="+15550000000", To="+911000000001")
    assert opened.names == (Secret("+911000000001"),)
    assert opened.inbound == Inbound(Kind.OPENED)


def test_a_recording_and_the_end_of_the_call_in_one() -> None:
    heard = said(f"{VOICE}?step=4", **RECORDED, Digits="hangup", CallStatus="completed")
    assert [one.kind for one in heard] == [Kind.MEDIA, Kind.CLOSED]


def test_a_recording_has_one_id_however_it_is_told() -> None:
    by_action = read(f"{VOICE}?step=4", **RECORDED, Digits="#")[0]
    told = {"CallSid": CALL["CallSid"], **RECORDED, "RecordingStatus": "completed"}
    (by_report,) = Ivr(ACCOUNT).read(request(VOICE, told))
    assert by_report == by_action or by_report.external_id == by_action.external_id  # type: ignore[union-attr]


def test_a_recording_that_failed_is_none() -> None:
    assert Ivr(ACCOUNT).read(request(VOICE, {**CALL, **RECORDED, "RecordingStatus": "failed"})) == []


def test_an_id_that_is_no_id_leads_nowhere() -> None:
    assert said(f"{VOICE}?step=4", RecordingSid="../../Accounts") == [Inbound(Kind.DIGITS, "")]


API = "http://127.0.0.1:9"
TWILIO = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings"


@pytest.mark.parametrize(
    ("url", "reference"),
    [(f"{TWILIO}/RE7", "RE7"), (f"{TWILIO}/RE7.wav", "RE7"), (f"{API}/kept/7.wav?sig=1", f"{API}/kept/7.wav?sig=1")],
)
@pytest.mark.parametrize("missing", [{}, {"RecordingSid": ""}, {"RecordingSid": "none/at all"}])
def test_a_recording_without_an_id_is_known_by_its_url(url: str, reference: str, missing: dict[str, str]) -> None:
    told = {"RecordingUrl": url, "RecordingDuration": "9", "Digits": "#", **missing}
    (heard,) = said(f"{VOICE}?step=4", **told)
    assert heard == Inbound(Kind.MEDIA, media=Media(MediaKind.AUDIO, "audio/wav", ref=Secret(reference)))
    again = read(f"{VOICE}?step=4", **{**told, "RecordingUrl": f"{url}?signed=anew"})
    assert again[0].external_id == read(f"{VOICE}?step=4", **told)[0].external_id


FOREIGN = ["http://127.0.0.1:6379/x", "http://169.254.169.254/latest", "https://127.0.0.1:9/x", "https://media.example/x", "file:///etc/passwd",
           "http://127.0.0.1:9@media.example/x", "http://127.0.0.1:9\\@media.example/x", "http://127.0.0.1:9.media.example/x",
           "https://media.carrier.example:8443/x", "http://media.carrier.example/x", "https://xmedia.carrier.example/x", "https://storage.example/x"]  # fmt: skip


@pytest.mark.parametrize("url", FOREIGN)
def test_no_other_host_is_asked_for_a_recording(url: str) -> None:
    """Whoever speaks is told that it could not be taken, and the operator which setting is missing."""
    account = replace(ACCOUNT, media_hosts=("media.carrier.example", ".storage.example"))
    assert not may_be_fetched(url, account)
    assert not any(one.inbound.media for one in read(f"{VOICE}?step=4", account, RecordingUrl=url))


@pytest.mark.parametrize("url", ["https://media.carrier.example/x", "https://a.storage.example:443/x"])
def test_a_host_that_was_named_is_asked_without_the_token(url: str) -> None:
    account = replace(ACCOUNT, media_hosts=("media.carrier.example", ".storage.example"))
    assert may_be_fetched(url, account)
    assert not is_at_api(url, account)


@pytest.mark.parametrize("name", [*CALL, "RecordingDuration", "RecordingSid", "RecordingUrl"])
def test_no_field_that_is_missing_or_empty_loses_another(name: str) -> None:
    fields = {**CALL, **RECORDED, "RecordingUrl": f"{TWILIO}/{RECORDED['RecordingSid']}", "Digits": "#"}
    whole = told_by(Ivr(ACCOUNT).read(request(f"{VOICE}?step=4", fields)))
    for spoilt in ({**fields, name: ""}, {key: value for key, value in fields.items() if key != name}):
        if name == "CallSid":
            with pytest.raises(Unreadable):
                Ivr(ACCOUNT).read(request(f"{VOICE}?step=4", spoilt))
        else:
            assert told_by(Ivr(ACCOUNT).read(request(f"{VOICE}?step=4", spoilt))) == whole


def test_words_in_no_known_letters_are_heard() -> None:
    """What is signed is what came; what is read is what can be."""
    body = urlencode(CALL).encode() + b"&SpeechResult=" + quote_from_bytes(b"\xed\xa0\xbd den").encode()
    fields = fields_of(body)
    signature = sign(ACCOUNT.token, f"{VOICE}?step=3", fields)
    asked = WebhookRequest(f"{VOICE}?step=3", {"x-twilio-signature": signature}, body)
    assert dict(fields)[b"SpeechResult"] == b"\xed\xa0\xbd den"
    for one in (
        asked,
        structs.replace(asked, body=b"\xef\xbb\xbf" + body),
        structs.replace(asked, body=gzip.compress(body)),
    ):
        assert Ivr(ACCOUNT).verify(one)
        (envelope,) = Ivr(ACCOUNT).read(one)
        assert isinstance(envelope, Envelope)
        assert envelope.inbound == Inbound(Kind.TEXT, "\ufffd\ufffd\ufffd den")


@pytest.mark.parametrize(
    ("public", "signed"),
    [(VOICE, "https://satark.example:443/channels/ivr/voice"), ("https://satark.example:443/x", "https://satark.example/x"),
     ("http://127.0.0.1:8000/x?step=1", "http://127.0.0.1/x?step=1"), ("http://127.0.0.1/x", "http://127.0.0.1:80/x"), ("http://[::1]:8000/x", "http://[::1]/x")],
)  # fmt: skip
def test_a_carrier_signs_with_the_port_or_without(public: str, signed: str) -> None:
    genuine = request(signed, CALL)
    assert Ivr(ACCOUNT).verify(structs.replace(genuine, url=public))
    assert Ivr(ACCOUNT).verify(structs.replace(genuine, url=signed))


@pytest.mark.parametrize(
    "other",
    [
        "http://satark.example/x",
        "https://satark.example:8443/x",
        "https://satark.example/other",
        "https://other.example/x",
    ],
)
def test_another_address_is_not_ours(other: str) -> None:
    assert not Ivr(ACCOUNT).verify(structs.replace(request(other, CALL), url="https://satark.example/x"))


@pytest.mark.parametrize("step", ["-1", "x", "", "१", "9" * 7])
def test_a_step_that_is_none_is_the_beginning(step: str) -> None:
    assert said(f"{VOICE}?step={step}") == [Inbound(Kind.OPENED)]


@pytest.mark.parametrize("number", ["", "anonymous", "+266696687", "+7378742833", "Restricted", "12"])
def test_who_withholds_a_number_is_not_called_back_but_heard(number: str) -> None:
    assert [one.inbound.kind for one in read(VOICE, RINGS, From=number)] == [Kind.OPENED]


def test_a_ring_is_called_back_and_a_call_back_is_no_ring() -> None:
    (ring,) = read(VOICE, RINGS, CallStatus="ringing")
    assert (ring.inbound, ring.address) == (Inbound(Kind.MISSED), Secret("+911000000001"))
    assert [one.inbound.kind for one in read(VOICE, RINGS, Direction="outbound-api")] == [Kind.OPENED]
    assert [one.inbound.kind for one in read(VOICE, RINGS, CallStatus="completed")] == [Kind.CLOSED]


anything = st.one_of(
    st.text(max_size=40), st.sampled_from(["completed", "ringing", "inbound", "#", "1", "hangup", "RE1"])
)


@given(fields=st.dictionaries(st.sampled_from([*CALL, *RECORDED, "Digits", "SpeechResult", "RecordingStatus", "RecordingUrl"]), anything),
       step=st.text(max_size=8))  # fmt: skip
def test_no_fields_make_it_raise_or_share_an_id(fields: dict[str, str], step: str) -> None:
    asked = WebhookRequest(f"{VOICE}?step={step}", {}, urlencode(fields).encode(errors="replace"))
    for account in (ACCOUNT, RINGS):
        if not fields.get("CallSid"):
            with pytest.raises(Unreadable):
                Ivr(account).read(asked)
        else:
            found = Ivr(account).read(asked)
            assert len({one.external_id for one in found}) == len(found)


@given(body=st.binary(max_size=300), url=st.text(max_size=60))
def test_no_bytes_make_it_raise(body: bytes, url: str) -> None:
    asked = WebhookRequest(url, {}, body)
    with contextlib.suppress(Unreadable):
        Ivr(ACCOUNT).read(asked)
    assert Ivr(ACCOUNT).verify(asked) is False
