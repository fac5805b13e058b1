"""Where ciphertext lies: a local folder, or any S3-compatible store, by URL (obstore)."""

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from satark.evidence.file_times import rewrite_new_files
from satark.store.clock import hour_of, now, start_of

NAME = re.compile(r"[0-9a-f]{32}")


class NoRoom(OSError):
    """What is left of the disk is for words."""


class StoreUnavailable(OSError):
    """The store did not do what it was asked. That is no fault of the file, and passes; the message is the kind of error."""


@contextmanager
def _asked_of_store() -> Iterator[None]:
    """What the store cannot do is StoreUnavailable, but for one thing: it has no such file (FileNotFoundError)."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise StoreUnavailable(type(error).__name__) from error


class _Source:
    """Chunks that are being stored, and whether it was they that failed."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self.failed = False

    async def read(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._chunks:
                yield chunk
        except BaseException:
            self.failed = True
            raise


class Blobs:
    """Names are random hex. A local file's times are coarse (file_times.py): exact ones could be matched with a phone's.
    `reserve` is how many bytes of a local disk are not for files."""

    def __init__(self, url: str, reserve: int = 0) -> None:
        self._reserve = reserve
        self._folder: Path | None = None
        self._store: ObjectStore
        if url.startswith("file:"):
            self._folder = Path(urlsplit(url).path)
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._store = LocalStore(self._folder)
        else:
            self._store = _elsewhere(url)

    @property
    def room(self) -> int | None:
        """How many bytes of new files the disk has room for; None where others look after that."""
        return None if self._folder is None else max(0, shutil.disk_usage(self._folder).free - self._reserve)

    def make_sure_of_room(self) -> None:
        """Before a file is taken from a citizen. Raises NoRoom."""
        if self.room == 0:
            raise NoRoom

    async def put(self, name: str, chunks: AsyncIterator[bytes]) -> None:
        """Store the chunks. Where they end in an error, which is raised, nothing of them stays. Raises StoreUnavailable."""
        source = _Source(chunks)
        try:
            await obstore.put_async(self._store, _path(name), source.read())
        except BaseException as error:
            with contextlib.suppress(OSError):
                await self.delete(name)
            if source.failed or not isinstance(error, BaseError | OSError):
                raise
            raise StoreUnavailable(type(error).__name__) from error
        if self._folder is not None:
            hour = start_of(hour_of(now()))
            path = self._folder / _path(name)
            for one in (path, path.parent, self._folder):
                os.utime(one, (hour, hour))

    def hide_times(self) -> int:
        """Write again what was written to a local folder since the last call; return how many files that was."""
        return 0 if self._folder is None else rewrite_new_files(self._folder)

    async def get(self, name: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes [start, end). Raises FileNotFoundError, StoreUnavailable."""
        part: Any = {"offset": start} if end is None else (start, end)
        whole = start == 0 and end is None
        options: obstore.GetOptions = {} if whole else {"range": part}
        with _asked_of_store():
            result = await obstore.get_async(self._store, _path(name), options=options)
            async for chunk in result.stream():
                yield bytes(chunk)

    async def size(self, name: str) -> int:
        """In bytes. Raises FileNotFoundError."""
        return int((await obstore.head_async(self._store, _path(name)))["size"])

    async def stored(self, since: int, before: int) -> AsyncIterator[list[str]]:
        """The names of what was stored in [since, before) (unix seconds), some at a time. What does not lie here as `put`
        laid it is not ours."""
        async for page in obstore.list(self._store):
            paths = [one["path"] for one in page if since <= one["last_modified"].timestamp() < before]
            names = [path.rpartition("/")[2] for path in paths]
            yield [
                name for path, name in zip(paths, names, strict=True) if NAME.fullmatch(name) and path == _path(name)
            ]

    async def delete(self, name: str) -> None:
        """Gone, whether it was there or not. Raises StoreUnavailable."""
        with contextlib.suppress(FileNotFoundError), _asked_of_store():
            await obstore.delete_async(self._store, _path(name))

    async def try_out(self) -> None:
        """Store a few bytes, read and delete them, as for evidence. Raises StoreUnavailable, FileNotFoundError where the
        bucket is missing."""
        name = secrets.token_hex(16)
        await self.put(name, _few_bytes())
        if b"".join([chunk async for chunk in self.get(name)]) != PROBE:
            raise StoreUnavailable("it gives back other bytes than it was given")
        await self.delete(name)


PROBE = b"satark"


async def _few_bytes() -> AsyncIterator[bytes]:
    yield PROBE


def _elsewhere(url: str) -> ObjectStore:
    """The store of `s3://bucket/prefix?endpoint=…&region=…`: what the query says are obstore's own settings; what it does
    not say is taken from AWS_… variables. Raises obstore.exceptions.UnknownConfigurationKeyError."""
    parts = urlsplit(url)
    said: Any = dict(parse_qsl(parts.query))
    plain: Any = {"allow_http": True} if said.get("endpoint", "").startswith("http:") else None
    return from_url(urlunsplit(parts._replace(query="")), config=said or None, client_options=plain)


def open_store(url: str) -> ObjectStore:
    """The store of a URL, or of a local folder, which must be there: a disk that is not mounted must show."""
    if "://" in url and not url.startswith("file:"):
        return _elsewhere(url)
    return LocalStore(Path(urlsplit(url).path if url.startswith("file:") else url))


def _path(name: str) -> str:
    return f"{name[:2]}/{name}"
