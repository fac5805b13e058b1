"""Mutes a sender who tells lies on purpose: for a time what they send is marked, and nobody learns who it is.

It is kept, shown and answered like everybody's, for the next thing they send may be true, and whoever could tell from an
answer that they are muted would know which tip they are thought to have sent. An officer names a tip; only the courier, who
opens addresses, can say whose it is, and keeps no more than a keyed hash with the day it ends (delivery/muting.py). The
request is gone once it is carried out. The mark is inside the sealed letter: at rest nothing tells which tips have it, for
few senders are muted, and their tips could be told to be of one person.
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
    """`mute`: what they send is marked. `lift`: it is not any more."""

    MUTE = "mute"
    LIFT = "lift"

    @classmethod
    def _missing_(cls, value: object) -> "Wish | None":
        """Requests, and pages that are open, from before there was one way to mute."""
        return cls.MUTE if value in ("slow", "block") else None


MUTED_DAYS = 30
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
