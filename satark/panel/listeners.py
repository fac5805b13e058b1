"""Who is to be told of news, and how much there is for each: as they would see it in the panel, and not a tip more."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.core import Core
from satark.insight.telling import new_to
from satark.panel.roles import Role
from satark.routing.policy import Held
from satark.routing.tree import Parents
from satark.store.officers import Officer, Post
from satark.tips.inbox import newest
from satark.tips.lateness import number_of_late
from satark.tips.viewing import Viewer, viewer_of

_officer: Any = Officer
_post: Any = Post


@dataclass(frozen=True)
class Listener:
    """An officer with an account that is on and works on tips. `row` is theirs."""

    row: Any
    viewer: Viewer


@dataclass(frozen=True)
class News:
    """How many tips have something unread (of more than are watched, so many: tips/inbox.py), how many are late, and how
    many warnings are new."""

    fresh: int
    late: int
    warned: int

    def __bool__(self) -> bool:
        return bool(self.fresh or self.late or self.warned)


async def listeners(db: AsyncConnection, parents: Parents, wanted: ColumnElement[bool]) -> list[Listener]:
    """Of the officers who are `wanted`, those who may be told anything now."""
    names = ("id", "name", "locale", "email", "digest", "digested", "warnings_seen")
    known = [getattr(_officer, name) for name in names]
    those = wanted & _officer.active & (_officer.role == Role.OFFICER)
    rows = (await db.execute(select(*known).where(those).order_by(_officer.id))).all()
    posts: dict[str, list[Held]] = defaultdict(list)
    mine = _post.officer_id.in_(select(_officer.id).where(those))
    for post in await db.execute(select(_post.officer_id, _post.office_id, _post.until).where(mine)):
        posts[post.officer_id].append(Held(post.office_id, post.until))
    return [Listener(row, viewer_of(row.id, row.name, row.locale, posts[row.id], parents)) for row in rows]


async def news_for(core: Core, to: Listener) -> News:
    """For an e-mail. A warning is in one, and in none if they looked at it before."""
    since = max(to.row.digested, to.row.warnings_seen)
    warned = await new_to(core.store, to.viewer, since, synthetic=core.settings.count_synthetic)
    async with core.store.read() as db:
        return News(len(await newest(db, to.viewer)), await number_of_late(db, to.viewer), len(warned))
