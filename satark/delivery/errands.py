"""Opens errands: to whom, and what. From here to the end of the send, and nowhere else, an address is in the clear."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.channels.messages import Capabilities, Secret
from satark.conversation.questions import READ, news
from satark.conversation.state import Ask, Slot, State
from satark.delivery.tools import Courier
from satark.identity.envelope import open_address, seal_address
from satark.intake.memory import Recalled, Remembered, hold, lock, recall, remember, rounded_up
from satark.intake.outgoing import read_answer
from satark.store.among import among
from satark.store.clock import DAY, now, start_of
from satark.store.informants import ReturnAddress
from satark.store.sealing import CannotOpen
from satark.store.tables import Tip
from satark.store.writing import Script

# For so long an answer to a letter finds its tip without the receipt.
NEWS_DAYS = 7

_tip: Any = Tip
_return: Any = ReturnAddress
_WHERE = (
    select(_return.tip_id, _return.sealed, _return.heard_hour, _tip.locale)
    .join(Tip, _tip.id == _return.tip_id)
    .where(among(_return.tip_id, "tips"))
)


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


Opened = Errand | Exception | None
"""None where nobody can be reached: then the letter waits behind the receipt. Else why it cannot be opened."""


def window_is_open(errand: Errand, capabilities: Capabilities, moment: int) -> bool:
    """Whether the channel may still write freely. Hours are rounded down, so a window closes early rather than late."""
    if capabilities.pushes_for is None or errand.heard_hour is None:
        return True
    return moment < start_of(errand.heard_hour) + capabilities.pushes_for


async def open_errands(courier: Courier, rows: Sequence[Any]) -> list[Opened]:
    """The errands of rows of the outbox; one that cannot be opened spoils no other."""
    letters = [row for row in rows if row.sealed_prompts is None]
    try:
        opened = await _open_letters(courier, letters) if letters else {}
    except Exception as error:  # noqa: BLE001 - the answers are delivered though the letters must wait
        opened = {row.id: error for row in letters}
    return [opened[row.id] if row.sealed_prompts is None else _open_answer(courier, row) for row in rows]


def _open_answer(courier: Courier, row: Any) -> Opened:
    try:
        answer = read_answer(courier.opener.open(row.sealed_prompts))
        address = open_address(courier.opener, row.sealed_address)
        knock = news(answer.asks[-1].locale, free=True)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are opened
        return error
    return Errand(address, answer.asks, knock, Secret(answer.seen) if answer.seen else None, until=answer.until)


@dataclass(frozen=True)
class _Letter:
    """A letter of the police on its way: `found` is what its tip knows, `key` that of the informant's conversation."""

    row: Any
    found: Any
    address: Secret
    key: str


async def _open_letters(courier: Courier, rows: Sequence[Any]) -> dict[str, Opened]:
    """By the ids of their rows, in one transaction. From then on an answer to any of them finds its tip."""
    opened: dict[str, Opened] = dict.fromkeys(row.id for row in rows)
    letters = []
    async with courier.store.write() as db:
        where = {one.tip_id: one for one in await db.execute(_WHERE, {"tips": [row.tip_id for row in rows]})}
        for row in rows:
            try:
                letters += [_letter_of(courier, row, where[row.tip_id])] if row.tip_id in where else []
            except CannotOpen as error:
                opened[row.id] = error
        free = await _await_answers(courier, db, letters)
    for one in letters:
        may, locale = one.row.id in free, one.found.locale
        said, knock = news(locale, free=may), news(locale, free=True)
        opened[one.row.id] = Errand(one.address, [said], knock, heard_hour=one.found.heard_hour if may else None)
    return opened


def _letter_of(courier: Courier, row: Any, found: Any) -> _Letter:
    address = open_address(courier.opener, found.sealed)
    return _Letter(row, found, address, courier.lookup.of("address", row.channel, address.reveal()))


async def _await_answers(courier: Courier, db: AsyncConnection, letters: Sequence[_Letter]) -> set[str]:
    """Let an answer find the tip, unless the informant is in the middle of telling something else. Returns the ids of the
    rows whose informants are not."""
    if not letters:
        return set()
    await hold(db, courier.store, [one.key for one in letters])
    known = await recall(db, courier.locker, {one.key for one in letters})
    free = [one for one in letters if not _is_busy(known.get(one.key), one.row.tip_id)]
    script = Script(db)
    remember(script, [_expecting(courier, one, known.get(one.key)) for one in free], known)
    await script.run()
    return {one.row.id for one in free}


def _is_busy(known: Recalled | None, tip: str) -> bool:
    return known is not None and known.remembered.state.reporting and known.remembered.state.tip != tip


def _expecting(courier: Courier, letter: _Letter, known: Recalled | None) -> dict[str, Any]:
    """The conversation in which an answer to the letter is expected."""
    before = known.remembered if known else Remembered()
    state = State(
        locale=letter.found.locale, tip=letter.row.tip_id, news=True, asking=Slot.DIALOGUE, shown=READ, promised=True,
        given=before.state.given,
    )  # fmt: skip
    return {
        "key": letter.key,
        "channel": letter.row.channel,
        "state": lock(courier.locker, Remembered(state, turns=before.turns, muted=before.muted)),
        "sealed_address": seal_address(courier.opener, letter.address),
        "expires": rounded_up(now() + NEWS_DAYS * DAY),
    }
