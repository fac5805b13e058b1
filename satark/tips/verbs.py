"""What officers do with a tip. Each verb is one function, whatever entrance it is called from.

A verb works in the caller's transaction, on a tip that the caller may see, and leaves an audit entry. Raises NotNow where
the tip's life does not allow it, and NotAllowed where the officer may not. Who works on a tip is in handing.py, who must
not learn of it in conflict.py.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.tables import Tip
from satark.tips.audit import append
from satark.tips.entries import Seals, keep_inside, move, tell
from satark.tips.letters import Letter, LetterKind, Piece
from satark.tips.life import Outcome, Status
from satark.tips.viewing import Viewer

_tip: Any = Tip


async def look(db: AsyncConnection, viewer: Viewer, tip: Any) -> None:
    """An officer opens a tip. The first look makes it seen."""
    if tip.status == Status.RECEIVED:
        await move(db, tip, Status.SEEN)
    if tip.fresh:
        await db.execute(update(Tip).where(_tip.id == tip.id).values(fresh=False))
    await append(db, viewer.officer_id, "look", tip.id)


async def report_action(
    db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, text: str, files: Sequence[str], words: str
) -> None:
    """Enter what was done. The informant gets `words`, or a phrase in their language where there are none."""
    await move(db, tip, Status.ACTION_TAKEN)
    await keep_inside(db, seals, viewer, tip, LetterKind.REPORT, text, files)
    await tell(db, seals, viewer, tip, _to_informant(words, Status.ACTION_TAKEN))
    await append(db, viewer.officer_id, "report", tip.id, f"{len(files)} files")


async def close(
    db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, status: Status, outcome: Outcome, words: str
) -> None:
    """End a tip: closed with an outcome, a duplicate, or not actionable."""
    await move(db, tip, status, outcome)
    await tell(db, seals, viewer, tip, _to_informant(words, status))
    await append(db, viewer.officer_id, "close", tip.id, f"{status} {outcome}".strip())


async def write_to_informant(
    db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, words: str, phrase: str = "", *, warned: bool = False
) -> None:
    """A message in the officer's words or, where there are none, a phrase in the informant's language. `warned` is that it
    asks who they are, and was sent all the same."""
    await tell(db, seals, viewer, tip, _to_informant(words, phrase))
    await append(db, viewer.officer_id, "write", tip.id, "asks who they are" if warned else "")


async def add_note(db: AsyncConnection, seals: Seals, viewer: Viewer, tip: Any, text: str) -> None:
    """A note that only officers read."""
    await keep_inside(db, seals, viewer, tip, LetterKind.NOTE, text, ())
    await append(db, viewer.officer_id, "note", tip.id)


def _to_informant(words: str, phrase: str) -> Letter:
    return Letter(pieces=(Piece(text=words),)) if words else Letter(phrase=phrase)
