"""One database URL for all that connect: asyncpg, and PostgreSQL's own tools (libpq), which name their parameters otherwise.

An operator may write libpq's names (`sslmode=verify-full&sslrootcert=…`) or `ssl=…`, as asyncpg has it.
"""

import re
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

# PostgreSQL, "Environment Variables" of libpq.
VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslcrl": "PGSSLCRL",
    "sslnegotiation": "PGSSLNEGOTIATION",
    "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION",
    "ssl_max_protocol_version": "PGSSLMAXPROTOCOLVERSION",
    "channel_binding": "PGCHANNELBINDING",
    "gssencmode": "PGGSSENCMODE",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "application_name": "PGAPPNAME",
    "options": "PGOPTIONS",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
}
# What asyncpg would hand to the server as a setting of the session, which it is not.
LIBPQ_ALONE = {
    "channel_binding", "connect_timeout", "fallback_application_name", "gssencmode", "keepalives", "keepalives_count",
    "keepalives_idle", "keepalives_interval", "requiressl", "sslcompression", "sslsni", "tcp_user_timeout",
}  # fmt: skip
SSL_WORDS = {"true": "require", "1": "require", "on": "require", "false": "disable", "0": "disable", "off": "disable"}
OF_SQLALCHEMY = ("prepared_statement", "async_fallback")
DATABASES = ("sqlite", "postgresql")
_SCHEME = re.compile(r"^postgres(ql)?(\+\w+)?:")


class UnreadableURL(ValueError):
    """A setting is no URL of the kind it should be. The message says which setting, and nothing of what it holds."""


def readable(url: str) -> URL:
    """Parse a database URL. Raises UnreadableURL: what SQLAlchemy says of one may hold a part of its password."""
    try:
        made = make_url(url)
    except (ArgumentError, ValueError):
        made = None
    if made is None or made.get_backend_name() not in DATABASES:
        raise UnreadableURL(
            "SATARK_DATABASE_URL cannot be read: it is postgresql://user:password@host:5432/name or sqlite:////path, with "
            "odd characters in user and password percent-encoded (@ is %40, / is %2F, # is %23)"
        ) from None
    return made


def async_url(url: str) -> str:
    """Name the async driver: plain `sqlite:`, `postgresql:` and `postgres:` URLs are accepted."""
    if url.startswith("sqlite:"):
        return url.replace("sqlite:", "sqlite+aiosqlite:", 1)
    return _SCHEME.sub("postgresql+asyncpg:", url)


def for_engine(url: str) -> tuple[URL, dict[str, Any]]:
    """Return the URL without what is asyncpg's, and that as arguments of its `connect`."""
    made = readable(url)
    if made.get_backend_name() != "postgresql":
        return made, {}
    own = {name: value for name, value in made.query.items() if name.startswith(OF_SQLALCHEMY)}
    given = _parameters(made)
    arguments: dict[str, Any] = {}
    if "connect_timeout" in given:
        arguments["timeout"] = float(given["connect_timeout"])
    kept = {name: value for name, value in given.items() if name not in LIBPQ_ALONE}
    if kept:
        arguments["dsn"] = f"postgresql:///?{urlencode(kept)}"
    return made.set(query=own), arguments


def for_libpq(url: URL) -> dict[str, str]:
    """Return the environment in which PostgreSQL's tools find the database: a password on a command line could be read by
    every user of the machine."""
    place = {
        "host": url.host,
        "port": str(url.port or ""),
        "user": url.username,
        "password": url.password,
        "dbname": url.database,
    }
    given = {**_parameters(url), **{name: value for name, value in place.items() if value}}
    return {VARIABLES[name]: str(value) for name, value in given.items() if name in VARIABLES}


def _parameters(url: URL) -> dict[str, str]:
    """The parameters of a query in libpq's names; those of SQLAlchemy are not among them."""
    found = {
        name: value if isinstance(value, str) else ",".join(value)
        for name, value in url.query.items()
        if not name.startswith(OF_SQLALCHEMY)
    }
    if "ssl" in found:
        mode = found.pop("ssl")
        found.setdefault("sslmode", SSL_WORDS.get(mode.lower(), mode))
    return found
