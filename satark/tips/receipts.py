"""What a receipt opens for whoever has it: the status of the tip, and what the police wrote. Never what was said."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.sealing import Opener
from satark.store.tables import Evidence, Message, StatusChange, Tip
from satark.tips.letters import Letter, LetterKind, open_letter

_tip: Any = Tip
_message: Any = Message
_evidence: Any = Evidence
_step: Any = StatusChange


@dataclass(frozen=True)
class Progress:
    """How a tip stands. `steps` are (status, hour) in their order, `letters` (hour, letter) those to the informant. `gone`
    is that all that was said in it was destroyed."""

    tip_id: str
    reference: str
    status: str
    outcome: str
    steps: tuple[tuple[str, int], ...]
    letters: tuple[tuple[int, Letter], ...]
    files: int
    files_ready: int
    files_withheld: int
    gone: bool


async def tip_of_receipt(db: AsyncConnection, receipt: str) -> str | None:
    """The id of the tip with this keyed hash of a receipt."""
    return (await db.execute(select(_tip.id).where(_tip.receipt == receipt))).scalar_one_or_none()


async def progress(db: AsyncConnection, reply: Opener, tip_id: str) -> Progress | None:
    """How the tip stands. That somebody looked is noted nowhere. The same queries run whether there is a tip or not."""
    facts = await db.execute(select(_tip.reference, _tip.status, _tip.outcome, _tip.destroyed).where(_tip.id == tip_id))
    steps = await db.execute(select(_step.status, _step.hour).where(_step.tip_id == tip_id).order_by(_step.step))
    own = (_message.tip_id == tip_id) & (_message.kind == LetterKind.MESSAGE)
    letters = await db.execute(select(_message.hour, _message.sealed).where(own).order_by(_message.place))
    is_ready, is_withheld = _evidence.state == "ready", _evidence.state == "withheld"
    numbers = select(func.count(), func.count().filter(is_ready), func.count().filter(is_withheld))
    counted = await db.execute(numbers.select_from(Evidence).where(_evidence.tip_id == tip_id))
    files, ready, withheld = counted.one()
    tip = facts.one_or_none()
    if tip is None:
        return None
    opened = tuple((hour, open_letter(reply, sealed)) for hour, sealed in letters)
    taken = tuple((one.status, one.hour) for one in steps)
    gone = tip.destroyed is not None
    return Progress(tip_id, tip.reference, tip.status, tip.outcome, taken, opened, files, ready, withheld, gone)
