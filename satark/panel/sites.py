"""Passkeys (WebAuthn): whose they are, and where there can be some. What is asked of a browser is in passkeys.py.

A passkey belongs to the host of the public address. Browsers make none for a bare IP address or without HTTPS;
`localhost` is their exception, for trying it.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Site:
    """Where the panel is, as browsers name it: passkeys belong to `host`, and what they sign names `origin`."""

    host: str
    origin: str


@dataclass(frozen=True)
class Made:
    """A new passkey: its id (base64url), its public key (COSE), and how often it has signed."""

    id: str
    public: bytes
    counter: int


def site_of(url: str) -> Site | None:
    """The site of a public address; None where there can be no passkeys."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host != "localhost" and (parts.scheme != "https" or _is_number(host)):
        return None
    port = "" if parts.port in (None, PORTS.get(parts.scheme)) else f":{parts.port}"
    return Site(host, f"{parts.scheme}://{host}{port}")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
