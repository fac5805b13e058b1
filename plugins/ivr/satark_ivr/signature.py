"""How a carrier signs what it sends (Twilio's "Security": HMAC-SHA1 over the URL and the sorted fields, base64)."""

import base64
import hmac
from collections.abc import Iterable
from urllib.parse import parse_qsl

from satark.channels.messages import WebhookRequest

# Twilio and Somleng, SignalWire.
HEADERS = ("x-twilio-signature", "x-signalwire-signature")
# A webhook has some thirty fields.
MOST_FIELDS = 200

Fields = list[tuple[str, str]]


def fields_of(body: bytes) -> Fields:
    """The fields of a form; none where it is no form. Never raises."""
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return []


def sign(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    joined = "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(token.encode(), (url + joined).encode(), "sha1")).decode()


def is_signed(token: str, request: WebhookRequest) -> bool:
    """Whether whoever knows the token sent it, to this very URL."""
    told = next((request.headers[name] for name in HEADERS if name in request.headers), "")
    wanted = sign(token, request.url, fields_of(request.body))
    return hmac.compare_digest(wanted.encode(), told.encode())
