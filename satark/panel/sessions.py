"""Sessions of officers: opened, locked when nothing is done, listed, and closed from anywhere."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, insert, select, update

from satark.panel.asked import GOOD_FOR
from satark.panel.ready import unseen
from satark.panel.roles import SERVING, Role
from satark.routing.policy import Held
from satark.routing.tree import Parents
from satark.store.clock import HOUR, now
from satark.store.engine import Store
from satark.store.officers import Officer, Post, PushSubscription, SignIn
from satark.tips.viewing import Viewer, viewer_of

MINUTE = 60
# For so long it is known whose an ended session was: what they send then is kept for them.
LAPSED_HOURS = 24
# Some browsers say at the very end who they are.
MOST_DEVICE = 300

_officer: Any = Officer
_post: Any = Post
_sign_in: Any = SignIn
_push: Any = PushSubscription


@dataclass(frozen=True)
class Session:
    """A signed-in officer: who they are, what their account is for, and the token that their forms carry. `seen` is
    when they last did something, `warnings_seen` when they last looked at what warnings are new, in unix seconds.
    `reports` is how many reports are ready that they subscribed to and did not look at."""

    viewer: Viewer
    role: Role
    csrf: str
    key: str
    seen: int
    warnings_seen: int = 0
    reports: int = 0

    @property
    def is_stale(self) -> bool:
        """Whether it is time to note that they did something: once a minute is enough, or where the clock was set."""
        return abs(now() - self.seen) > MINUTE


def key_of(cookie: str) -> str:
    return sha256(cookie.encode()).hexdigest()


async def open_session(
    store: Store, officer_id: str, hours: int, device: str = "", stage: str = "", secret: bytes | None = None
) -> str:
    """Returns the cookie, which is kept only as a hash."""
    cookie, moment = secrets.token_urlsafe(32), now()
    row = SignIn(
        key=key_of(cookie),
        officer_id=officer_id,
        csrf=secrets.token_urlsafe(24),
        expires=moment + (GOOD_FOR if stage else hours * HOUR),
        since=moment,
        seen=moment,
        device=device[:MOST_DEVICE],
        stage=stage,
        secret=secret,
    )
    async with store.write() as db:
        over = (_sign_in.expires < moment) & (_sign_in.stage != "") | (_sign_in.expires < moment - LAPSED_HOURS * HOUR)
        await db.execute(delete(SignIn).where(over))
        await db.execute(insert(SignIn).values(**row.model_dump()))
    return cookie


async def close_session(store: Store, cookie: str) -> None:
    async with store.write() as db:
        await db.execute(delete(SignIn).where(_sign_in.key == key_of(cookie)))


async def end_session(store: Store, cookie: str) -> None:
    """It is open no more, for its officer or another signs in at the same browser. For a day a form that was made in it is
    still known as theirs; who signs out leaves nothing."""
    own = _sign_in.key == key_of(cookie)
    async with store.write() as db:
        await db.execute(delete(SignIn).where(own, _sign_in.stage != ""))
        await db.execute(update(SignIn).where(own, _sign_in.expires > now()).values(expires=now() - 1))


async def stage_of(store: Store, cookie: str, stage: str) -> Any:
    """The row of somebody who is on the way in, at that stage, or None."""
    async with store.read() as db:
        mine = (_sign_in.key == key_of(cookie)) & (_sign_in.expires > now()) & (_sign_in.stage == stage)
        return (await db.execute(select(SignIn).where(mine))).one_or_none()


async def lapsed_session(store: Store, cookie: str) -> Any:
    """The row of a session that is open no more (officer_id, csrf): it ended by itself, and nobody closed it; or None."""
    async with store.read() as db:
        mine = (_sign_in.key == key_of(cookie)) & (_sign_in.stage == "") & _officer.active
        joined = select(_sign_in.officer_id, _sign_in.csrf).join(Officer, _sign_in.officer_id == _officer.id)
        return (await db.execute(joined.where(mine))).one_or_none()


async def owner_of(store: Store, csrf: str) -> str:
    """The officer in whose session a form with this token was made, open or ended by itself; "" where somebody closed that
    session, or there was none."""
    async with store.read() as db:
        mine = (_sign_in.csrf == csrf) & (_sign_in.stage == "") & _officer.active
        joined = select(_sign_in.officer_id).join(Officer, _sign_in.officer_id == _officer.id)
        return (await db.execute(joined.where(mine).limit(1))).scalar_one_or_none() or ""


async def session_of(store: Store, cookie: str, parents: Parents, lock_minutes: int) -> Session | None:
    """Who is signed in with this cookie, with what they may see right now."""
    moment = now()
    live = (
        _sign_in.key == key_of(cookie),
        _sign_in.stage == "",
        _sign_in.expires > moment,
        _sign_in.seen > moment - lock_minutes * MINUTE,
        # Where the clock was set back they did nothing for who knows how long.
        _sign_in.seen < moment + lock_minutes * MINUTE,
        _officer.active,
    )
    person = (_officer.id, _officer.name, _officer.locale, _officer.role, _officer.warnings_seen)
    reports = unseen(_officer.id).label("reports")
    known = (*person, reports, _sign_in.csrf, _sign_in.key, _sign_in.seen)
    async with store.read() as db:
        joined = select(*known).join(SignIn, _sign_in.officer_id == _officer.id)
        row = (await db.execute(joined.where(*live))).one_or_none()
        if row is None:
            return None
        posts = await db.execute(select(_post.office_id, _post.until).where(_post.officer_id == row.id))
        held = [Held(post.office_id, post.until) for post in posts] if row.role in SERVING else []
    viewer = viewer_of(row.id, row.name, row.locale, held, parents)
    return Session(viewer, Role(row.role), row.csrf, row.key, row.seen, row.warnings_seen, row.reports)


async def touch(store: Store, key: str) -> None:
    """They did something."""
    async with store.write() as db:
        await db.execute(update(SignIn).where(_sign_in.key == key).values(seen=now()))


async def sessions_of(store: Store, officer_id: str) -> Sequence[Any]:
    """Their open sessions, the newest first."""
    async with store.read() as db:
        mine = (_sign_in.officer_id == officer_id) & (_sign_in.stage == "") & (_sign_in.expires > now())
        return (await db.execute(select(SignIn).where(mine).order_by(_sign_in.since.desc()))).all()


async def close_of(store: Store, officer_id: str, key: str = "", but: str = "") -> None:
    """Close one session of an officer; or all of them but one, and then no browser of theirs gets a notice any more."""
    those = (_sign_in.officer_id == officer_id) & (_sign_in.key != but)
    async with store.write() as db:
        await db.execute(delete(SignIn).where(those & (_sign_in.key == key) if key else those))
        if not key:
            await db.execute(delete(PushSubscription).where(_push.officer_id == officer_id))
