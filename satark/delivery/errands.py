"""Opens an errand: to whom, and what. From here to the end of the send, and nowhere else, an address is in the clear."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.channels.messages import Capabilities, Secret
from satark.conversation.questions import READ, news
from satark.conversation.state import Ask, Slot, State
from satark.delivery.tools import Courier
from satark.identity.envelope import open_address, seal_address
from satark.intake.memory import Remembered, hold, lock, recall, remember, rounded_up
from satark.intake.outgoing import read_answer
from satark.store.clock import DAY, HOUR, now
from satark.store.tables import ReturnAddress, Tip

# For so long an answer to a letter finds its tip without the receipt.
NEWS_DAYS = 7

_tip: Any = Tip
_return: Any = ReturnAddress


@dataclass(frozen=True)
class Errand:
    """To whom, and what. `knock` is said where the window is closed, `seen` is the provider's id of what is answered, and
    `heard_hour` the hour in which the informant last wrote of the tip, None where they just did. After `until`, in unix
    seconds, it is not delivered any more; 0 where it always is."""

    address: Secret
    asks: list[Ask]
    knock: Ask
    seen: Secret | None = None
    heard_hour: int | None = None
    until: int = 0

    def is_late(self, moment: int) -> bool:
        return 0 < self.until < moment


def window_is_open(errand: Errand, capabilities: Capabilities, moment: int) -> bool:
    """Whether the channel may still write freely. Hours are rounded down, so a window closes early rather than late."""
    if capabilities.pushes_for is None or errand.heard_hour is None:
        return True
    return moment < errand.heard_hour * HOUR + capabilities.pushes_for


async def open_errand(courier: Courier, row: Any) -> Errand | None:
    """The errand of an outbox row; None where nobody can be reached: then the letter waits behind the receipt."""
    if row.sealed_prompts is not None:
        answer = read_answer(courier.opener.open(row.sealed_prompts))
        address, seen = open_address(courier.opener, row.sealed_address), Secret(answer.seen) if answer.seen else None
        return Errand(address, answer.asks, news(answer.asks[-1].locale, free=True), seen, until=answer.until)
    async with courier.store.write() as db:
        wanted = select(_return.sealed, _return.heard_hour, _tip.locale).join(Tip, _tip.id == _return.tip_id)
        found = (await db.execute(wanted.where(_return.tip_id == row.tip_id))).one_or_none()
        if found is None:
            return None
        address = open_address(courier.opener, found.sealed)
        free = await _await_answer(courier, db, row, address, found)
    knock = news(found.locale, free=True)
    return Errand(address, [news(found.locale, free=free)], knock, heard_hour=found.heard_hour if free else None)


async def _await_answer(courier: Courier, db: AsyncConnection, row: Any, address: Secret, found: Any) -> bool:
    """Let an answer find the tip, unless the informant is in the middle of telling something else."""
    key = courier.lookup.of("address", row.channel, address.reveal())
    await hold(db, courier.store, [key])
    known = (await recall(db, courier.locker, [key])).get(key)
    if known and known.remembered.state.reporting and known.remembered.state.tip != row.tip_id:
        return False
    state = State(
        locale=found.locale, tip=row.tip_id, news=True, asking=Slot.DIALOGUE, shown=READ, promised=True,
        given=known.remembered.state.given if known else (),
    )  # fmt: skip
    kept = {
        "key": key,
        "channel": row.channel,
        "state": lock(courier.locker, Remembered(state, turns=known.remembered.turns if known else 0)),
        "sealed_address": seal_address(courier.opener, address),
        "expires": rounded_up(now() + NEWS_DAYS * DAY),
    }
    await remember(db, courier.store, [kept])
    return True
