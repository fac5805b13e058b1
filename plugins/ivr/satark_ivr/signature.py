"""How a carrier signs what it sends (Twilio's "Security": HMAC-SHA1 over the URL and the sorted fields, base64)."""

import base64
import hmac
from collections.abc import Iterable
from urllib.parse import SplitResult, parse_qsl, urlsplit

from satark.channels.loose import unpacked
from satark.channels.messages import WebhookRequest
from satark.channels.spec import Unreadable

# Twilio and Somleng, SignalWire.
HEADERS = ("x-twilio-signature", "x-signalwire-signature")
# A webhook has some thirty fields.
MOST_FIELDS = 200
MOST_BYTES = 2**20
MARK = b"\xef\xbb\xbf"
DEFAULT_PORTS = {"http": 80, "https": 443}

Fields = list[tuple[bytes, bytes]]


def fields_of(body: bytes) -> Fields:
    """The fields of a form, in the bytes that are signed; none where it is no form. Never raises."""
    try:
        # Every byte is a character of latin-1, so none is replaced on the way.
        form = unpacked(body, MOST_BYTES).removeprefix(MARK).decode("latin-1")
        pairs = parse_qsl(form, keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding="latin-1")
    except (ValueError, Unreadable):
        return []
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]


def sign(token: str, url: str, fields: Iterable[tuple[bytes, bytes]]) -> str:
    joined = b"".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(token.encode(), url.encode() + joined, "sha1")).decode()


def is_signed(token: str, request: WebhookRequest) -> bool:
    """Whether whoever knows the token sent it, to this very URL. Takes the same time whichever way it is signed."""
    told = next((request.headers[name] for name in HEADERS if name in request.headers), "").encode()
    fields = fields_of(request.body)
    wanted = [sign(token, url, fields).encode() for url in spellings_of(request.url)]
    return sum(hmac.compare_digest(one, told) for one in wanted) > 0


def spellings_of(url: str) -> tuple[str, str, str]:
    """The URL as it is, without a port, and with one, its scheme's where it has none: a carrier signs any of them (the
    validators of Twilio's own libraries)."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        return url, url, url
    return url, _at(parts, ""), _at(parts, f":{port}") if port else url


def _at(parts: SplitResult, port: str) -> str:
    host = parts.netloc.removesuffix(f":{parts.port}") if parts.port is not None else parts.netloc
    return parts._replace(netloc=f"{host}{port}").geturl()
