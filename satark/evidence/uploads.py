"""Files that come in parts: each part is a blob with a key of its own, which only the worker can open.

A part is durable before the upload moves on, and it moves on only from where it was: of two requests that send the same
bytes, one is told that it is behind. Nothing is locked, so a line that died unnoticed stops nobody. Once all bytes are
there, the file is evidence that waits; the worker joins the parts and destroys them.
"""

from collections.abc import AsyncIterator, Collection
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.evidence.discarding import delete_blobs
from satark.evidence.keeping import Keeper, OverLimit, blobs_of, kind_of
from satark.evidence.vault import Damaged, chunked, decrypt
from satark.store.clock import hour_of, now
from satark.store.tables import Evidence, Upload, UploadPart

# What a part holds at most: so much of it is in memory, and may have to be sent again when the process dies.
PART = 2**20
# 100 MB over a line that breaks every 10 KB.
MOST_PARTS = 10_000
LIFE_HOURS = 24

_evidence: Any = Evidence
_upload: Any = Upload
_part: Any = UploadPart


class Gone(Exception):
    """There is no such upload, or there is none any more."""


class Elsewhere(Exception):
    """The upload has come to another byte than the sender thinks."""


class Uploads:
    """Uploads, and what becomes of them. Without an opener in the keeper they can be taken and not read."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper

    async def create(self, size: int, mime: str) -> Upload:
        """`size` is in bytes. Raises NoRoom."""
        self.keeper.blobs.make_sure_of_room()
        upload = Upload(kind=kind_of(mime), mime=mime, size=size, arrived=0, expires=hour_of(now()) + LIFE_HOURS)
        async with self.keeper.store.write() as db:
            await db.execute(insert(Upload).values(**upload.model_dump()))
            if size == 0:
                await _complete(db, upload)
        return upload

    async def find(self, upload_id: str) -> Upload:
        """Raises Gone."""
        alive = select(Upload).where(_upload.id == upload_id, _upload.expires > hour_of(now()))
        async with self.keeper.store.read() as db:
            row = (await db.execute(alive)).one_or_none()
        if row is None:
            raise Gone
        return Upload(**row._mapping)

    async def append(self, upload_id: str, start: int, chunks: AsyncIterator[bytes]) -> int:
        """Keep what comes, from byte `start` on, as long as it comes. Returns how many bytes there are now.

        Raises Gone, Elsewhere; OverLimit for what goes beyond the size, which is not kept, or for too many parts.
        """
        upload = await self.find(upload_id)
        if upload.arrived != start:
            raise Elsewhere
        if await self._parts(upload_id) >= MOST_PARTS:
            raise OverLimit
        async for piece, _ in chunked(chunks, PART):
            if start + len(piece) > upload.size:
                raise OverLimit
            if piece:
                await self._add(upload, start, piece)
                start += len(piece)
        return start

    async def _parts(self, upload_id: str) -> int:
        count = select(func.count()).select_from(UploadPart).where(_part.upload_id == upload_id)
        async with self.keeper.store.read() as db:
            return int((await db.execute(count)).scalar_one())

    async def _add(self, upload: Upload, start: int, piece: bytes) -> None:
        """The blob first, then its row: what is counted is there."""
        name, key = await self.keeper.put(_once(piece))
        part = UploadPart(upload_id=upload.id, start=start, size=len(piece), blob=name, key=key)
        try:
            async with self.keeper.store.write() as db:
                await _move_on(db, upload, part)
        except BaseException:
            await self.keeper.blobs.delete(name)
            raise

    async def read(self, upload_id: str) -> AsyncIterator[bytes]:
        """The bytes of an upload that is whole. Raises CannotOpen, Damaged."""
        opener, at = self.keeper.opener, 0
        assert opener is not None, "this process was not given content.key"
        async with self.keeper.store.read() as db:
            size = (await db.execute(select(_upload.size).where(_upload.id == upload_id))).scalar_one_or_none()
            parts = select(UploadPart).where(_part.upload_id == upload_id).order_by(_part.start)
            rows = (await db.execute(parts)).all()
        for row in rows:
            if row.start != at or row.key is None:
                raise Damaged
            async for chunk in decrypt(self.keeper.blobs.get(row.blob), opener.open(row.key)):
                yield chunk
            at += row.size
        if at != size:
            raise Damaged

    async def end(self, upload_id: str) -> None:
        """At its sender's word: destroy it, unless a tip has it already. Raises Gone."""
        await self.find(upload_id)
        own = _evidence.id == upload_id
        async with self.keeper.store.write() as db:
            wanted = select(_evidence.tip_id, _evidence.blob, _evidence.poster).where(own)
            file = (await db.execute(wanted.with_for_update())).one_or_none()
            if file is not None and file.tip_id is not None:
                raise Gone
            await db.execute(delete(Evidence).where(own))
            blobs = await _forget(db, [upload_id], parts_only=False)
        await delete_blobs(self.keeper, [*blobs, *(blobs_of(file) if file else [])])

    async def forget_parts(self, upload_id: str) -> None:
        """The file lies elsewhere now, in one piece. The upload still answers that it is whole, until it expires."""
        async with self.keeper.store.write() as db:
            blobs = await _forget(db, [upload_id], parts_only=True)
        await delete_blobs(self.keeper, blobs)

    async def destroy_expired(self) -> int:
        """Destroy the uploads whose time is over; not those that the worker has yet to join. Returns how many."""
        waiting = select(_evidence.id).where(_evidence.state == "waiting")
        over = select(_upload.id).where(_upload.expires <= hour_of(now()), _upload.id.not_in(waiting))
        async with self.keeper.store.write() as db:
            ids = list((await db.execute(over)).scalars())
            blobs = await _forget(db, ids, parts_only=False)
        await delete_blobs(self.keeper, blobs)
        return len(ids)


async def _move_on(db: AsyncConnection, upload: Upload, part: UploadPart) -> None:
    """Raises Elsewhere where another request was first."""
    here = (_upload.id == upload.id) & (_upload.arrived == part.start)
    arrived = part.start + part.size
    if not (await db.execute(update(Upload).where(here).values(arrived=arrived))).rowcount:
        raise Elsewhere
    await db.execute(insert(UploadPart).values(**part.model_dump()))
    if arrived == upload.size:
        await _complete(db, upload)


async def _complete(db: AsyncConnection, upload: Upload) -> None:
    """The file is evidence that waits, as one that is to be fetched does; it has no source but its parts."""
    row = Evidence(id=upload.id, kind=upload.kind, mime=upload.mime, size=upload.size, hour=hour_of(now()))
    await db.execute(insert(Evidence).values(**row.model_dump()))


async def _forget(db: AsyncConnection, ids: Collection[str], *, parts_only: bool) -> list[str]:
    """Destroy the keys. Returns the names of the blobs that are noise now."""
    own = _part.upload_id.in_(ids)
    blobs = list((await db.execute(select(_part.blob).where(own))).scalars())
    await db.execute(delete(UploadPart).where(own))
    if not parts_only:
        await db.execute(delete(Upload).where(_upload.id.in_(ids)))
    return blobs


async def _once(piece: bytes) -> AsyncIterator[bytes]:
    yield piece
