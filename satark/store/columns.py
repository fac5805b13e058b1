"""What columns of several tables are made of."""

import secrets
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, text
from sqlmodel import Field

UNORDERED = {"sqlite_with_rowid": False}


def random_id() -> str:
    """128 random bits in hex: it says neither when nor how many."""
    return secrets.token_hex(16)


def partial(name: str, *columns: str, where: str, sqlite: str = "") -> Index:
    """An index of the rows that `where` tells: as SQL, once more for SQLite where it writes it in another way."""
    return Index(name, *columns, sqlite_where=text(sqlite or where), postgresql_where=text(where))


def sealed_bytes(nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(LargeBinary, nullable=nullable))
