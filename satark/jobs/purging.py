"""Destroys what is no longer needed (P8), every night and at the word of `satark purge`.

Any number may do it at once, and it may die anywhere: what it did is done, and the next one does the rest.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.core import Core
from satark.evidence.discarding import collect_orphans, delete_blobs, discard_abandoned
from satark.evidence.uploads import Uploads
from satark.store.clock import day_of, hour_of, now
from satark.store.informants import Conversation, Mute, SeenEvent, SentPart
from satark.store.officers import DRAFT_SECONDS, Draft
from satark.store.tables import Evidence
from satark.tips.destroying import Destroyed, Rules, destroy, foreseen, forget

log = logging.getLogger(__name__)

# Meta repeats a webhook for up to 7 days (messaging.md).
SEEN_DAYS = 8

# No index tells the days of keyed hashes, for each message would have to write it: all of them are read, those with one
# first digit at a time, so that nobody waits long.
_DIGITS = "123456789abcdef"
_SHARES = tuple(zip(("", *_DIGITS), (*_DIGITS, "g"), strict=True))

_draft: Any = Draft
_seen: Any = SeenEvent
_sent: Any = SentPart
_mute: Any = Mute


@dataclass
class Purged:
    """What was destroyed: tips whose content and whose address, by rule; rows by table; ciphertexts without a row."""

    content: Counter[str] = field(default_factory=Counter)
    address: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    orphans: int = 0


async def purge(core: Core) -> Purged:
    """Destroy all that is due, then leave no trace of it in the database's files."""
    purged = Purged()
    await _each_batch(core, destroy, purged.content, purged)
    await _each_batch(core, forget, purged.address, purged)
    purged.rows[Evidence.__tablename__] += await discard_abandoned(core.keeper)
    await Uploads(core.keeper).destroy_expired()
    purged.rows[Draft.__tablename__] += await _drop_old_drafts(core)
    purged.rows += await _sweep(core)
    purged.orphans = await collect_orphans(core.keeper)
    await _leave_no_trace(core, purged.rows)
    return purged


async def _drop_old_drafts(core: Core) -> int:
    """Forms that officers sent after their session had ended, and never sent again."""
    async with core.store.write() as db:
        return (await db.execute(delete(Draft).where(_draft.made <= now() - DRAFT_SECONDS))).rowcount


Batch = Callable[[AsyncConnection, Rules, int], Awaitable[Destroyed]]


async def _each_batch(core: Core, act: Batch, tips: Counter[str], purged: Purged) -> None:
    """Each batch for itself, so that nobody waits long: first the keys with their rows, then the ciphertexts."""
    while True:
        async with core.store.write() as db:
            gone = await act(db, core.pack.retention, hour_of(now()))
        if not gone.tips:
            return
        await delete_blobs(core.keeper, gone.blobs)
        tips += gone.tips
        purged.rows += gone.rows


async def _sweep(core: Core) -> Counter[str]:
    """What only recognised repetitions and malicious senders. Returns how many rows of each table."""
    today = day_of(now())
    old = (
        (SeenEvent, _seen.key, _seen.day < today - SEEN_DAYS),
        (SentPart, _sent.key, _sent.day < today - SEEN_DAYS),
        (Mute, _mute.key, _mute.until < today),
    )
    swept: Counter[str] = Counter()
    for (first, end), (table, key, over) in product(_SHARES, old):
        async with core.store.write() as db:
            gone = await db.execute(delete(table).where(over, key >= first, key < end))
        swept[str(table.__tablename__)] += gone.rowcount
    return swept


async def _leave_no_trace(core: Core, rows: Counter[str]) -> None:
    """Conversations end all day long, so theirs is among the tables at any rate."""
    touched = {table for table, number in rows.items() if number} | {str(Conversation.__tablename__)}
    try:
        await core.store.vacuum(touched)
    except DBAPIError as error:
        log.warning("the database was too busy to be written anew (%s); the next purge does it", type(error).__name__)


async def foresee(core: Core) -> dict[str, Counter[str]]:
    """What the rules would destroy now, by rule; nothing is changed."""
    async with core.store.read() as db:
        return await foreseen(db, core.pack.retention, hour_of(now()))
