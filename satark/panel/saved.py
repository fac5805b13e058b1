"""Views of the inbox that an officer named: theirs alone."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from sqlalchemy import delete, func, insert, select
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from satark.panel.acting import INBOX
from satark.panel.gate import SEE_OTHER, Work, guarded
from satark.store.engine import Store
from satark.store.officers import SavedFilter
from satark.tips.audit import append
from satark.tips.queries import Filters

MOST = 20
MOST_NAME = 40
_saved: Any = SavedFilter


async def saved_of(store: Store, officer_id: str) -> Sequence[Any]:
    """Their views by name."""
    async with store.read() as db:
        mine = select(SavedFilter).where(_saved.officer_id == officer_id).order_by(_saved.name, _saved.id)
        return (await db.execute(mine)).all()


async def save(work: Work) -> Response:
    """Keep the filters of the page under a name; one of the same name is replaced."""
    name, asked = work.text("name")[:MOST_NAME], parse_qs(work.text("query"))
    filters = Filters.of(lambda known: asked.get(known, [""])[0])
    if not name or not filters.asked():
        raise HTTPException(422)
    row = SavedFilter(officer_id=work.viewer.officer_id, name=name, query=filters.asked())
    mine = _saved.officer_id == work.viewer.officer_id
    async with work.core.store.write() as db:
        await db.execute(delete(SavedFilter).where(mine, _saved.name == name))
        if (await db.execute(select(func.count()).select_from(SavedFilter).where(mine))).scalar_one() >= MOST:
            raise HTTPException(422)
        await db.execute(insert(SavedFilter).values(**row.model_dump()))
        await append(db, work.viewer.officer_id, "save filter")
    return RedirectResponse(f"{INBOX}?{row.query}", SEE_OTHER)


async def drop(work: Work) -> Response:
    mine = (_saved.officer_id == work.viewer.officer_id) & (_saved.id == work.text("id"))
    async with work.core.store.write() as db:
        await db.execute(delete(SavedFilter).where(mine))
        await append(db, work.viewer.officer_id, "drop filter")
    return RedirectResponse(INBOX, SEE_OTHER)


ROUTES = [guarded("/tips/saved", save, "POST"), guarded("/tips/saved/drop", drop, "POST")]
