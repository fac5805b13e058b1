"""The inbox: the tips an officer may read, and their arrival as it happens."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from starlette.responses import RedirectResponse, Response, StreamingResponse

from satark.language import LANGUAGES
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
    return work.page(
        "tips.html",
        tips=tips[:PAGE],
        more=len(tips) > PAGE,
        number=page,
        filters=filters,
        counts=by_status,
        statuses=[status.value for status in Status],
        options=_options(work),
    )


Options = list[tuple[str, str]]


def _options(work: Work) -> dict[str, Options]:
    """What can be chosen in the filters: value and name."""
    pack, parents = work.core.pack, work.core.pack.parents

    def of(offices: Iterable[str]) -> Options:
        return sorted(((one, work.full_name(one)) for one in offices), key=lambda one: one[1])

    kinds = {kind: [one.id for one in pack.offices.values() if one.kind == kind] for kind in ("district", "station")}
    return {
        "category": [(one.id, work.category(one.id)) for one in pack.categories],
        "district": of(kinds["district"]),
        "station": of(kinds["station"]),
        "assigned": of(work.viewer.may_assign(parents, ()) | work.viewer.offices),
        "locale": list(LANGUAGES.items()),
        "channel": [(name, one.title or name) for name, one in work.core.registry.channels.items()],
    }


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
