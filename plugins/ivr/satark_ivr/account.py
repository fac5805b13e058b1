"""The account at the carrier: what `SATARK_IVR_…` says of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from satark.channels.spec import Misconfigured

PREFIX = "SATARK_IVR_"
API_URL = "https://api.twilio.com"
# Twilio's are AC and 32 hex digits, SignalWire's are UUIDs.
SID = re.compile(r"[A-Za-z0-9-]{8,64}")
NUMBER = re.compile(r"\+?[0-9]{5,15}")
YES = frozenset({"1", "true", "yes"})


@dataclass(frozen=True)
class Account:
    """`token` signs the webhooks and opens the API. `public_url` is where the carrier reaches us, `caller_id` the number
    that we call from, and `rings` that a call is rejected, which costs nothing, and called back. `media_hosts` are the hosts
    from which recordings are fetched, beside that of `api_url`."""

    sid: str
    token: str = field(repr=False)
    public_url: str
    api_url: str = API_URL
    caller_id: str = ""
    rings: bool = False
    media_hosts: tuple[str, ...] = ()


def account_of(environ: Mapping[str, str]) -> Account:
    """Raises Misconfigured, naming what is missing or wrong."""
    sid, token = environ.get(PREFIX + "ACCOUNT_SID", ""), environ.get(PREFIX + "AUTH_TOKEN", "")
    caller_id, rings = environ.get(PREFIX + "CALLER_ID", ""), environ.get(PREFIX + "MISSED_CALL", "").lower() in YES
    if not SID.fullmatch(sid):
        raise Misconfigured(
            f"set {PREFIX}ACCOUNT_SID to the id of your account at the carrier, such as AC and 32 digits"
        )
    if not token:
        raise Misconfigured(f"set {PREFIX}AUTH_TOKEN to the token of that account: it signs what the carrier sends")
    if caller_id and not NUMBER.fullmatch(caller_id):
        raise Misconfigured(f"set {PREFIX}CALLER_ID to a number of yours, such as + and its digits")
    if rings and not caller_id:
        raise Misconfigured(f"set {PREFIX}CALLER_ID to the number to call back from, or unset {PREFIX}MISSED_CALL")
    port = environ.get("SATARK_PORT", "") or "8000"
    return Account(
        sid=sid,
        token=token,
        public_url=environ.get("SATARK_BASE_URL", "").rstrip("/") or f"http://127.0.0.1:{port}",
        api_url=environ.get(PREFIX + "API_URL", API_URL).rstrip("/"),
        caller_id=caller_id,
        rings=rings,
        media_hosts=tuple(environ.get(PREFIX + "MEDIA_HOSTS", "").replace(",", " ").lower().split()),
    )
