"""New keys for old, while everything runs.

A file of keys holds one key or several, newest first once they are in use; the first closes, all open. So a new key is
first `added`, behind the others, and every process learns to open with it; then it is `used`, and they close with it one
after the other; then what is closed to old keys is closed anew, and the old ones are dropped. Between two steps all
processes are started again, in any order.

`lookup.key` cannot be exchanged like this: it makes hashes, which nothing can be made of anew. `push.key` is the name under
which browsers know us, and `audit.key` that under which others know our audit log.

The database knows which keys there are (store/fingerprints.py), and each step tells it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nacl.utils import random
from sqlalchemy import and_, select, tuple_, update

from satark.store.engine import Store
from satark.store.fingerprints import fingerprints_of, note_added, note_dropped, note_used
from satark.store.informants import Conversation, Outbox, ReturnAddress
from satark.store.key_files import replace
from satark.store.keys import PAIRS, Keys, public_of
from satark.store.officers import ChangeRequest, Draft, Officer, SignIn
from satark.store.sealing import KEY_BYTES, CannotOpen, Locker, Opener, each_key
from satark.store.tables import AccusationRequest, Evidence, LetterWords, Message, UploadPart

_tables: Any = (
    AccusationRequest,
    ChangeRequest,
    Conversation,
    Draft,
    Evidence,
    LetterWords,
    Message,
    Officer,
    Outbox,
    ReturnAddress,
    SignIn,
    UploadPart,
)
_request, _change, _conversation, _draft, _evidence, _words, _message, _officer, _outbox, _address, _sign_in, _part = (
    _tables
)
CLOSED: dict[str, tuple[Any, ...]] = {
    "content": (
        _message.sealed, _request.sealed, _draft.sealed, _evidence.key, _evidence.poster_key, _evidence.peaks, _part.key,
    ),
    "reply": (_message.sealed,),
    "courier": (
        _conversation.sealed_address, _address.sealed, _outbox.sealed_address, _outbox.sealed_prompts, _evidence.source,
    ),
    "conversation": (_conversation.state,),
    "officers": (_officer.second, _sign_in.secret, _change.secret),
    "search": (_words.words, _evidence.looks),
}  # fmt: skip
"""What is closed to each key that can be exchanged."""
PAGE = 500


class NotNow(Exception):
    """The step that comes before has not been done. The message says which."""


async def add(store: Store, folder: Path, name: str) -> None:
    """Make a new key, which only opens yet. The database knows it first: no process is stopped for it."""
    path = folder / f"{name}.key"
    content = path.read_bytes() + random(KEY_BYTES)
    async with store.write() as db:
        await note_added(db, name, _prints(name, content))
    replace(path, content)


async def use(store: Store, folder: Path, name: str) -> None:
    """Close with the newest from now on. Raises NotNow where none was added."""
    path = folder / f"{name}.key"
    *old, new = each_key(path.read_bytes())
    if not old:
        raise NotNow(f"there is one key in {path.name}: `satark keys add {name}` first")
    async with store.write() as db:
        await note_added(db, name, _prints(name, b"".join((*old, new))))
        await note_used(db, name, *_prints(name, new))
    replace(path, b"".join((new, *old)))
    if name in PAIRS:
        replace(folder / f"{name}.pub", public_of(name, new))


async def drop(store: Store, folder: Path, name: str) -> None:
    """Keep the key that closes, and no other."""
    path = folder / f"{name}.key"
    kept = path.read_bytes()[:KEY_BYTES]
    replace(path, kept)
    async with store.write() as db:
        await note_dropped(db, name, *_prints(name, kept))


def _prints(name: str, content: bytes) -> list[str]:
    return fingerprints_of(Keys({f"{name}.key": content}))[name]


async def reseal(store: Store, name: str, keys: bytes) -> int:
    """Close anew what is closed to old keys of this name. Returns how much that was."""
    newest, *old = each_key(keys)
    if not old:
        return 0
    kind = Opener if name in PAIRS else Locker
    new, opening = kind(newest), kind(b"".join(old))
    return sum([await _column(store, column, new, opening) for column in CLOSED[name]])


async def _column(store: Store, column: Any, new: Opener | Locker, old: Opener | Locker) -> int:
    table = column.class_.__table__
    key, done, place = list(table.primary_key), 0, None
    while True:
        page = select(*key, column).where(column.is_not(None)).order_by(*key).limit(PAGE)
        async with store.read() as db:
            rows = list(await db.execute(page if place is None else page.where(tuple_(*key) > place)))
        if not rows:
            return done
        place = tuple(rows[-1][: len(key)])
        changed = list(_closed_anew(rows, new, old))
        done += len(changed)
        async with store.write() as db:
            for row, closed in changed:
                # What somebody changed meanwhile is closed to the new key already.
                here = and_(*(one == value for one, value in zip(key, row, strict=False)), column == row[-1])
                await db.execute(update(table).where(here).values({column.key: closed}))


def _closed_anew(rows: list[Any], new: Opener | Locker, old: Opener | Locker) -> Iterator[tuple[Any, bytes]]:
    for row in rows:
        try:
            yield row, new.close(old.open(row[-1]))
        except CannotOpen:
            continue
