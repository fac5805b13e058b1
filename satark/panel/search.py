"""Searching the tips for words. What an officer looks for stands in no address, no log and no history: it is posted."""

from starlette.responses import RedirectResponse, Response

from satark.panel.acting import INBOX
from satark.panel.gate import SEE_OTHER, Work, guarded
from satark.panel.inbox import list_page, place_in
from satark.store.sealing import Locker
from satark.tips.audit import append
from satark.tips.queries import Filters
from satark.tips.searching import search
from satark.tips.wording import wanted

MOST_TYPED = 200


async def find(work: Work) -> Response:
    """A page of what was found. The audit log says that somebody searched, and not for what."""
    typed = work.text("words")[:MOST_TYPED]
    filters, place = Filters.of(work.text), place_in(work.text("before"))
    needles = wanted(typed)
    if not needles:
        return RedirectResponse(f"{INBOX}?{filters.asked()}", SEE_OTHER)
    async with work.core.store.write() as db:
        await append(db, work.viewer.officer_id, "search")
    async with work.core.store.read() as db:
        found = await search(db, Locker(work.core.keys["search.key"]), work.viewer, filters, needles, place)
    return await list_page(work, filters, tips=found.tips, words=typed, reached=found.reached)


ROUTES = [guarded("/tips/search", find, "POST")]
