"""`satark backup` and `satark restore`: the database and the ciphertexts, never the keys."""

import asyncio
import shutil
from hashlib import file_digest
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import delete, func, select

from satark import __version__
from satark.commands.dumps import CannotBackUp, dump, load
from satark.evidence.blobs import Blobs
from satark.settings import Settings
from satark.store.checks import wrong_keys
from satark.store.clock import DAY, hour_of, now
from satark.store.engine import Store
from satark.store.fingerprints import mismatched_keys
from satark.store.informants import Conversation, Outbox, ReturnAddress
from satark.store.keys import audit_public, load_keys
from satark.store.migrate import migrate
from satark.store.officers import Officer
from satark.store.tables import Evidence, Tip, UploadPart
from satark.tips.audit import note_command
from satark.tips.audit_heads import verify_log

MANIFEST, DATABASE, FILES = "manifest.json", "database", "evidence"
TRIES = 3
_evidence: Any = Evidence
_part: Any = UploadPart


class Manifest(Struct):
    """What a backup holds. `hour` is hours since 1970."""

    version: str
    hour: int
    database: str
    sha256: str
    files: int


async def back_up(settings: Settings, folder: Path) -> Manifest:
    """Copy a running installation into a new folder. Raises CannotBackUp.

    Files are copied before and after the database: one that it names and that was replaced in between is looked for in the
    next try."""
    try:
        await asyncio.to_thread(folder.mkdir, 0o700, parents=True)
    except FileExistsError:
        raise CannotBackUp(f"{folder} is there already: name a new folder") from None
    try:
        return await _back_up(settings, folder)
    except BaseException:
        # What is half there would be in the way of the next try, and nobody must take it for a backup.
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        raise


async def _back_up(settings: Settings, folder: Path) -> Manifest:
    store, blobs, there = (
        Store(settings.database),
        Blobs(settings.evidence),
        Blobs((folder / FILES).absolute().as_uri()),
    )
    try:
        for _ in range(TRIES):
            await _copy(blobs, there)
            named = await _named(store)
            await asyncio.to_thread(dump, store.url, folder / DATABASE)
            await _copy(blobs, there)
            kept = await _names(there)
            if named <= kept:
                break
        else:
            raise CannotBackUp(f"{len(named - kept)} files are missing from the store of evidence: look at it first")
        async with store.write() as db:
            await note_command(db, "backup", detail=f"{len(kept)} files")
    finally:
        await store.dispose()
    manifest = Manifest(__version__, hour_of(now()), store.url.get_backend_name(), _hash(folder / DATABASE), len(kept))
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return manifest


async def restore(settings: Settings, folder: Path, *, forget: bool = False) -> Manifest:
    """Bring a backup into an installation that has nothing yet. With `forget`, nobody is written to any more: who said
    "delete" after the backup was made stays deleted. Raises CannotBackUp."""
    manifest = _manifest(folder / MANIFEST)
    store, keys = Store(settings.database), load_keys(settings.keys)
    try:
        if manifest.database != store.url.get_backend_name():
            raise CannotBackUp(f"the backup is of {manifest.database}: restore it into one, and move it then")
        if _hash(folder / DATABASE) != manifest.sha256:
            raise CannotBackUp("the database of the backup is damaged: take another")
        await _must_be_empty(store)
        await asyncio.to_thread(load, store.url, folder / DATABASE)
        await migrate(store)
        await _copy(Blobs((folder / FILES).absolute().as_uri()), Blobs(settings.evidence))
        if forget:
            await _forget(store)
        async with store.write() as db:
            verdict = await verify_log(db, audit_public(keys))
            if verdict.is_whole:
                await note_command(db, "restore")
        wrong = wrong_keys(await mismatched_keys(store, keys))
    finally:
        await store.dispose()
    if wrong:
        raise CannotBackUp(f"restored, but in {settings.keys} there are {wrong}")
    if not verdict.is_whole:
        entry = verdict.broken if verdict.broken is not None else verdict.forged
        raise CannotBackUp(f"restored, but entry {entry} of the audit log was changed or is missing")
    return manifest


def _manifest(path: Path) -> Manifest:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        raise CannotBackUp(f"{path.parent} is no backup, or one that was not finished") from None


async def _must_be_empty(store: Store) -> None:
    """Nothing may be there but the tables of this version, which are made so that one can look."""
    await migrate(store)
    async with store.read() as db:
        for table in (Tip, Officer):
            if (await db.execute(select(func.count()).select_from(table))).scalar_one():
                raise CannotBackUp("there are tips or accounts here already: restore into an empty installation")
    await store.dispose()


async def _forget(store: Store) -> None:
    async with store.write() as db:
        for table in (ReturnAddress, Outbox, Conversation):
            await db.execute(delete(table))


async def _named(store: Store) -> set[str]:
    """The ciphertexts that rows name."""
    async with store.read() as db:
        rows = [*await db.execute(select(_evidence.blob, _evidence.poster)), *await db.execute(select(_part.blob))]
    return {name for row in rows for name in row if name}


async def _names(blobs: Blobs) -> set[str]:
    return {name async for page in blobs.stored(0, now() + DAY) for name in page}


async def _copy(source: Blobs, target: Blobs) -> None:
    """What is not there yet."""
    for name in sorted(await _names(source) - await _names(target)):
        try:
            await target.put(name, source.get(name))
        except FileNotFoundError:
            # Replaced by its clean copy, or destroyed, since it was listed.
            continue


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
