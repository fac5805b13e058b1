"""Fingerprints of the keys of an installation, so that no process works with the keys of another.

A fingerprint is a hash keyed with the key itself (of a pair: with its public half), cut to 16 bytes: nobody finds a key
by it. The first process that has a key writes its fingerprint down; whoever comes later must have the same. While a key is
exchanged (store/rotation.py) the old and the new one are both known, and one of them is in use.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.engine import Store
from satark.store.keys import PAIRS, Keys, public_of
from satark.store.sealing import each_key
from satark.store.tables import KeyFingerprint
from satark.store.writing import upsert

FINGERPRINT_BYTES = 16

_row: Any = KeyFingerprint


def fingerprint(name: str, key: bytes) -> str:
    """Return the fingerprint of one key, in hex. `key` is the secret, or of a pair the public half."""
    # BLAKE2b takes 64 bytes of key; a public key on P-256 has 65, of which the first is the same for all.
    return blake2b(name.encode(), digest_size=FINGERPRINT_BYTES, key=key[-64:], person=b"satark key").hexdigest()


def fingerprints_of(keys: Keys) -> dict[str, list[str]]:
    """Return the fingerprints of the keys that a process has, by name: of each file that which closes comes first."""
    found: dict[str, list[str]] = {}
    for file, content in keys.found.items():
        name, _, part = file.partition(".")
        if part == "key" or f"{name}.key" not in keys:
            parts = [content] if part == "pub" else each_key(content)
            found[name] = [_one(name, part, key) for key in parts]
    return found


def _one(name: str, part: str, key: bytes) -> str:
    return fingerprint(name, public_of(name, key) if name in PAIRS and part == "key" else key)


async def mismatched_keys(store: Store, keys: Keys) -> list[str]:
    """Return the names of the keys that are not those of this installation. What nobody had before is written down."""
    own = fingerprints_of(keys)
    if not await _unknown(store, own):
        return await _different(store, own, keys)
    async with store.write() as db:
        known = {row.name for row in await db.execute(select(_row.name))}
        await _register(db, {name: prints[0] for name, prints in own.items() if name not in known})
    return await _different(store, own, keys)


async def known_keys(store: Store) -> set[str]:
    """Return the names of the keys that this installation has."""
    async with store.read() as db:
        return set((await db.execute(select(_row.name))).scalars())


async def _unknown(store: Store, own: Iterable[str]) -> set[str]:
    return set(own) - await known_keys(store)


async def _register(db: AsyncConnection, prints: Mapping[str, str]) -> None:
    rows = [{"name": name, "fingerprint": value, "in_use": True} for name, value in prints.items()]
    if rows:
        await db.execute(upsert(db, KeyFingerprint).on_conflict_do_nothing(), rows)


async def _different(store: Store, own: Mapping[str, list[str]], keys: Keys) -> list[str]:
    async with store.read() as db:
        rows = list(await db.execute(select(KeyFingerprint)))
    known: dict[str, set[str]] = {}
    for row in rows:
        known.setdefault(row.name, set()).add(row.fingerprint)
    in_use = {row.name: row.fingerprint for row in rows if row.in_use}
    return sorted(name for name, prints in own.items() if not _fits(prints, known[name], in_use.get(name), name, keys))


def _fits(prints: list[str], known: set[str], in_use: str | None, name: str, keys: Keys) -> bool:
    """What closes must be known, and who opens must have the key in use. Who only closes may have the older one, until the
    new file is copied."""
    opens = f"{name}.key" in keys
    return prints[0] in known and (not opens or in_use is None or in_use in prints)


async def note_added(db: AsyncConnection, name: str, prints: list[str]) -> None:
    """Write down a new key beside the one in use. `prints` are those of the file, in its order."""
    await _register(db, {name: prints[0]})
    rows = [{"name": name, "fingerprint": one, "in_use": False} for one in prints[1:]]
    await db.execute(upsert(db, KeyFingerprint).on_conflict_do_nothing(), rows)


async def note_used(db: AsyncConnection, name: str, newest: str) -> None:
    """The new key is in use from now on."""
    mine = _row.name == name
    await db.execute(update(KeyFingerprint).where(mine).values(in_use=False))
    await db.execute(update(KeyFingerprint).where(mine, _row.fingerprint == newest).values(in_use=True))


async def note_dropped(db: AsyncConnection, name: str, kept: str) -> None:
    """No other key of this name is known any more."""
    await db.execute(delete(KeyFingerprint).where(_row.name == name, _row.fingerprint != kept))
