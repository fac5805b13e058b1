"""Where a recording is: by its id at the configured API, or at the URL that the carrier tells, where that is one of its own.

No other host is ever asked, and none but the API gets the account's token.
"""

import re
from urllib.parse import SplitResult, urlsplit

from satark_ivr.account import Account

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ID_IN_PATH = re.compile(r"/Recordings/([A-Za-z0-9_-]{1,64})(?:\.\w{1,5})?/?")
MOST_CHARACTERS = 2048
DEFAULT_PORTS = {"http": 80, "https": 443}


def reference_of(sid: str, url: str) -> str:
    """The id of a recording, else its URL, from which its id is taken where it has one; "" where there is neither."""
    if ID.fullmatch(sid):
        return sid
    parts = _parts(url)
    found = _ID_IN_PATH.search(parts.path) if parts else None
    return found[1] if found else url if parts and parts.hostname and len(url) <= MOST_CHARACTERS else ""


def name_of(reference: str) -> str:
    """What stays the same however often the carrier tells of it: a URL may be signed anew."""
    return reference.partition("?")[0]


def is_at_api(reference: str, account: Account) -> bool:
    """Whether it is served by the API itself, which wants the token."""
    parts, api = _parts(reference), _parts(account.api_url)
    return bool(ID.fullmatch(reference)) or (parts is not None and api is not None and _origin(parts) == _origin(api))


def may_be_fetched(reference: str, account: Account) -> bool:
    """By the API, or by HTTPS at its usual port from a host that the operator named."""
    if is_at_api(reference, account):
        return True
    parts = _parts(reference)
    return parts is not None and parts.scheme == "https" and _port(parts) == 443 and _is_named(parts, account)


def _is_named(parts: SplitResult, account: Account) -> bool:
    """A name that begins with a dot stands for all hosts below it."""
    host = parts.hostname or ""
    return any(host.endswith(name) if name.startswith(".") else host == name for name in account.media_hosts)


def _parts(url: str) -> SplitResult | None:
    """None for what is no URL, or has a name and a password in it, which hide its host from a reader."""
    try:
        parts = urlsplit(url)
        _port(parts)
    except ValueError:
        return None
    return None if "@" in parts.netloc or "\\" in url or parts.scheme not in DEFAULT_PORTS else parts


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", _port(parts)


def _port(parts: SplitResult) -> int:
    return parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
