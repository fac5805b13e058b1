"""What a carrier posts, read: the doubtful cases, and any bytes at all."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.ivr.tests.test_contract import ACCOUNT, CALL, RECORDED, VOICE, request
from satark.channels.messages import Envelope, Inbound, Kind, Secret, WebhookRequest
from satark_ivr.plugin import Ivr

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


@given(fields=st.dictionaries(st.sampled_from([*CALL, *RECORDED, "Digits", "SpeechResult", "RecordingStatus"]), anything),
       step=st.text(max_size=8))  # fmt: skip
def test_no_fields_make_it_raise_or_share_an_id(fields: dict[str, str], step: str) -> None:
    from urllib.parse import urlencode

    asked = WebhookRequest(f"{VOICE}?step={step}", {}, urlencode(fields).encode(errors="replace"))
    for account in (ACCOUNT, RINGS):
        found = Ivr(account).read(asked)
        assert len({one.external_id for one in found}) == len(found)
        assert bool(found) <= bool(fields.get("CallSid"))


@given(body=st.binary(max_size=300), url=st.text(max_size=60))
def test_no_bytes_make_it_raise(body: bytes, url: str) -> None:
    asked = WebhookRequest(url, {}, body)
    Ivr(ACCOUNT).read(asked)
    assert Ivr(ACCOUNT).verify(asked) is False
