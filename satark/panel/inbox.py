"""The inbox: the tips an officer may read, and their arrival as it happens."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from starlette.responses import RedirectResponse, Response, StreamingResponse

from satark.language import LANGUAGES
from satark.panel.admin import second
from satark.panel.gate import Work, guarded, signed_in
from satark.panel.given import NOTHING_GIVEN, Given
from satark.panel.offers import ENDS
from satark.panel.roles import EVERYBODY, FIRST_PAGE
from satark.panel.saved import saved_of
from satark.routing.limits import Fault
from satark.routing.tree import below, line
from satark.store.clock import hour_of, now
from satark.tips.accusations import waiting_for
from satark.tips.inbox import arrived, counts, inbox, most_counted, newest
from satark.tips.life import Outcome, Priority, Status
from satark.tips.queries import Filters
from satark.tips.versions import facts_of_each, version_of
from satark.tips.ways import Place

LOOK_EVERY = 2.0
_PLACE = re.compile(r"(\d{1,7})-([0-9a-f]{0,32})")


async def first(work: Work) -> Response:
    return RedirectResponse(FIRST_PAGE[work.session.role])


async def show(work: Work) -> Response:
    return await listing(work, work.request.query_params)


async def listing(
    work: Work, asked: Mapping[str, str], faults: Sequence[Fault] = (), chosen: Sequence[str] = ()
) -> Response:
    """The page of the list that an address asks for; where a form of it was refused, with what is wrong, and with the tips
    that were `chosen`."""
    filters = Filters.of(lambda name: asked.get(name, ""))
    before, after = (place_in(asked.get(name, "")) for name in ("before", "after"))
    async with work.core.store.read() as db:
        page = await inbox(db, work.viewer, filters, before or after, newer=before is None and after is not None)
        by_status = await counts(db, work.viewer, filters)
    return await list_page(
        work, filters, tips=page.tips, newer=page.newer, older=page.older, counts=by_status,
        done=asked.get("done", ""), left=asked.get("left", ""), faults=faults, chosen=chosen,
    )  # fmt: skip


def place_in(said: str) -> Place | None:
    found = _PLACE.fullmatch(said)
    return Place(int(found[1]), found[2]) if found else None


async def list_page(
    work: Work, filters: Filters, *, faults: Sequence[Fault] = (), chosen: Sequence[str] = (), **shown: Any
) -> Response:
    """The page of the list: of all tips, or of those that have the `words` that were searched."""
    whole = {
        "newer": None, "older": None, "counts": {}, "words": "", "reached": None, "further": "", "done": "", "left": "",
        **shown,
    }  # fmt: skip
    async with work.core.store.read() as db:
        to_decide = len(await waiting_for(db, work.viewer))
        facts = await facts_of_each(db, shown.get("tips", ()))
    news = sum(1 for row in await second.recent(work) if second.is_news(row) and second.concerns(work, row))
    return work.page(
        "tips.html",
        422 if faults else 200,
        given=Given(work.form, faults) if faults else NOTHING_GIVEN,
        chosen=chosen,
        versions={reference: version_of(one) for reference, one in facts.items()},
        to_decide=to_decide,
        news_of_accounts=news,
        saved=await saved_of(work.core.store, work.viewer.officer_id),
        priorities=list(Priority),
        ends=[one.value for one in ENDS],
        outcomes=[one.value for one in Outcome if one],
        this_hour=hour_of(now()),
        filters=filters,
        most_counted=most_counted(filters),
        statuses=[status.value for status in Status],
        options=_options(work),
        **whole,
    )


Options = list[tuple[str, str]]


def _options(work: Work) -> dict[str, Options]:
    """What can be chosen in the filters: value and name."""
    pack, parents = work.core.pack, work.core.pack.parents

    def of(offices: Iterable[str]) -> Options:
        return [(one, work.full_name(one)) for one in work.in_order(offices)]

    near = {one for office in work.viewer.offices for one in (*line(parents, office), *below(parents, office))}
    kinds = {kind: [one.id for one in pack.offices.values() if one.kind == kind] for kind in ("district", "station")}
    return {
        "category": [(one.id, work.category(one.id)) for one in pack.categories],
        "district": of(one for one in kinds["district"] if one in near or pack.outside in near),
        "station": of(kinds["station"]),
        "below": of(work.viewer.may_assign(pack.open_parents, ())),
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
        if known is None or len(seen) != len(known):
            yield f"event: unread\ndata: {len(seen)}\n\n"
        if known is not None and arrived(known, seen):
            yield f"event: arrived\ndata: {len(seen)}\n\n"
        known = seen
        await asyncio.sleep(LOOK_EVERY)


ROUTES = [
    guarded("/", first, roles=EVERYBODY),
    guarded("/tips", show),
    guarded("/tips/live", live, quiet=True),
]
