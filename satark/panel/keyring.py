"""The passkeys of officers, and whether somebody has a second factor at all."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.panel.sites import Made, Site
from satark.store.clock import now
from satark.store.engine import Store
from satark.store.officers import Officer, Passkey

MOST_NAME = 60
_key: Any = Passkey
_officer: Any = Officer


async def passkeys_of(store: Store, officer_id: str) -> Sequence[Any]:
    """Their passkeys, the oldest first."""
    async with store.read() as db:
        mine = select(Passkey).where(_key.officer_id == officer_id)
        return (await db.execute(mine.order_by(_key.since, _key.id))).all()


async def factors(db: AsyncConnection, officer_id: str) -> int:
    """How many second factors somebody has. It stays true until the transaction ends."""
    mine = select(_officer.second).where(_officer.id == officer_id).with_for_update()
    second = (await db.execute(mine)).scalar_one()
    passkeys = select(func.count()).select_from(Passkey).where(_key.officer_id == officer_id)
    return (second is not None) + int((await db.execute(passkeys)).scalar_one())


async def keep(store: Store, db: AsyncConnection, officer_id: str, passkey: Made, name: str) -> bool:
    """Add a passkey to an officer's; False where there is one of that id."""
    row = Passkey(
        id=passkey.id, officer_id=officer_id, public=passkey.public, counter=passkey.counter, name=name[:MOST_NAME],
        since=now(),
    )  # fmt: skip
    added = store.insert(Passkey).values(**row.model_dump()).on_conflict_do_nothing()
    return bool((await db.execute(added)).rowcount)


async def drop(db: AsyncConnection, officer_id: str, passkey_id: str) -> bool:
    """Whether it was theirs; it is gone then."""
    mine = (_key.id == passkey_id) & (_key.officer_id == officer_id)
    return bool((await db.execute(delete(Passkey).where(mine))).rowcount)


async def take(store: Store, site: Site, officer_id: str, challenge: bytes, answer: str) -> bool:
    """Whether an answer is that of a passkey of this officer; no other's is looked at."""
    from satark.panel.passkeys import id_in, used

    mine = (_key.id == id_in(answer, officer_id)) & (_key.officer_id == officer_id)
    async with store.write() as db:
        row = (await db.execute(select(Passkey).where(mine).with_for_update())).one_or_none()
        counter = used(site, challenge, answer, row.public, row.counter) if row else None
        if counter is None:
            return False
        await db.execute(update(Passkey).where(mine).values(counter=counter))
    return True
