"""The hosts from which files may be fetched: the request carries the account's token, so it goes nowhere else."""

from collections.abc import Sequence

from yarl import URL

# Where Meta's Cloud API serves files (its page "Media"); a name that begins with a dot stands for all hosts below it.
MEDIA_HOSTS = (".fbsbx.com", ".whatsapp.net")


def is_media_host(url: URL, api: URL, hosts: Sequence[str] = MEDIA_HOSTS) -> bool:
    """Return whether `url` is of the API's own origin, or is reached by HTTPS at its usual port at one of `hosts`."""
    if url.user or url.password:
        return False
    if url.origin() == api.origin():
        return True
    return url.scheme == "https" and url.port == 443 and any(_is_below(url.host or "", name) for name in hosts)


def _is_below(host: str, name: str) -> bool:
    return host == name.removeprefix(".") if not name.startswith(".") else host.endswith(name) and host != name
