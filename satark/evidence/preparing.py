"""Makes files ready to be seen: fetched where they are elsewhere, cleaned, and stored again under a new key."""

import logging
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any

from nacl.utils import random
from sqlalchemy import delete, or_, select, update

from satark.evidence.keeping import Keeper, OverLimit
from satark.evidence.sandbox import Clean, clean
from satark.evidence.vault import encrypt
from satark.store.clock import hour_of, now
from satark.store.sealing import KEY_BYTES
from satark.store.tables import Evidence

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
# At the provider a file lives for 7 days (Meta), or for as long as one likes (Telegram): at an hour each, almost six days.
MOST_FETCHES = 150
LONGEST_WAIT = 3600
LEASE = 300
ABANDONED_HOURS = 24
NOT_FETCHED = "not_fetched"
TOO_LARGE = "too_large"

_row: Any = Evidence
Fetch = Callable[[str, bytes], AsyncIterator[bytes]]
"""(channel, sealed source) -> the bytes of a file at its provider."""


async def prepare_due(keeper: Keeper, fetch: Fetch, limit: int) -> int:
    """Prepare the files that wait. Returns how many. One that fails is tried again, and stops no other."""
    done = 0
    while row := await _claim(keeper):
        done += 1
        try:
            await _prepare(keeper, row, fetch, limit)
        except OverLimit:
            await keeper.change(row.id, state="withheld", reason=TOO_LARGE)
        except Exception as error:  # noqa: BLE001 - whatever a file does, the next one is prepared
            log.warning(
                "file %s could not be prepared (%s), attempt %d", row.id, type(error).__name__, row.attempts + 1
            )
            await _later(keeper, row)
    return done


async def _claim(keeper: Keeper) -> Any:
    """One file that is due, out of reach of other workers for the time of the lease."""
    wanted = or_(_row.state == "waiting", _row.state == "kept") & (_row.due <= now())
    async with keeper.store.write() as db:
        found = await db.execute(select(Evidence).where(wanted).limit(1).with_for_update(skip_locked=True))
        row = found.one_or_none()
        if row is not None:
            leased = {"due": now() + LEASE, "attempts": row.attempts + 1}
            await db.execute(update(Evidence).where(_row.id == row.id).values(**leased))
    return row


async def _prepare(keeper: Keeper, row: Any, fetch: Fetch, limit: int) -> None:
    if row.state == "waiting":
        facts = await keeper.store_blob(fetch(row.channel, row.source), limit)
        await keeper.change(row.id, **facts, source=None, attempts=0, due=0)
        return
    outcome = await clean(keeper.read_original(row))
    if isinstance(outcome, Clean):
        await _replace(keeper, row, outcome)
    else:
        await keeper.change(row.id, state="withheld", reason=outcome.reason.value)


async def _replace(keeper: Keeper, row: Any, outcome: Clean) -> None:
    """The clean file takes the original's place; with its key, the original is gone."""
    key, name = random(KEY_BYTES), secrets.token_hex(16)
    try:
        await keeper.blobs.put(name, encrypt(outcome.chunks(), key))
    finally:
        outcome.close()
    await keeper.change(
        row.id,
        blob=name,
        key=keeper.seal.close(key),
        mime=outcome.mime,
        size=outcome.size,
        cleaned=outcome.sha256,
        state="ready",
    )
    await keeper.blobs.delete(row.blob)


async def _later(keeper: Keeper, row: Any) -> None:
    most, reason = (MOST_FETCHES, NOT_FETCHED) if row.state == "waiting" else (MOST_ATTEMPTS, "crashed")
    if row.attempts + 1 >= most:
        await keeper.change(row.id, state="withheld", reason=reason)
    else:
        await keeper.change(row.id, due=now() + min(2 ** (row.attempts + 1), LONGEST_WAIT))


async def discard_abandoned(keeper: Keeper) -> int:
    """Destroy the files that no tip claimed within a day: forms that were never sent, drafts that were erased."""
    yesterday = hour_of(now()) - ABANDONED_HOURS
    unclaimed = _row.tip_id.is_(None) & (_row.hour < yesterday)
    async with keeper.store.write() as db:
        rows = (await db.execute(select(_row.id, _row.blob).where(unclaimed))).all()
        await db.execute(delete(Evidence).where(_row.id.in_([row.id for row in rows])))
    for row in rows:
        if row.blob:
            await keeper.blobs.delete(row.blob)
    return len(rows)
