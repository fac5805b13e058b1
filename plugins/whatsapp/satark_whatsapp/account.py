"""The account at Meta: what `SATARK_WHATSAPP_…` says of it."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from satark.channels.spec import Misconfigured
from satark_whatsapp.media_hosts import MEDIA_HOSTS

PREFIX = "SATARK_WHATSAPP_"
API_URL = "https://graph.facebook.com/v24.0"
SIGNATURE = "sha256="
# Meta grants 80 messages a second, both ways together (messaging.md); the rest is for what comes in.
SENDS_PER_SECOND = 60.0


@dataclass(frozen=True)
class Account:
    """`number` is the public phone number, for links; empty where none is to be shown. `media_hosts` are the hosts from
    which files are fetched, beside that of `api_url`."""

    phone_number_id: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    api_url: str = API_URL
    number: str = ""
    sends_per_second: float = SENDS_PER_SECOND
    media_hosts: tuple[str, ...] = MEDIA_HOSTS

    def signature_of(self, body: bytes) -> str:
        """What Meta puts into `X-Hub-Signature-256`: the HMAC-SHA256 of the raw body under the app secret, in hex."""
        return SIGNATURE + hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()

    def signed(self, body: bytes, signature: str) -> bool:
        return hmac.compare_digest(self.signature_of(body).encode(), signature.encode())

    def knows(self, verify_token: str) -> bool:
        return hmac.compare_digest(self.verify_token.encode(), verify_token.encode())


def account_of(environ: Mapping[str, str]) -> Account:
    """Raises Misconfigured, naming what is missing."""
    needed = {
        name: environ.get(PREFIX + name, "") for name in ("TOKEN", "PHONE_NUMBER_ID", "APP_SECRET", "VERIFY_TOKEN")
    }
    missing = [PREFIX + name for name, value in needed.items() if not value]
    if missing:
        raise Misconfigured(f"set {', '.join(missing)}")
    rate = environ.get(PREFIX + "SENDS_PER_SECOND", str(SENDS_PER_SECOND))
    try:
        sends_per_second = float(rate)
    except ValueError:
        raise Misconfigured(f"{PREFIX}SENDS_PER_SECOND is not a number") from None
    return Account(
        phone_number_id=needed["PHONE_NUMBER_ID"],
        token=needed["TOKEN"],
        app_secret=needed["APP_SECRET"],
        verify_token=needed["VERIFY_TOKEN"],
        api_url=environ.get(PREFIX + "API_URL", API_URL).rstrip("/"),
        number="".join(char for char in environ.get(PREFIX + "NUMBER", "") if char.isdigit()),
        sends_per_second=sends_per_second,
        media_hosts=_names_in(environ.get(PREFIX + "MEDIA_HOSTS", "")) or MEDIA_HOSTS,
    )


def _names_in(listed: str) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in listed.split(",") if name.strip())
