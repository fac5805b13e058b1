"""The outbox as the courier changes it: claim, begin a part, record it, postpone, hold, finish."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.delivery.backoff import MOST_ATTEMPTS, wait
from satark.delivery.leases import LEASE, Leases, renewed
from satark.delivery.rates import after_one, wait_for
from satark.store.clock import DAY, day_of, exact, now
from satark.store.engine import Store
from satark.store.tables import Message, Outbox, Pace, SentPart
from satark.tips.letters import Delivery

AT_ONCE = 50
# For so long, in seconds, a provider may still say that what it took has failed.
KEPT = 600
HELD = 30 * DAY

_outbox: Any = Outbox
_message: Any = Message
_pace: Any = Pace


@dataclass(frozen=True)
class Pair:
    """We and one informant: `key` is a keyed hash of who, `interval` the seconds between two messages."""

    key: str
    interval: float
    burst: int


async def claim(store: Store, leases: Leases, channel: str, lease: int, most: int = AT_ONCE) -> Sequence[Any]:
    """Errands of a channel that are due, out of reach of other workers until the lease ends."""
    moment = lease - LEASE
    due = (_outbox.state == "due") & (_outbox.due <= moment) & leases.free(moment)
    wanted = select(Outbox).where(due, _outbox.channel == channel).order_by(_outbox.due, _outbox.place).limit(most)
    async with store.write() as db:
        rows = (await db.execute(wanted.with_for_update(skip_locked=True))).all()
        ids = [row.id for row in rows]
        await db.execute(update(Outbox).where(_outbox.id.in_(ids)).values(claimed_until=lease))
    return rows


async def begin(store: Store, row: Any, lease: int, reported_as: str, part: int) -> int:
    """Renew the lease, and note the id under which the provider will report, for it may report before it answers.

    Returns the new lease; 0 where the errand is no longer ours, for those before it took longer than the lease.
    """
    own = (_outbox.id == row.id) & (_outbox.claimed_until == lease)
    longer = renewed(lease, now())
    async with store.write() as db:
        ours = (await db.execute(update(Outbox).where(own).values(claimed_until=longer))).rowcount == 1
        if ours and reported_as:
            await _note(db, store, row, [reported_as], part)
    return longer if ours else 0


async def _note(db: AsyncConnection, store: Store, row: Any, keys: Iterable[str], part: int) -> None:
    known = {"message_id": row.message_id, "errand": row.id, "part": part, "day": day_of(now())}
    statement = store.insert(SentPart).on_conflict_do_nothing()
    await db.execute(statement, [{"key": key, **known} for key in keys])


async def record(store: Store, row: Any, part: int, keys: Sequence[str], pair: Pair | None) -> None:
    """A part was sent: the next try begins behind it."""
    async with store.write() as db:
        await db.execute(update(Outbox).where(_outbox.id == row.id).values(part=part + 1, attempts=0))
        await _account_for(db, store, row, part, keys, pair)


async def _account_for(
    db: AsyncConnection, store: Store, row: Any, part: int, keys: Sequence[str], pair: Pair | None
) -> None:
    """Note the ids of a message that was sent, and that it was sent to somebody."""
    if keys:
        await _note(db, store, row, keys, part)
    if pair is None:
        return
    ready = (await db.execute(select(_pace.ready).where(_pace.key == pair.key))).scalar_one_or_none()
    insert = store.insert(Pace).values(key=pair.key, ready=after_one(ready or 0.0, exact(), pair.interval, pair.burst))
    await db.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"ready": insert.excluded.ready}))


async def postpone(store: Store, row: Any, asked: float) -> int:
    """Back into the outbox with a growing wait. Returns when it is due; 0 where it is given up."""
    if row.attempts + 1 >= MOST_ATTEMPTS:
        return 0
    due = now() + wait(row.attempts, asked, secrets.SystemRandom().random())
    await put_back(store, [row], due, attempts=row.attempts + 1)
    return due


async def put_back(store: Store, rows: Sequence[Any], due: int, **changes: Any) -> None:
    """Back into the outbox, through no fault of their own."""
    values = {"due": due, "claimed_until": 0, **changes}
    async with store.write() as db:
        await db.execute(update(Outbox).where(_outbox.id.in_([row.id for row in rows])).values(**values))


async def hold(store: Store, row: Any) -> None:
    """Until the informant writes, or for a month."""
    await put_back(store, [row], now() + HELD, state="held", part=0, attempts=0)


async def finish_sent(
    store: Store, row: Any, part: int, keys: Sequence[str], pair: Pair | None, *, reports: bool
) -> None:
    """The last part was sent. Where the provider may still report a failure, the errand is kept for a while."""
    async with store.write() as db:
        if reports:
            kept = {"state": "sent", "due": now() + KEPT, "claimed_until": 0}
            await db.execute(update(Outbox).where(_outbox.id == row.id).values(**kept))
        else:
            await db.execute(delete(Outbox).where(_outbox.id == row.id))
        await _account_for(db, store, row, part, keys, pair)
        await _settle_letter(db, row, Delivery.SENT)


async def finish(store: Store, row: Any, delivery: Delivery) -> None:
    """The errand is over without having been sent."""
    async with store.write() as db:
        await db.execute(delete(Outbox).where(_outbox.id == row.id))
        await _settle_letter(db, row, delivery)


async def _settle_letter(db: AsyncConnection, row: Any, delivery: Delivery) -> None:
    """A letter of a tip knows how far it came."""
    if row.message_id:
        unread = (_message.id == row.message_id) & (_message.delivery == Delivery.QUEUED)
        await db.execute(update(Message).where(unread).values(delivery=delivery.value))


async def homeless(store: Store, channels: Iterable[str]) -> Sequence[Any]:
    """Errands for a channel that has not been on for a day."""
    lost = _outbox.channel.not_in(list(channels)) & (_outbox.state == "due") & (_outbox.due < now() - DAY)
    wanted = select(Outbox).where(lost).limit(AT_ONCE)
    async with store.read() as db:
        return (await db.execute(wanted)).all()


async def forget_kept(store: Store) -> None:
    """Destroy what was kept for a report that did not come, what was held too long, and paces that are over."""
    over = (_outbox.state != "due") & (_outbox.due <= now())
    async with store.write() as db:
        await db.execute(delete(Outbox).where(over))
        await db.execute(delete(Pace).where(_pace.ready <= exact()))


async def wait_of(store: Store, pair: Pair) -> float:
    """Seconds until an informant may be written to."""
    async with store.read() as db:
        ready = (await db.execute(select(_pace.ready).where(_pace.key == pair.key))).scalar_one_or_none()
    return wait_for(ready or 0.0, exact(), pair.interval, pair.burst)
