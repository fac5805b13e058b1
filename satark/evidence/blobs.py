"""Where ciphertext lies: a local folder, or any S3-compatible store, by URL (obstore)."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from satark.store.clock import HOUR, now


class Blobs:
    """Names are random hex. A local file's times are those of the hour: exact ones could be matched with a phone's."""

    def __init__(self, url: str) -> None:
        self._folder: Path | None = None
        self._store: ObjectStore
        if url.startswith("file:"):
            self._folder = Path(urlsplit(url).path)
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._store = LocalStore(self._folder)
        else:
            self._store = from_url(url)

    async def put(self, name: str, chunks: AsyncIterator[bytes]) -> None:
        """Store the chunks. Where they end in an error, nothing of them stays."""
        try:
            await obstore.put_async(self._store, _path(name), chunks)
        except BaseException:
            await self.delete(name)
            raise
        if self._folder is not None:
            hour = now() // HOUR * HOUR
            os.utime(self._folder / _path(name), (hour, hour))

    async def get(self, name: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes [start, end). Raises FileNotFoundError."""
        options: obstore.GetOptions = {"range": {"offset": start} if end is None else (start, end)}
        result = await obstore.get_async(self._store, _path(name), options=options)
        async for chunk in result.stream():
            yield bytes(chunk)

    async def size(self, name: str) -> int:
        """In bytes. Raises FileNotFoundError."""
        return int((await obstore.head_async(self._store, _path(name)))["size"])

    async def delete(self, name: str) -> None:
        """Gone, whether it was there or not."""
        try:
            await obstore.delete_async(self._store, _path(name))
        except FileNotFoundError:
            return


def _path(name: str) -> str:
    return f"{name[:2]}/{name}"
