"""Carries out what officers wish about malicious senders: opens the address, keeps a keyed hash, forgets the address."""

from typing import Any

from sqlalchemy import delete, select

from satark.delivery.tools import Courier
from satark.identity.envelope import open_address
from satark.store.clock import day_of, now
from satark.store.informants import Mute, ReturnAddress
from satark.store.tables import MuteRequest
from satark.tips.abuse import MUTED_DAYS, Wish

_request: Any = MuteRequest
_return: Any = ReturnAddress
_mute: Any = Mute


async def mute_due(courier: Courier) -> int:
    """Returns how many wishes were carried out. A sender without a return address cannot be found, by nobody."""
    async with courier.store.write() as db:
        wanted = select(_request.tip_id, _request.wish, _return.channel, _return.sealed)
        rows = (await db.execute(wanted.outerjoin(ReturnAddress, _return.tip_id == _request.tip_id))).all()
        for row in rows:
            if row.sealed is not None:
                address = open_address(courier.opener, row.sealed)
                await _keep(db, courier, courier.lookup.of("abuse", row.channel, address.reveal()), Wish(row.wish))
        await db.execute(delete(MuteRequest).where(_request.tip_id.in_([row.tip_id for row in rows])))
    return len(rows)


async def _keep(db: Any, courier: Courier, key: str, wish: Wish) -> None:
    await db.execute(delete(Mute).where(_mute.key == key))
    if wish is Wish.MUTE:
        await db.execute(courier.store.insert(Mute).values(key=key, until=day_of(now()) + MUTED_DAYS))
