"""Tells an outage of the database from data that it does not take.

asyncpg's errors reach us as bare `DBAPIError`, data errors among them, so the class of the exception says nothing: SQLSTATE
and SQLite's result code do (https://www.postgresql.org/docs/current/errcodes-appendix.html, https://sqlite.org/rescode.html).
"""

import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# No connection (08, 28, 3D), a transaction that cannot go on or only reads (25), deadlock (40), no disk, memory or
# connection left (53), a lock (55), shutdown or time-out (57), I/O (58).
_OUTAGE_CLASSES = frozenset({"08", "28", "3D", "25", "40", "53", "55", "57", "58"})
_OUTAGE_CODES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)


def is_outage(error: BaseException) -> bool:
    """Return whether the database is out: then it is right to try the same again. Else the data is what it does not take."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, (PoolTimeoutError, OSError))
    if error.connection_invalidated:
        return True
    original: Any = error.orig
    if state := getattr(original, "sqlstate", None):
        return str(state)[:2] in _OUTAGE_CLASSES
    if (code := getattr(original, "sqlite_errorcode", None)) is not None:
        return code & 0xFF in _OUTAGE_CODES
    return isinstance(error, OperationalError)
