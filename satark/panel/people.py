"""Officers: their accounts, posts and sessions."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from satark.routing.policy import Held
from satark.routing.tree import Parents
from satark.store.clock import HOUR, hour_of, now
from satark.store.engine import Store
from satark.store.tables import Officer, Post, SignIn
from satark.tips.viewing import Viewer, viewer_of

_officer: Any = Officer
_post: Any = Post
_sign_in: Any = SignIn

_hasher = PasswordHasher()
# Compared with when there is no such login, so that the answer takes as long.
_NOBODY = _hasher.hash(secrets.token_hex(16))


class LoginTaken(Exception):
    """There is an officer with this login."""


@dataclass(frozen=True)
class Session:
    """A signed-in officer: who they are, and the token that their forms carry."""

    viewer: Viewer
    csrf: str


async def add_officer(
    store: Store, login: str, name: str, password: str, offices: Sequence[str], locale: str = "hi"
) -> str:
    """Returns the id. Raises LoginTaken."""
    hashed = await asyncio.to_thread(_hasher.hash, password)
    officer = Officer(login=login, name=name, password=hashed, locale=locale)
    posts = [Post(officer_id=officer.id, office_id=office, since=hour_of(now())) for office in offices]
    try:
        async with store.write() as db:
            await db.execute(insert(Officer).values(**officer.model_dump()))
            await db.execute(insert(Post), [post.model_dump() for post in posts])
    except IntegrityError:
        raise LoginTaken from None
    return officer.id


async def check_password(store: Store, login: str, password: str) -> str | None:
    """The id of the officer, or None. It takes as long where there is no such login."""
    async with store.read() as db:
        wanted = select(_officer.id, _officer.password).where(_officer.login == login, _officer.active)
        row = (await db.execute(wanted)).one_or_none()
    right = await asyncio.to_thread(_verify, row.password if row else _NOBODY, password)
    return row.id if row and right else None


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _key(cookie: str) -> str:
    return sha256(cookie.encode()).hexdigest()


async def open_session(store: Store, officer_id: str, hours: int) -> str:
    """Returns the cookie, which is kept only as a hash."""
    cookie = secrets.token_urlsafe(32)
    row = SignIn(key=_key(cookie), officer_id=officer_id, csrf=secrets.token_urlsafe(24), expires=now() + hours * HOUR)
    async with store.write() as db:
        await db.execute(delete(SignIn).where(_sign_in.expires < now()))
        await db.execute(insert(SignIn).values(**row.model_dump()))
    return cookie


async def close_session(store: Store, cookie: str) -> None:
    async with store.write() as db:
        await db.execute(delete(SignIn).where(_sign_in.key == _key(cookie)))


async def session_of(store: Store, cookie: str, parents: Parents) -> Session | None:
    """Who is signed in with this cookie, with what they may see right now."""
    async with store.read() as db:
        joined = select(_officer.id, _officer.name, _officer.locale, _sign_in.csrf).join(
            SignIn, _sign_in.officer_id == _officer.id
        )
        live = (_sign_in.key == _key(cookie), _sign_in.expires > now(), _officer.active)
        row = (await db.execute(joined.where(*live))).one_or_none()
        if row is None:
            return None
        posts = await db.execute(select(_post.office_id, _post.until).where(_post.officer_id == row.id))
        held = [Held(post.office_id, post.until) for post in posts]
    return Session(viewer_of(row.id, row.name, row.locale, held, parents), row.csrf)


async def choose_locale(store: Store, officer_id: str, locale: str) -> None:
    async with store.write() as db:
        await db.execute(update(Officer).where(_officer.id == officer_id).values(locale=locale))
