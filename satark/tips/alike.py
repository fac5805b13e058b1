"""The same footage twice: tips whose pictures show what another tip's show (evidence/looks.py).

What files look like is locked at rest, for it links tips; it is opened here, in memory alone, and compared
only among the tips that the viewer may see (P4).
"""

import asyncio
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.sealing import CannotOpen, Locker
from satark.store.tables import Evidence, Tip, TipLink
from satark.tips.viewing import Viewer, visible

MOST_FILES = 5000
"""How many files, the newest first, are compared with."""
NEAR = 8
"""In how many bits of 64 two pictures may differ that show the same."""

_tip: Any = Tip
_file: Any = Evidence
_link: Any = TipLink


async def alike(db: AsyncConnection, viewer: Viewer, tip: Any, locker: Locker) -> list[Any]:
    """The other tips, by hour, that show the same as this one, and are not linked with it yet."""
    own = await db.execute(select(_file.looks).where(_file.tip_id == tip.id, _file.looks.is_not(None)))
    looks = [look for (locked,) in own for look in _opened(locker, locked)]
    if not looks:
        return []
    rows = (await db.execute(_others(viewer, tip))).all()
    found = await asyncio.to_thread(lambda: {row.id for row in rows if same(looks, _opened(locker, row.looks))})
    shown = select(Tip).where(_tip.id.in_(found), visible(viewer)).order_by(_tip.hour.desc(), _tip.id)
    return list(await db.execute(shown))


def _others(viewer: Viewer, tip: Any) -> Any:
    linked = or_(
        (_link.tip_id == tip.id) & (_link.other_id == _tip.id), (_link.other_id == tip.id) & (_link.tip_id == _tip.id)
    )
    wanted = select(_tip.id, _file.looks).join(Evidence, _file.tip_id == _tip.id).where(
        visible(viewer), _tip.id != tip.id, _file.looks.is_not(None), ~select(_link.kind).where(linked).exists()
    )  # fmt: skip
    return wanted.order_by(_tip.hour.desc(), _tip.id).limit(MOST_FILES)


@lru_cache(maxsize=4 * MOST_FILES)
def _opened(locker: Locker, locked: bytes) -> tuple[int, ...]:
    """Kept in memory, for the same are asked for at each look at a tip."""
    try:
        return msgspec.msgpack.decode(locker.open(locked), type=tuple[int, ...])
    except CannotOpen:
        return ()


def same(ones: Iterable[int], others: Iterable[int]) -> bool:
    """Whether any of the first shows what any of the second shows."""
    known = tuple(others)
    return any((one ^ other).bit_count() <= NEAR for one in ones for other in known)
