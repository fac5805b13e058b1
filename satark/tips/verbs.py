"""What officers do with a tip. Each verb is one function, whatever entrance it is called from.

A verb works in the caller's transaction, on a tip that the caller may see, and leaves an audit entry. Raises NotNow where
the tip's life does not allow it, NotAllowed where the officer may not, and AlreadyDone where its form came before (`once`,
see entries.py). Who works on a tip is in handing.py, who must not learn of it in conflict.py, what belongs together in
links.py.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.tables import Tip, TipReader
from satark.tips.audit import append
from satark.tips.clocks import Clocks
from satark.tips.entries import Seals, check_once, keep_inside, keep_note, move, tell
from satark.tips.letters import Letter, LetterKind, Piece, Result, letter_in
from satark.tips.life import NoReport, Outcome, Priority, Status
from satark.tips.links import merged_into
from satark.tips.queries import is_reported
from satark.tips.viewing import Viewer

_tip: Any = Tip
_reader: Any = TipReader


async def look(db: AsyncConnection, clocks: Clocks, viewer: Viewer, tip: Any) -> None:
    """An officer opens a tip. The first look makes it seen, and to their offices it is new no more."""
    if tip.status == Status.RECEIVED and tip.destroyed is None:
        await move(db, clocks, tip, Status.SEEN)
    own = (_reader.tip_id == tip.id) & _reader.office_id.in_(viewer.offices) & _reader.fresh
    await db.execute(update(TipReader).where(own).values(fresh=False))
    await append(db, viewer.officer_id, "look", tip.id)


async def report_action(
    db: AsyncConnection, clocks: Clocks, seals: Seals, viewer: Viewer, tip: Any, text: str, result: Result,
    files: Sequence[str], words: str, once: str = "",
) -> None:  # fmt: skip
    """Enter what was done. The informants of the tip, and of those merged into it, get `words`, or a phrase in their
    language where there are none; never what stays inside."""
    await check_once(db, once)
    await move(db, clocks, tip, Status.ACTION_TAKEN)
    pieces = (*((Piece(text=text),) if text else ()), *(Piece(evidence=one) for one in files))
    told = Letter(pieces=pieces, result=result if result != Result() else None)
    await keep_inside(db, seals, viewer, tip, LetterKind.REPORT, told, once)
    await _tell_all(db, seals, viewer, tip, letter_in(words, Status.ACTION_TAKEN))
    await append(db, viewer.officer_id, "report", tip.id, f"files: {len(files)}")


async def close(
    db: AsyncConnection, clocks: Clocks, seals: Seals, viewer: Viewer, tip: Any, status: Status, outcome: Outcome,
    words: str,
) -> None:  # fmt: skip
    """End a tip: closed with an outcome, a duplicate, or not actionable. Raises NoReport for a success of which nothing was
    reported."""
    if outcome is Outcome.ACTED and not await is_reported(db, tip):
        raise NoReport
    await move(db, clocks, tip, status, outcome)
    await _tell_all(db, seals, viewer, tip, letter_in(words, status))
    await append(db, viewer.officer_id, "close", tip.id, f"{status} {outcome}".strip())


async def write_to_informant(
    db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, words: str, phrase: str = "", once: str = "",
    *, warned: bool = False,
) -> None:  # fmt: skip
    """A message in the officer's words or, where there are none, a phrase in the informant's language. `warned` is that it
    asks who they are, and was sent all the same."""
    await check_once(db, once)
    await tell(db, seals, viewer, tip, letter_in(words, phrase), once)
    await append(db, viewer.officer_id, "write", tip.id, "asks who they are" if warned else "")


async def add_note(db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, text: str, once: str = "") -> None:
    """A note that only officers read."""
    await check_once(db, once)
    await keep_note(db, seals, viewer, tip, text, once)
    await append(db, viewer.officer_id, "note", tip.id)


async def set_priority(db: AsyncConnection, viewer: Viewer, tip: Any, priority: Priority) -> None:
    if tip.priority != priority:
        await db.execute(update(Tip).where(_tip.id == tip.id).values(priority=priority.value))
        await append(db, viewer.officer_id, "priority", tip.id, priority.name.lower())


async def _tell_all(db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, letter: Letter) -> None:
    for one in (tip, *await merged_into(db, tip.id)):
        await tell(db, seals, viewer, one, letter)
