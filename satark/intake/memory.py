"""Running conversations at rest: encrypted with the gateway's key, found by a keyed hash, gone with their end."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, delete, literal_column, null, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.conversation.state import Ask, State
from satark.store.among import among
from satark.store.engine import Store
from satark.store.informants import Conversation, Mute, SeenEvent
from satark.store.sealing import CannotOpen, Locker
from satark.store.writing import Row, Script

FIVE_MINUTES = 300
# In one order for all, or two gateways would wait for each other: OFFSET 0 keeps the planner from leaving it out. All that a
# batch looks at it knows by key: however few rows a table had when it was last counted, none is read from end to end.
_HOLD = text(
    "SELECT set_config('enable_seqscan', 'off', true), pg_advisory_xact_lock(number) FROM"
    " (SELECT hashtextextended(key, 0) AS number FROM unnest(CAST(:keys AS text[])) AS key ORDER BY 1 OFFSET 0) AS numbers"
)


class Remembered(Struct, frozen=True, omit_defaults=True):
    """A conversation's state, what was said last, for a request that is repeated, how often something was said, and whether
    who spoke last is muted: the clock may submit what they said.

    `unsaid` are the notices of the last answer and `answer` is the id of its row: one that follows before it is sent takes
    its place, and says them. `said_at` is the second until which the last answer waits for what may follow; 0 where it does
    not wait.
    """

    state: State = State()
    said: tuple[Ask, ...] = ()
    unsaid: tuple[Ask, ...] = ()
    answer: str = ""
    turns: int = 0
    said_at: int = 0
    muted: bool = False


class Recalled(Struct, frozen=True):
    remembered: Remembered
    sealed_address: bytes
    expires: int


_decoder = msgspec.json.Decoder(Remembered)


def lock(locker: Locker, remembered: Remembered) -> bytes:
    return locker.close(msgspec.json.encode(remembered))


def unlock(locker: Locker, state: bytes) -> Remembered:
    """A conversation whose key was replaced, or that an older version wrote, starts anew."""
    try:
        return _decoder.decode(locker.open(state))
    except (CannotOpen, msgspec.DecodeError):
        return Remembered()


def rounded_up(seconds: int) -> int:
    return -(-seconds // FIVE_MINUTES) * FIVE_MINUTES


async def hold(db: AsyncConnection, store: Store, keys: Iterable[str]) -> None:
    """Keep other gateways from these conversations until the transaction ends, and look things up by their index until
    then. On SQLite the write lock does the one, and its planner the other."""
    if not store.is_sqlite:
        await db.execute(_HOLD, {"keys": list(keys)})


class Known(NamedTuple):
    """What is known before a batch: conversations by key, the keys of messages that were seen before, and the senders
    who are muted."""

    conversations: dict[str, Recalled]
    seen: set[str]
    mutes: set[str]


# Made once: to put a statement together takes longer than to look up ten rows.
_conversation: Any = Conversation
_seen: Any = SeenEvent
_mute: Any = Mute
_IS_SEEN, _IS_MUTED = "seen", "muted"
_RECALL = select(
    literal_column("''").label("kind"),
    _conversation.key,
    _conversation.state,
    _conversation.sealed_address,
    _conversation.expires,
).where(among(_conversation.key, "keys"))
_KNOWN = union_all(
    _RECALL,
    select(literal_column(f"'{_IS_SEEN}'"), _seen.key, null(), null(), null()).where(among(_seen.key, "events")),
    select(literal_column(f"'{_IS_MUTED}'"), _mute.key, null(), null(), null()).where(
        among(_mute.key, "senders"), _mute.until >= bindparam("day")
    ),
)
_FORGET = delete(Conversation).where(among(_conversation.key, "keys"))


async def look_up(
    db: AsyncConnection, locker: Locker, keys: Collection[str], events: list[str], senders: list[str], day: int
) -> Known:
    """All at once, for a statement costs as much as ten rows."""
    known = Known({}, set(), set())
    rows = await db.execute(_KNOWN, {"keys": keys, "events": events, "senders": senders, "day": day})
    for kind, key, state, sealed, number in rows:
        if kind == _IS_SEEN:
            known.seen.add(key)
        elif kind == _IS_MUTED:
            known.mutes.add(key)
        else:
            known.conversations[key] = Recalled(unlock(locker, state), sealed, number)
    return known


async def recall(db: AsyncConnection, locker: Locker, keys: Collection[str]) -> dict[str, Recalled]:
    rows = await db.execute(_RECALL, {"keys": keys})
    return {key: Recalled(unlock(locker, state), sealed, expires) for _, key, state, sealed, expires in rows}


def remember(script: Script, rows: Iterable[Row], known: Mapping[str, Recalled]) -> None:
    """Most rest until the same five minutes as before, which need not be written again."""
    stays: dict[bool, list[Row]] = {False: [], True: []}
    for row in rows:
        before = known.get(row["key"])
        stays[script.rewrites_indexes and before is not None and before.expires == row["expires"]].append(row)
    script.put(Conversation, stays[True], "key", ("state", "sealed_address"))
    script.put(Conversation, stays[False], "key", ("state", "sealed_address", "expires"))


def forget(script: Script, keys: list[str]) -> None:
    if keys:
        script.do(_FORGET, keys=keys)
