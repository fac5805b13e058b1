"""Officers: their accounts and posts."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.low_level import ARGON2_VERSION
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.panel.roles import Role
from satark.store.clock import hour_of, now
from satark.store.engine import Store
from satark.store.officers import Officer, Passkey, Post
from satark.tips.audit import note_command

_officer: Any = Officer
_post: Any = Post
_passkey: Any = Passkey

_hasher = PasswordHasher()
# Compared with when there is no such login, so that the answer takes as long: 16 bytes of salt, 32 of hash.
_NOBODY = (
    f"$argon2id$v={ARGON2_VERSION}$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    f"${'A' * 22}${'A' * 43}"
)

LEAST_PASSWORD = 12


class LoginTaken(Exception):
    """There is an officer with this login."""


def is_weak(password: str) -> bool:
    """Whether a password is too short to be anybody's, wherever it is typed."""
    return len(password.strip()) < LEAST_PASSWORD


async def add_officer(
    store: Store, login: str, name: str, password: str, offices: Sequence[str], locale: str = "hi",
    role: Role = Role.OFFICER, by_command: str = "",
) -> str:  # fmt: skip
    """Returns the id. Raises LoginTaken. Where a command of the operator does it, `by_command` names it in the audit log."""
    hashed = await asyncio.to_thread(_hasher.hash, password)
    officer = Officer(login=login, name=name, password=hashed, locale=locale, role=role.value)
    posts = [Post(officer_id=officer.id, office_id=office, since=hour_of(now())) for office in offices]
    try:
        async with store.write() as db:
            await db.execute(insert(Officer).values(**officer.model_dump()))
            if posts:
                await db.execute(insert(Post), [post.model_dump() for post in posts])
            if by_command:
                await note_command(db, by_command, officer.id, " ".join((role.value, *offices)))
    except IntegrityError:
        raise LoginTaken from None
    return officer.id


async def check_password(store: Store, login: str, password: str) -> Any:
    """The row of the officer, or None. It takes as long where there is no such login."""
    async with store.read() as db:
        row = (await db.execute(select(Officer).where(_officer.login == login, _officer.active))).one_or_none()
    right = await asyncio.to_thread(_verify, row.password if row else _NOBODY, password)
    return row if right else None


async def id_of(store: Store, login: str) -> str | None:
    """The id of the officer with that login, if there is one."""
    async with store.read() as db:
        found: str | None = (await db.execute(select(_officer.id).where(_officer.login == login))).scalar_one_or_none()
    return found


async def officer_of(store: Store, officer_id: str) -> Any:
    """Their row, or None."""
    async with store.read() as db:
        return (await db.execute(select(Officer).where(_officer.id == officer_id))).one_or_none()


async def offices_of(store: Store, officer_id: str) -> list[str]:
    """The offices they serve in now."""
    async with store.read() as db:
        wanted = select(_post.office_id).where(_post.officer_id == officer_id, _post.until.is_(None))
        return list((await db.execute(wanted)).scalars())


async def serve_in(db: AsyncConnection, office: str) -> bool:
    """Whether anybody serves in an office now."""
    wanted = select(_post.id).where(_post.office_id == office, _post.until.is_(None)).limit(1)
    return (await db.execute(wanted)).first() is not None


async def set_password(store: Store, officer_id: str, password: str) -> None:
    hashed = await asyncio.to_thread(_hasher.hash, password)
    async with store.write() as db:
        await db.execute(update(Officer).where(_officer.id == officer_id).values(password=hashed))


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


async def choose_locale(store: Store, officer_id: str, locale: str) -> None:
    async with store.write() as db:
        await db.execute(update(Officer).where(_officer.id == officer_id).values(locale=locale))


def new_password() -> str:
    """One to be shown once and typed from paper: 20 letters and digits in groups, without those that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


@dataclass(frozen=True)
class Person:
    """An account, with the offices they serve in now, and how many passkeys they have."""

    row: Any
    offices: tuple[str, ...]
    passkeys: int


async def everybody(store: Store) -> list[Person]:
    """All accounts, by name."""
    async with store.read() as db:
        rows = (await db.execute(select(Officer).order_by(_officer.name, _officer.id))).all()
        posts = (await db.execute(select(_post.officer_id, _post.office_id).where(_post.until.is_(None)))).all()
        counted = select(_passkey.officer_id, func.count()).group_by(_passkey.officer_id)
        passkeys: dict[str, int] = dict((await db.execute(counted)).all())
    held: dict[str, list[str]] = {}
    for officer, office in posts:
        held.setdefault(officer, []).append(office)
    return [Person(row, tuple(sorted(held.get(row.id, ()))), passkeys.get(row.id, 0)) for row in rows]


async def add_post(store: Store, officer_id: str, office: str) -> None:
    """They serve there from now on, unless they do already."""
    if office in await offices_of(store, officer_id):
        return
    row = Post(officer_id=officer_id, office_id=office, since=hour_of(now()))
    async with store.write() as db:
        await db.execute(insert(Post).values(**row.model_dump()))


async def end_post(store: Store, officer_id: str, office: str) -> None:
    mine = (_post.officer_id == officer_id) & (_post.office_id == office) & _post.until.is_(None)
    async with store.write() as db:
        await db.execute(update(Post).where(mine).values(until=hour_of(now())))


async def recover(store: Store, officer_id: str, password: str) -> None:
    """A new password, no second factor, and no e-mail to an address that somebody else may have set."""
    await set_password(store, officer_id, password)
    lost = {"second": None, "second_step": 0, "email": "", "digest": ""}
    async with store.write() as db:
        await db.execute(delete(Passkey).where(_passkey.officer_id == officer_id))
        await db.execute(update(Officer).where(_officer.id == officer_id).values(**lost))


async def set_active(store: Store, officer_id: str, *, active: bool) -> None:
    async with store.write() as db:
        await db.execute(update(Officer).where(_officer.id == officer_id).values(active=active))
