"""How fast each informant may be written to. The database keeps it by a keyed hash; a process knows what it sent since."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.delivery.rates import after_one, wait_for
from satark.store.among import among
from satark.store.clock import exact
from satark.store.engine import Store
from satark.store.informants import Pace

_pace: Any = Pace
_READY = select(_pace.key, _pace.ready).where(among(_pace.key, "keys"))


@dataclass(frozen=True)
class Pair:
    """We and one informant: `key` is a keyed hash of who, `interval` the seconds between two messages."""

    key: str
    interval: float
    burst: int


class Paces:
    """Of all that are written to by this process, read for many at a time."""

    def __init__(self) -> None:
        self._ready: dict[str, float] = {}

    async def learn(self, store: Store, pairs: Sequence[Pair]) -> None:
        """What other processes sent them; and forget those whose pace is over."""
        moment = exact()
        self._ready = {key: ready for key, ready in self._ready.items() if ready > moment}
        if pairs:
            async with store.read() as db:
                for key, ready in (await _ready(db, pairs)).items():
                    self._ready[key] = max(ready, self._ready.get(key, 0.0))

    def wait(self, pair: Pair) -> float:
        """Seconds until they may be written to."""
        return wait_for(self._ready.get(pair.key, 0.0), exact(), pair.interval, pair.burst)

    def spend(self, pair: Pair) -> None:
        """They are written to now. Should nothing come of it, they wait once longer than they must."""
        self._ready[pair.key] = after_one(self._ready.get(pair.key, 0.0), exact(), pair.interval, pair.burst)


async def _ready(db: AsyncConnection, pairs: Sequence[Pair]) -> dict[str, float]:
    rows = await db.execute(_READY, {"keys": {pair.key for pair in pairs}})
    return {row.key: row.ready for row in rows}


async def account(db: AsyncConnection, store: Store, pairs: Sequence[Pair]) -> None:
    """A message was sent to each of them; to one who is there twice, two. In one order for all workers, or two of them
    would wait for each other."""
    if not pairs:
        return
    ready, moment = await _ready(db, pairs), exact()
    for pair in pairs:
        ready[pair.key] = after_one(ready.get(pair.key, 0.0), moment, pair.interval, pair.burst)
    insert = store.insert(Pace)
    upsert = insert.on_conflict_do_update(index_elements=["key"], set_={"ready": insert.excluded.ready})
    await db.execute(upsert, [{"key": key, "ready": ready[key]} for key in sorted(ready)])


async def forget(db: AsyncConnection) -> None:
    """Those that are over."""
    await db.execute(delete(Pace).where(_pace.ready <= exact()))
