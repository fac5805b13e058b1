"""The outbox as the courier changes it: errands are claimed many at a time, and what became of them is written so too.

What became of an errand is an entry. All entries that the ledger has at a moment are one transaction, a statement a kind.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.delivery import paces
from satark.delivery.leases import LEASE, renewed
from satark.delivery.paces import Pair
from satark.store.among import among
from satark.store.clock import DAY, day_of, now
from satark.store.engine import Store
from satark.store.informants import Outbox, SentPart
from satark.store.tables import Message
from satark.tips.letters import Delivery

# For so long, in seconds, a provider may still say that what it took has failed.
KEPT = 600
HELD = 30 * DAY
# The part that a knock is: before all that is to be said.
KNOCK = -1
MOST_HOMELESS = 50

_outbox: Any = Outbox
_message: Any = Message
_part: Any = SentPart


@dataclass(frozen=True)
class Begun:
    """A part is about to be sent, some time after its errand was claimed: the lease is renewed if it is still ours. The
    provider will report on it as `reported_as`."""

    row: Any
    lease: int
    part: int
    reported_as: str


@dataclass(frozen=True)
class PartSent:
    """The next try begins behind this part. `keys` are the keyed hashes under which the provider reports on it."""

    row: Any
    part: int
    keys: Sequence[str]
    pair: Pair | None


@dataclass(frozen=True)
class AllSent(PartSent):
    """The last part was sent. Where the provider may still report a failure, the errand is kept for a while."""

    kept: bool


@dataclass(frozen=True)
class PutBack:
    """To be tried again, at `due` in unix seconds."""

    row: Any
    due: int
    attempts: int


@dataclass(frozen=True)
class Held:
    """It waits until the informant writes, or for a month."""

    row: Any


@dataclass(frozen=True)
class Over:
    """It is over without having been sent."""

    row: Any
    delivery: Delivery


Entry = Begun | PartSent | AllSent | PutBack | Held | Over
Kinds = dict[type[Entry], list[Any]]

_ids = among(_outbox.id, "ids")
_this = _outbox.id == bindparam("errand")
_CLAIMED = update(Outbox).where(_ids).values(claimed_until=bindparam("lease"))
_LEASES = select(_outbox.id, _outbox.claimed_until).where(_ids).with_for_update()
_RENEWED = update(Outbox).where(_this).values(claimed_until=bindparam("lease"))
_PART = update(Outbox).where(_this).values(part=bindparam("behind"), attempts=0)
_KEPT = update(Outbox).where(_ids).values(state="sent", due=bindparam("until"), claimed_until=0)
_BACK = update(Outbox).where(_this).values(due=bindparam("then"), claimed_until=0, attempts=bindparam("tried"))
_HELD = (
    update(Outbox)
    .where(_ids)
    .values(state="held", due=bindparam("until"), claimed_until=0, part=0, attempts=0)
)  # fmt: skip
_GONE = delete(Outbox).where(_ids)
_LETTER = (
    update(Message)
    .where(among(_message.id, "ids") & (_message.delivery == Delivery.QUEUED))
    .values(delivery=bindparam("came"))
)


def wire_key(row: Any, part: int) -> str:
    """Return the name under which a provider knows a part: the same for each try, and of no use without the errand's row,
    which is gone when the errand is."""
    return blake2b(f"{row.provider_ref}:{part}".encode(), digest_size=16).hexdigest()


def first_part(row: Any) -> int:
    """With which part an errand goes on."""
    return KNOCK if row.knocking else int(row.part)


async def claim(
    store: Store, channel: str, free: Any, lease: int, most: int, reported_as: Callable[[str], str]
) -> Sequence[Any]:
    """Errands of a channel that are due and `free` (leases.py), out of reach of other workers until the lease ends. Of each
    the first part may be sent: it is noted as what the provider will report on it, for it may report before it answers."""
    due = (_outbox.state == "due") & (_outbox.due <= lease - LEASE) & free
    wanted = select(Outbox).where(due, _outbox.channel == channel).order_by(_outbox.due, _outbox.place).limit(most)
    async with store.write() as db:
        rows = (await db.execute(wanted.with_for_update(skip_locked=True))).all()
        if rows:
            await db.execute(_CLAIMED, {"ids": [row.id for row in rows], "lease": lease})
            parts = [(row, first_part(row)) for row in rows]
            await _note(db, store, [(row, part, reported_as(wire_key(row, part))) for row, part in parts])
    return rows


async def write(store: Store, entries: Sequence[Entry]) -> list[int]:
    """All of them in one transaction. Returns of each `Begun` the new lease, 0 where the errand is no longer ours, for
    those before it took longer than the lease; and 0 of all others."""
    kinds: Kinds = defaultdict(list)
    for entry in entries:
        kinds[type(entry)].append(entry)
    async with store.write() as db:
        leases = await _renew(db, store, kinds[Begun])
        await _move(db, kinds)
        await _end(db, kinds)
        sent: list[PartSent] = kinds[PartSent] + kinds[AllSent]
        await _note(db, store, [(one.row, one.part, key) for one in sent for key in one.keys])
        await paces.account(db, store, [one.pair for one in sent if one.pair])
    return [leases.get(entry.row.id, 0) if isinstance(entry, Begun) else 0 for entry in entries]


async def _renew(db: AsyncConnection, store: Store, begun: Sequence[Begun]) -> dict[str, int]:
    if not begun:
        return {}
    rows = await db.execute(_LEASES, {"ids": [one.row.id for one in begun]})
    held = {row.id: row.claimed_until for row in rows}
    ours = [one for one in begun if held.get(one.row.id) == one.lease]
    leases = {one.row.id: renewed(one.lease, now()) for one in ours}
    if leases:
        await db.execute(_RENEWED, [{"errand": errand, "lease": lease} for errand, lease in leases.items()])
    await _note(db, store, [(one.row, one.part, one.reported_as) for one in ours])
    return leases


async def _move(db: AsyncConnection, kinds: Kinds) -> None:
    """Those that stay in the outbox."""
    if parts := [{"errand": one.row.id, "behind": one.part + 1} for one in kinds[PartSent]]:
        await db.execute(_PART, parts)
    if back := [{"errand": one.row.id, "then": one.due, "tried": one.attempts} for one in kinds[PutBack]]:
        await db.execute(_BACK, back)
    if held := [one.row.id for one in kinds[Held]]:
        await db.execute(_HELD, {"ids": held, "until": now() + HELD})
    if kept := [one.row.id for one in kinds[AllSent] if one.kept]:
        await db.execute(_KEPT, {"ids": kept, "until": now() + KEPT})


async def _end(db: AsyncConnection, kinds: Kinds) -> None:
    """Those that leave it; and a letter of a tip knows how far it came."""
    gone = [*kinds[Over], *(one for one in kinds[AllSent] if not one.kept)]
    if gone:
        await db.execute(_GONE, {"ids": [one.row.id for one in gone]})
    letters: dict[Delivery, list[str]] = defaultdict(list)
    for one in (*kinds[Over], *kinds[AllSent]):
        if one.row.message_id:
            letters[one.delivery if isinstance(one, Over) else Delivery.SENT].append(one.row.message_id)
    for delivery, ids in letters.items():
        await db.execute(_LETTER, {"ids": ids, "came": delivery.value})


async def _note(db: AsyncConnection, store: Store, reports: Iterable[tuple[Any, int, str]]) -> None:
    """Under which keys the provider reports on which part of an errand; there are none of an empty key."""
    day = day_of(now())
    rows = [
        {"key": key, "message_id": row.message_id, "errand": row.id, "part": part, "day": day}
        for row, part, key in reports
        if key
    ]
    if rows:
        await db.execute(store.insert(SentPart).on_conflict_do_nothing(), rows)


async def homeless(store: Store, channels: Iterable[str]) -> Sequence[Any]:
    """Errands for a channel that has not been on for a day."""
    lost = _outbox.channel.not_in(list(channels)) & (_outbox.state == "due") & (_outbox.due < now() - DAY)
    wanted = select(Outbox).where(lost).limit(MOST_HOMELESS)
    async with store.read() as db:
        return (await db.execute(wanted)).all()


async def forget_kept(store: Store) -> None:
    """Destroy what was kept for a report that did not come, what was held too long, and paces that are over. Of answers no
    report is awaited from then on."""
    over = (_outbox.state != "due") & (_outbox.due <= now())
    answers = (_part.message_id == "") & _part.errand.in_(select(_outbox.id).where(over))
    async with store.write() as db:
        await db.execute(delete(SentPart).where(answers))
        await db.execute(delete(Outbox).where(over))
        await paces.forget(db)
