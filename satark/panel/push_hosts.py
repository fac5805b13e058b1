"""Which push services a notice may go to: a browser names its own, and nothing else may be reached by naming it."""

from urllib.parse import urlsplit


def is_trusted(endpoint: str, hosts: str) -> bool:
    """Whether the address is that of one of `hosts` (settings.py), by HTTPS where only a host is given."""
    try:
        parts = urlsplit(endpoint)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc:
        return False
    secure = parts.scheme == "https" and port in (None, 443)
    return any(_fits(one, host, f"{parts.scheme}://{parts.netloc}", secure) for one in hosts.replace(",", " ").split())


def _fits(wanted: str, host: str, origin: str, secure: bool) -> bool:
    if "://" in wanted:
        return origin == wanted
    return secure and (host.endswith(wanted[1:]) if wanted.startswith("*.") else host == wanted)
