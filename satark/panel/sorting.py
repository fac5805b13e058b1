"""Forms that put a tip in order: how urgent it is, what it is about, what is ticked off, what belongs together, and a sender
who tells lies."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from satark.panel.acting import TIP, clocks, do, seals, tree
from satark.panel.gate import Work, guarded
from satark.panel.offers import office_kinds
from satark.panel.refusing import refuse
from satark.tips import links, verbs
from satark.tips.abuse import Wish, ask_to_mute
from satark.tips.checklist import tick
from satark.tips.classifying import classify as classify_tip
from satark.tips.life import Priority
from satark.tips.queries import tip_for


def priority_of(work: Work) -> Priority:
    try:
        return Priority(int(work.text("priority")))
    except ValueError:
        raise HTTPException(422) from None


async def priority(work: Work) -> Response:
    wanted = priority_of(work)
    return await do(work, lambda db, tip: verbs.set_priority(db, work.viewer, tip, wanted))


async def checklist(work: Work) -> Response:
    done, shown = ([one for one in work.form.getlist(name) if isinstance(one, str)] for name in ("done", "shown"))

    async def act(db: AsyncConnection, tip: Any) -> None:
        category = work.core.pack.category(tip.category)
        offered = [item.id for item in category.checklist] if category else []
        await tick(db, work.viewer, tip, offered, done, shown if "items" in work.form else None)

    return await do(work, act)


async def classify(work: Work) -> Response:
    category, station, office = (work.text(name) for name in ("category", "station", "office"))
    known, reason = work.core.pack.category(category), work.text("words")
    if known is None:
        raise HTTPException(422)
    if known.accuses_police and office and not reason:
        raise refuse(work, "needed", "classify-words")
    return await do(
        work,
        lambda db, tip: classify_tip(
            db, clocks(work), seals(work), work.viewer, tip, known, station, office, reason, tree(work)
        ),
    )


async def _other(work: Work, db: AsyncConnection) -> Any:
    """The tip whose reference was written, if the officer may see it. What is not there, what may not be seen and what was
    destroyed are one."""
    tip = await tip_for(db, work.viewer, work.text("other").upper())
    if tip is None or tip.destroyed is not None:
        raise refuse(work, "no_such_tip", f"{work.request.url.path.rsplit('/', 1)[-1]}-other", 403)
    return tip


async def link(work: Work) -> Response:
    async def act(db: AsyncConnection, tip: Any) -> None:
        await links.link(db, work.viewer, tip, await _other(work, db))

    return await do(work, act)


async def unlink(work: Work) -> Response:
    async def act(db: AsyncConnection, tip: Any) -> None:
        await links.unlink(db, clocks(work), work.viewer, tip, await _other(work, db))

    return await do(work, act)


async def merge(work: Work) -> Response:
    async def act(db: AsyncConnection, tip: Any) -> None:
        await links.merge(db, clocks(work), seals(work), work.viewer, tip, await _other(work, db))

    return await do(work, act)


async def mute(work: Work) -> Response:
    reason = work.text("words")
    try:
        wish = Wish(work.text("wish"))
    except ValueError:
        raise HTTPException(422) from None
    if not reason:
        raise refuse(work, "needed", "mute-words")
    response = await do(
        work, lambda db, tip: ask_to_mute(db, seals(work), work.viewer, office_kinds(work), tip, wish, reason)
    )
    await work.core.wake("mute")
    return response


ROUTES = [
    guarded(f"{TIP}/{page.__name__}", page, "POST")
    for page in (priority, checklist, classify, link, unlink, merge, mute)
]
