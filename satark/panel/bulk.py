"""One deed for many tips of the inbox: each for itself, so that one that cannot be done stops no other."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from satark.panel import bulk_closing
from satark.panel.acting import INBOX, clocks, seals, tree, unchanged
from satark.panel.gate import SEE_OTHER, Work, guarded
from satark.panel.inbox import listing
from satark.panel.overwriting import Outdated, many_conflicts_page
from satark.panel.sorting import priority_of
from satark.panel.tip import end_faults, ends_as
from satark.routing.limits import Fault
from satark.tips import handing, verbs
from satark.tips.entries import NotAllowed
from satark.tips.life import NotNow

MOST = 100
Verb = Callable[[AsyncConnection, Any], Awaitable[None]]


async def bulk(work: Work) -> Response:
    """To those chosen, what the pressed button says. What the officer may not see any more, or may not do, is left."""
    chosen = list(dict.fromkeys(one for one in work.form.getlist("chosen") if isinstance(one, str)))[:MOST]
    if faults := list(_faults(work, chosen)):
        asked = {name: values[0] for name, values in parse_qs(work.text("back")).items()}
        return await listing(work, asked, faults, chosen)
    act = _verb(work)
    if work.text("act") == "close" and (asked_once_more := await bulk_closing.confirm(work, chosen)) is not None:
        return asked_once_more
    done, outdated = await _do_all(work, chosen, act)
    await work.core.wake("deliver")
    left = len(chosen) - done - len(outdated)
    if outdated:
        return many_conflicts_page(work, outdated, done, left)
    said = urlencode({"done": done, "left": left})
    return RedirectResponse(f"{INBOX}?{'&'.join(filter(None, (work.text('back'), said)))}", SEE_OTHER)


def _faults(work: Work, chosen: Sequence[str]) -> list[Fault]:
    """What was not chosen."""
    missing = [] if chosen else [Fault("none_chosen", "")]
    match work.text("act"):
        case "assign" if not work.text("office"):
            return [*missing, Fault("no_office", "", field="bulk-office")]
        case "priority" if not work.text("priority"):
            return [*missing, Fault("needed", "", field="bulk-priority")]
        case "close":
            return [*missing, *end_faults(work, "bulk-")]
    return missing


def _verb(work: Work) -> Verb:
    match work.text("act"):
        case "assign":
            office, offices = work.text("office"), tree(work)
            return lambda db, tip: handing.assign(db, clocks(work), seals(work), work.viewer, tip, office, offices)
        case "priority":
            wanted = priority_of(work)
            return lambda db, tip: verbs.set_priority(db, work.viewer, tip, wanted)
        case "close":
            status, outcome = ends_as(work)
            return lambda db, tip: verbs.close(db, clocks(work), seals(work), work.viewer, tip, status, outcome, "")
    raise HTTPException(422)


async def _do_all(work: Work, chosen: Sequence[str], act: Verb) -> tuple[int, list[Outdated]]:
    """How many were changed, and those that somebody else changed since the list was shown."""
    done, outdated = 0, []
    for reference in chosen:
        try:
            done += await _do(work, reference, act)
        except Outdated as found:
            outdated.append(found)
    return done, outdated


async def _do(work: Work, reference: str, act: Verb) -> bool:
    version = work.text(f"version-{reference}")
    try:
        async with work.core.store.write() as db:
            tip = await unchanged(work, db, reference, version, work.text("act"))
            if tip is None or tip.destroyed is not None:
                return False
            await act(db, tip)
    except (NotNow, NotAllowed):
        return False
    return True


ROUTES = [guarded("/tips/bulk", bulk, "POST")]
