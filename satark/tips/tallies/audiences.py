"""Who sees the same tips: officers who serve in the same offices, and are shut out by the accusation of the same ones."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, Self

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.routing.policy import Held, bars, own_offices
from satark.routing.tree import Parents
from satark.store.officers import Officer, Post
from satark.store.tallies import TALLIES, Audience, TallyMonth
from satark.store.writing import upsert
from satark.tips.viewing import Viewer

# Any number, the same in every process: the lock under which audiences are added and offices are accused on PostgreSQL.
AUDIENCES_LOCK = 7_283_277

_audience: Any = Audience
_officer: Any = Officer
_post: Any = Post


@dataclass(frozen=True)
class Eyes:
    """What an audience sees: `offices` and `bars` as in tips/viewing.py, and whether it counts `synthetic` tips."""

    offices: frozenset[str]
    bars: Mapping[str, int | None]
    synthetic: bool = False

    @classmethod
    def of(cls, viewer: Viewer, *, synthetic: bool) -> Self:
        return cls(viewer.offices, viewer.bars, synthetic)

    @classmethod
    def read(cls, spec: str) -> Self:
        offices, barred, synthetic = json.loads(spec)
        return cls(frozenset(offices), dict(barred), synthetic)

    @cached_property
    def spec(self) -> str:
        """The same for the same, whatever the order."""
        return json.dumps([sorted(self.offices), sorted(self.bars.items()), self.synthetic])

    @cached_property
    def key(self) -> str:
        return blake2b(self.spec.encode(), digest_size=16).hexdigest()


async def serving(db: AsyncConnection, parents: Parents, roles: Collection[str], *, synthetic: bool) -> dict[str, Eyes]:
    """The audiences of all whose account is on and of these roles, by key."""
    held: dict[str, list[Held]] = defaultdict(list)
    posts = select(_post.officer_id, _post.office_id, _post.until).join(Officer, _officer.id == _post.officer_id)
    for row in await db.execute(posts.where(_officer.active, _officer.role.in_(roles))):
        held[row.officer_id].append(Held(row.office_id, row.until))
    found = (Eyes(own_offices(one), bars(parents, one), synthetic) for one in held.values())
    return {eyes.key: eyes for eyes in found if eyes.offices}


async def hold_still(db: AsyncConnection) -> None:
    """Until this transaction ends, no audience is added and no office is accused by another. On SQLite whoever writes is
    alone anyway."""
    if db.dialect.name == "postgresql":
        await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": AUDIENCES_LOCK})


async def registered(db: AsyncConnection) -> dict[str, Eyes]:
    """The audiences that are counted, by key."""
    return {row.key: Eyes.read(row.spec) for row in await db.execute(select(_audience.key, _audience.spec))}


async def register(db: AsyncConnection, eyes: Eyes) -> None:
    """From now on this audience is counted."""
    await hold_still(db)
    row = {"key": eyes.key, "spec": eyes.spec, "counted": 0}
    await db.execute(upsert(db, Audience).values(**row).on_conflict_do_nothing())


async def drop(db: AsyncConnection, key: str) -> None:
    """Nobody sees with these eyes any more."""
    tables: tuple[Any, ...] = (*TALLIES, TallyMonth)
    for table in tables:
        await db.execute(delete(table).where(table.audience == key))
    await db.execute(delete(Audience).where(_audience.key == key))
