"""Keeps a file encrypted from its first byte, and opens what was cleaned for whoever may see it."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from nacl.utils import random
from sqlalchemy import insert, select, update

from satark.evidence.blobs import Blobs
from satark.evidence.sandbox import Sandbox
from satark.evidence.schedule import Pauses
from satark.evidence.vault import CHUNK, cut, decrypt, encrypt, sealed_range
from satark.store.clock import hour_of, now
from satark.store.columns import random_id
from satark.store.engine import Store
from satark.store.sealing import KEY_BYTES, Locker, Opener, Seal
from satark.store.tables import Evidence

_row: Any = Evidence

KINDS = {"image": "photo", "video": "video", "audio": "audio"}
ABREAST = 2
"""How many files a process cleans at a time."""


class OverLimit(Exception):
    """The file went over its limit while it was read; nothing of it was kept."""


@dataclass(frozen=True)
class Opened:
    """A clean file: `size` in bytes, and the bytes that were asked for."""

    mime: str
    size: int
    chunks: AsyncIterator[bytes]


class Keeper:
    """Files, their rows and their keys. Without an opener it can keep and not open; without `search.key`, the locker, it
    does not remember what files look like."""

    def __init__(
        self, store: Store, blobs: Blobs, seal: Seal, opener: Opener | None = None, locker: Locker | None = None
    ) -> None:
        self.store = store
        self.blobs = blobs
        self.seal = seal
        self.opener = opener
        self.locker = locker
        self.sandbox = Sandbox()
        self.places = asyncio.Semaphore(ABREAST)
        self.pauses = Pauses()

    async def keep(self, chunks: AsyncIterator[bytes], mime: str, limit: int, kind: str = "", voice: str = "") -> str:
        """Store a file that is being read. Returns its id. Raises OverLimit, NoRoom."""
        self.blobs.make_sure_of_room()
        row = Evidence(id=random_id(), kind=kind or kind_of(mime), mime=mime, voice=voice, hour=hour_of(now()))
        row = row.model_copy(update=await self.store_blob(chunks, limit))
        async with self.store.write() as db:
            await db.execute(insert(Evidence).values(**row.model_dump()))
        return row.id

    async def store_blob(self, chunks: AsyncIterator[bytes], limit: int) -> dict[str, Any]:
        """Encrypt and store an original. Returns what its row says of it. Raises OverLimit."""
        counted = _Counted(chunks, limit)
        name, key = await self.put(counted.read())
        return {
            "blob": name,
            "key": key,
            "size": counted.size,
            "original": counted.digest.hexdigest(),
            "state": "kept",
        }

    async def put(self, chunks: AsyncIterator[bytes]) -> tuple[str, bytes]:
        """Encrypt and store. Returns the name of the blob and its sealed key."""
        key, name = random(KEY_BYTES), secrets.token_hex(16)
        await self.blobs.put(name, encrypt(chunks, key))
        return name, self.seal.close(key)

    async def read_original(self, row: Any) -> AsyncIterator[bytes]:
        """The bytes of a kept file, whole. Raises CannotOpen, Damaged."""
        assert self.opener is not None, "this process was not given content.key"
        async for chunk in decrypt(self.blobs.get(row.blob), self.opener.open(row.key)):
            yield chunk

    async def open(self, evidence_id: str, start: int = 0, end: int | None = None) -> Opened | None:
        """The bytes [start, end) of a clean file; None where it is not (yet) to be seen."""
        async with self.store.read() as db:
            found = await db.execute(select(Evidence).where(_row.id == evidence_id, _row.state == "ready"))
            row = found.one_or_none()
        if row is None or row.key is None or self.opener is None:
            return None
        end = row.size if end is None else min(end, row.size)
        first, sealed_start, sealed_end, to_the_end = sealed_range(start, end, row.size)
        sealed = self.blobs.get(row.blob, sealed_start, None if to_the_end else sealed_end)
        plain = decrypt(sealed, self.opener.open(row.key), first, to_the_end)
        return Opened(row.mime, row.size, cut(plain, start - first * CHUNK, end - start))

    async def poster(self, row: Any) -> bytes | None:
        """The poster of a clean video: a JPEG."""
        if not row.poster_key or self.opener is None:
            return None
        chunks = decrypt(self.blobs.get(row.poster), self.opener.open(row.poster_key))
        return b"".join([chunk async for chunk in chunks])

    def peaks(self, row: Any) -> bytes | None:
        """How loud a clean recording is (report.py)."""
        return self.opener.open(row.peaks) if row.peaks and self.opener is not None else None

    async def change(self, evidence_id: str, **values: Any) -> None:
        async with self.store.write() as db:
            await db.execute(update(Evidence).where(_row.id == evidence_id).values(**values))


def blobs_of(row: Any) -> list[str]:
    """The names of all that is stored of a file."""
    return [name for name in (row.blob, row.poster) if name]


def kind_of(mime: str) -> str:
    return KINDS.get(mime.partition("/")[0], "document")


class _Counted:
    """Chunks with their size and SHA-256, and an end where they go over the limit."""

    def __init__(self, chunks: AsyncIterator[bytes], limit: int) -> None:
        self._chunks = chunks
        self._limit = limit
        self.size = 0
        self.digest = sha256()

    async def read(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._limit:
                raise OverLimit
            self.digest.update(chunk)
            yield chunk
