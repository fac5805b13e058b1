"""Who is to be told of news, and how much there is for each: as they would see it in the panel, and not a tip more."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

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
    """How many tips have something unread (of more than are watched, so many: tips/inbox.py), and how many are late."""

    fresh: int
    late: int

    def __bool__(self) -> bool:
        return bool(self.fresh or self.late)


async def listeners(db: AsyncConnection, parents: Parents, wanted: ColumnElement[bool]) -> list[Listener]:
    """Of the officers who are `wanted`, those who may be told anything now."""
    known = (_officer.id, _officer.name, _officer.locale, _officer.email, _officer.digest, _officer.digested)
    those = wanted & _officer.active & (_officer.role == Role.OFFICER)
    rows = (await db.execute(select(*known).where(those).order_by(_officer.id))).all()
    posts: dict[str, list[Held]] = defaultdict(list)
    mine = _post.officer_id.in_(select(_officer.id).where(those))
    for post in await db.execute(select(_post.officer_id, _post.office_id, _post.until).where(mine)):
        posts[post.officer_id].append(Held(post.office_id, post.until))
    return [Listener(row, viewer_of(row.id, row.name, row.locale, posts[row.id], parents)) for row in rows]


async def news_for(db: AsyncConnection, viewer: Viewer) -> News:
    return News(len(await newest(db, viewer)), await number_of_late(db, viewer))
