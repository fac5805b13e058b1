"""What no tip has: files that were never sent, and ciphertexts that lost their row, for a process died in between."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select, update

from satark.evidence.keeping import Keeper, blobs_of
from satark.store.clock import DAY, HOUR, hour_of, now
from satark.store.tables import Evidence, UploadPart

ABANDONED_HOURS = 24

_row: Any = Evidence
_part: Any = UploadPart
# Every column that names a ciphertext: what is in none of them is deleted.
NAMED_IN = (_row.blob, _row.poster, _part.blob)


async def discard_abandoned(keeper: Keeper) -> int:
    """Destroy the files that no tip claimed within a day: forms that were never sent, drafts that were erased. The row of
    a file that may still be at its provider stays until it is gone there, without the file's key."""
    yesterday = hour_of(now()) - ABANDONED_HOURS
    unclaimed = _row.tip_id.is_(None) & (_row.hour < yesterday)
    async with keeper.store.write() as db:
        elsewhere = unclaimed & _row.source.is_not(None)
        await db.execute(update(Evidence).where(elsewhere).values(key=None, state="discarded", reason=""))
        gone = unclaimed & _row.source.is_(None)
        rows = (await db.execute(select(_row.id, _row.blob, _row.poster).where(gone))).all()
        await db.execute(delete(Evidence).where(_row.id.in_([row.id for row in rows])))
    await delete_blobs(keeper, [name for row in rows for name in blobs_of(row)])
    return len(rows)


async def delete_blobs(keeper: Keeper, names: Iterable[str]) -> None:
    """With their rows their keys are gone already: what is deleted here is noise."""
    for name in names:
        await keeper.blobs.delete(name)


async def collect_orphans(keeper: Keeper) -> int:
    """Delete ciphertexts that no row names for a day, for a row is written after its file. Returns how many."""
    collected = 0
    async for names in keeper.blobs.stored(0, now() - DAY - HOUR):
        async with keeper.store.read() as db:
            known = {
                name
                for column in NAMED_IN
                for name in (await db.execute(select(column).where(column.in_(names)))).scalars()
            }
        orphans = [name for name in names if name not in known]
        await delete_blobs(keeper, orphans)
        collected += len(orphans)
    return collected
