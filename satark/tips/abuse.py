"""Who tells lies on purpose is slowed or blocked for a time, and nobody learns who it is.

An officer marks a tip; only the courier, who opens addresses, can say whose it is, and keeps no more than a keyed hash with
the day it ends (delivery/muting.py). The mark itself is gone once it is carried out.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.tables import MuteRequest
from satark.tips.audit import append
from satark.tips.entries import NotAllowed, Seals, keep_note
from satark.tips.viewing import Viewer

_request: Any = MuteRequest


class Wish(StrEnum):
    """`slow`: answers come late. `block`: what is sent is taken and forgotten. `lift`: neither any more."""

    SLOW = "slow"
    BLOCK = "block"
    LIFT = "lift"


# For how many days.
LASTS = {Wish.SLOW: 7, Wish.BLOCK: 30}
# Not a station: it is too near to what is told of it.
MAY_ASK = frozenset({"range", "district", "outside"})


def may_mute(kinds: Iterable[str]) -> bool:
    """Whether an officer who serves in offices of these kinds may ask for it."""
    return not MAY_ASK.isdisjoint(kinds)


async def ask_to_mute(
    db: AsyncConnection, seals: Seals, viewer: Viewer, kinds: Iterable[str], tip: Any, wish: Wish, reason: str
) -> None:
    """What the officer wishes about the sender of a tip; the last wish counts."""
    if not may_mute(kinds):
        raise NotAllowed
    await keep_note(db, seals, viewer, tip, reason)
    await db.execute(delete(MuteRequest).where(_request.tip_id == tip.id))
    await db.execute(insert(MuteRequest).values(tip_id=tip.id, wish=wish.value))
    await append(db, viewer.officer_id, "mute", tip.id, wish.value)
