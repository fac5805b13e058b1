"""Makes letters searchable: what search compares is kept of each of them, locked, and dies with it.

Equal words give different bytes, so that nothing in them links two tips (P3), and nothing of it can be read or searched
without `search.key`, which the panel and the worker have.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from satark.store.engine import Store
from satark.store.sealing import CannotOpen, Locker, Opener
from satark.store.tables import LetterWords, Message, Tip
from satark.tips.letters import LetterKind, open_letter
from satark.tips.wording import searchable, words_in

BATCH = 500

_message: Any = Message
_tip: Any = Tip


@dataclass(frozen=True)
class Indexer:
    """`content` opens what stays with the police, `reply` what is for informants; `locker` has the key to the index."""

    store: Store
    content: Opener
    reply: Opener
    locker: Locker


async def index_due(indexer: Indexer) -> int:
    """Take up the letters that search does not know. Returns how many. Two workers may do the same at once."""
    done = 0
    known = (_message.id, _message.tip_id, _message.kind, _message.sealed, _tip.hour)
    waiting = select(*known).join(Tip, _tip.id == _message.tip_id).where(~_message.indexed).limit(BATCH)
    while True:
        async with indexer.store.read() as db:
            letters = (await db.execute(waiting)).all()
        if not letters:
            return done
        rows = await asyncio.to_thread(_rows, indexer, letters)
        async with indexer.store.write() as db:
            if rows:
                await db.execute(indexer.store.insert(LetterWords).on_conflict_do_nothing(), rows)
            taken = _message.id.in_([letter.id for letter in letters])
            await db.execute(update(Message).where(taken).values(indexed=True))
        done += len(letters)


def _rows(indexer: Indexer, letters: Sequence[Any]) -> list[dict[str, Any]]:
    """One for each letter that has words of its own; a phrase has none, and neither has what cannot be opened here."""
    rows = []
    for one in letters:
        opener = indexer.reply if one.kind == LetterKind.MESSAGE else indexer.content
        try:
            letter = open_letter(opener, one.sealed)
        except CannotOpen:
            continue
        if not letter.phrase:
            words = indexer.locker.close(words_in(searchable(letter)))
            rows.append({"hour": one.hour, "tip_id": one.tip_id, "message_id": one.id, "words": words})
    return rows
