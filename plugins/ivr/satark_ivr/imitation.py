"""What a carrier would POST for calls of people who do not exist: the inverse of reading, for demos, load and tests."""

from collections.abc import Sequence
from urllib.parse import urlencode

from satark.channels.messages import Envelope, Inbound, Kind, Media, WebhookRequest
from satark_ivr.account import Account
from satark_ivr.reading import STEP
from satark_ivr.signature import HEADERS, sign


def requests_of(envelopes: Sequence[Envelope], account: Account, voice: str) -> list[WebhookRequest]:
    """One POST each, signed. The call's id is that of the address, and its number has the same digits."""
    return [signed(account, *_asked(one, account, voice)) for one in envelopes]


def signed(account: Account, url: str, fields: dict[str, str]) -> WebhookRequest:
    headers = {
        HEADERS[0]: sign(account.token, url, [(name.encode(), value.encode()) for name, value in fields.items()]),
        "content-type": "application/x-www-form-urlencoded",
    }
    return WebhookRequest(url, headers, urlencode(fields).encode())


def _asked(envelope: Envelope, account: Account, voice: str) -> tuple[str, dict[str, str]]:
    """The URL and the fields."""
    call, inbound = envelope.address.reveal(), envelope.inbound
    url = voice if inbound.kind in (Kind.OPENED, Kind.CLOSED) else f"{voice}?{STEP}={_step(envelope)}"
    status = "completed" if inbound.kind is Kind.CLOSED else "in-progress"
    known = {"AccountSid": account.sid, "CallSid": call, "CallStatus": status, "Direction": "inbound"}
    return url, {**known, "From": f"+{call}", "To": account.caller_id or "+15550000000", **_said(inbound)}


def _step(envelope: Envelope) -> int:
    """Another one for each message of a call: its id, cut to what a step may be."""
    return int(envelope.external_id.reveal()) % 10**6


def _said(inbound: Inbound) -> dict[str, str]:
    match inbound:
        case Inbound(kind=Kind.DIGITS) if inbound.text:
            return {"Digits": inbound.text}
        case Inbound(kind=Kind.TEXT):
            return {"SpeechResult": inbound.text}
        case Inbound(kind=Kind.MEDIA, media=Media(ref=ref)) if ref is not None:
            return {"RecordingSid": ref.reveal(), "RecordingDuration": "12", "Digits": "#"}
        case _:
            return {}
