"""Makes the roles of an installation on PostgreSQL, and grants each what grants.py says, no more."""

import re
from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from satark.store.engine import Store
from satark.store.grants import BOOKKEEPING, ROLES, Grants

PREFIX = re.compile(r"[a-z][a-z0-9_]{0,40}")
RIGHT = re.compile(r"(select|insert|update|delete)(?:\(([\w ]+)\))?")


class NotThere(Exception):
    """Why there can be no roles, for the operator."""


async def make_roles(store: Store, prefix: str) -> list[str]:
    """Make `PREFIX_gateway`, `PREFIX_panel` and `PREFIX_worker` where they are missing, and set their rights. A role that is
    new has no password: nobody comes in with it before it is given one. Returns their names. Raises NotThere."""
    if store.is_sqlite:
        raise NotThere("SQLite knows no roles; on PostgreSQL each process can have its own")
    if not PREFIX.fullmatch(prefix):
        raise NotThere(f"{prefix!r} is no name for roles: small letters, digits and _")
    names = [f"{prefix}_{process}" for process in ROLES]
    async with store.write() as db:
        for name, grants in zip(names, ROLES.values(), strict=True):
            await _make(db, name)
            for statement in statements(name, grants):
                await db.execute(text(statement))
    return names


async def _make(db: AsyncConnection, name: str) -> None:
    known = await db.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name})
    if known.first() is None:
        await db.execute(text(f'CREATE ROLE "{name}" LOGIN'))


def statements(role: str, grants: Grants) -> Iterator[str]:
    """First everything is taken away, so that what an older version granted does not stay."""
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    for table in sorted(SQLModel.metadata.tables):
        yield f'REVOKE ALL ON "{table}" FROM PUBLIC, "{role}"'
    yield f'GRANT USAGE ON SCHEMA public TO "{role}"'
    yield f'GRANT SELECT ON "{BOOKKEEPING}" TO "{role}"'
    for table, rights in grants.items():
        yield f'GRANT {", ".join(rights_of(rights))} ON "{table}" TO "{role}"'


def rights_of(words: str) -> Iterator[str]:
    """`update(a b)` becomes `UPDATE (a, b)`."""
    for right, columns in RIGHT.findall(words):
        yield f"{right.upper()} ({', '.join(columns.split())})" if columns else right.upper()
