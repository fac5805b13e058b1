"""The inbox: the tips an officer may read, and their arrival as it happens."""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import RedirectResponse, Response, StreamingResponse

from satark.panel.gate import Work, signed_in
from satark.panel.roles import FIRST_PAGE
from satark.tips.life import Status
from satark.tips.queries import PAGE, Filters, counts, inbox, newest

LOOK_EVERY = 2.0


async def first(work: Work) -> Response:
    return RedirectResponse(FIRST_PAGE[work.session.role])


async def show(work: Work) -> Response:
    asked = work.request.query_params
    filters = Filters(**{name: asked.get(name, "")[:64] for name in vars(Filters())})
    page = int(asked["page"]) if asked.get("page", "").isdecimal() and len(asked["page"]) < 6 else 0
    async with work.core.store.read() as db:
        tips = await inbox(db, work.viewer, filters, page)
        by_status = await counts(db, work.viewer, filters)
    offices = work.core.pack.offices.values()
    return work.page(
        "tips.html",
        tips=tips[:PAGE],
        more=len(tips) > PAGE,
        number=page,
        filters=filters,
        counts=by_status,
        statuses=[status.value for status in Status],
        categories=[one.id for one in work.core.pack.categories],
        districts=[one.id for one in offices if one.kind == "district"],
    )


async def live(work: Work) -> Response:
    """Tells when what this officer sees has changed, and nothing else: what others see makes no sound here (P4)."""
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(_changes(work), media_type="text/event-stream", headers=headers)


async def _changes(work: Work) -> AsyncIterator[str]:
    known = None
    while await signed_in(work.request) and not await work.request.is_disconnected():
        async with work.core.store.read() as db:
            seen = await newest(db, work.viewer)
        if known is not None and (seen[0] > known[0] or seen[1] > known[1]):
            yield f"event: arrived\ndata: {seen[1]}\n\n"
        elif known is None:
            yield ": here\n\n"
        known = seen
        await asyncio.sleep(LOOK_EVERY)
