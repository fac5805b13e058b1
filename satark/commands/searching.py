"""Searches all storage of an installation that can be reached from here for marks."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from arq.connections import create_pool
from redis.exceptions import RedisError
from sqlmodel import SQLModel

from satark.commands.canary import Canary
from satark.core import Core
from satark.jobs.redis import private_socket, redis_settings
from satark.settings import Settings
from satark.store.clock import hour_of, start_of

MANY_ROWS = 1000
# SQLite's log and its index lie beside the file.
BESIDE = ("", "-wal", "-shm", "-journal")
ELSEWHERE = ("backups", "swap and core dumps", "the logs of a proxy before it")


@dataclass
class Searched:
    """Where it was looked, what could not be reached from here, and what was found where: never the mark itself."""

    places: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=lambda: list(ELSEWHERE))
    found: dict[str, list[str]] = field(default_factory=dict)

    def look(self, place: str, found: Sequence[str]) -> None:
        if found:
            self.found[place] = sorted({*self.found.get(place, ()), *found})


async def search(core: Core, canary: Canary, since: int, logs: Iterable[Path]) -> Searched:
    """`since` is when the marks came into the world, in unix seconds: what is older cannot hold them. Times at rest may be
    rounded down to the hour."""
    searched, since = Searched(), start_of(hour_of(since))
    await _database(core, canary, searched)
    await _folder(core.settings.data_dir, canary, since, searched)
    if not core.settings.evidence.startswith("file:"):
        await _blobs(core, canary, since, searched)
    await _redis(core.settings, canary, searched)
    await _logs(logs, canary, searched)
    return searched


async def _database(core: Core, canary: Canary, searched: Searched) -> None:
    """The bytes of SQLite's files; of PostgreSQL every row of every table."""
    store = core.store
    if store.is_sqlite:
        files = [Path(f"{store.url.database}{suffix}") for suffix in BESIDE]
        await _files([file for file in files if file.exists()], canary, searched)
        searched.places.append("the database: its file and log")
        return
    rows = 0
    async with store.read() as db:
        for name, table in SQLModel.metadata.tables.items():
            async for part in (await db.stream(table.select())).partitions(MANY_ROWS):
                rows += len(part)
                data = b"\0".join(one if isinstance(one, bytes) else str(one).encode() for row in part for one in row)
                searched.look(f"table {name}", await asyncio.to_thread(canary.found_in, data))
    searched.places.append(f"the database: {len(SQLModel.metadata.tables)} tables, {rows} rows")
    searched.unreached.append("PostgreSQL's own files: its log, its WAL and their archive")


async def _folder(folder: Path, canary: Canary, since: int, searched: Searched) -> None:
    files = await asyncio.to_thread(_new_files, folder, since)
    await _files(files, canary, searched)
    searched.places.append(f"{folder}: {len(files)} files that changed since then")


def _new_files(folder: Path, since: int) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_mtime >= since]


async def _files(files: Iterable[Path], canary: Canary, searched: Searched) -> None:
    for file in files:
        try:
            searched.look(str(file.name), await asyncio.to_thread(canary.found_in_file, file))
        except FileNotFoundError:
            continue


async def _blobs(core: Core, canary: Canary, since: int, searched: Searched) -> None:
    """Evidence in a store elsewhere."""
    blobs, number = core.keeper.blobs, 0
    async for names in blobs.stored(since, 2 * since):
        for name in names:
            data = b"".join([chunk async for chunk in blobs.get(name)])
            searched.look(f"evidence {name}", await asyncio.to_thread(canary.found_in, data))
            number += 1
    host = urlsplit(core.settings.evidence)
    searched.places.append(f"evidence at {host.scheme}://{host.netloc}: {number} files that are new since then")


async def _redis(settings: Settings, canary: Canary, searched: Searched) -> None:
    """Every key with its value, as Redis would write it to a disk."""
    url, socket = settings.redis_url.get_secret_value(), private_socket(settings.data_dir)
    if not url and not socket.exists():
        searched.unreached.append("Redis: SATARK_REDIS_URL is not set, and no private one listens in the data folder")
        return
    try:
        pool = await create_pool(redis_settings(url or f"unix://{socket}"))
    except (RedisError, OSError):
        searched.unreached.append("Redis: it does not answer")
        return
    keys = await pool.keys("*")
    dump = b"".join([key + (await pool.dump(key) or b"") for key in keys])
    await pool.aclose()
    searched.look("Redis", canary.found_in(dump))
    searched.places.append(f"Redis: {len(keys)} keys")


async def _logs(logs: Iterable[Path], canary: Canary, searched: Searched) -> None:
    files = list(logs)
    there = [file for file in files if file.is_file()]
    await _files(there, canary, searched)
    searched.places += [f"log {file}" for file in there]
    searched.unreached += [f"log {file}: there is no such file" for file in files if file not in there]
    if not files:
        searched.unreached.append("the log: say where it is with --log, or in SATARK_LOG_FILE")
