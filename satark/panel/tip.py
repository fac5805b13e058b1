"""One tip: its page, and what an officer does with it."""

import asyncio
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from satark.panel import tip_page
from satark.panel.acting import TIP, clocks, do, found, once, seals, tree
from satark.panel.gate import Work, guarded, signed_in
from satark.panel.refusing import needed, refuse
from satark.routing.limits import Fault
from satark.tips import handing, verbs
from satark.tips.asking import asks_who, telling_phrases
from satark.tips.letters import QUICK
from satark.tips.life import ENDED, Outcome, Status
from satark.tips.queries import is_reported, progress_of, tip_for

LOOK_EVERY = 2.0


async def show(work: Work) -> Response:
    async with work.core.store.write() as db:
        await verbs.look(db, clocks(work), work.viewer, await found(work, db))
        shown = await tip_page.shown(work, db)
    return tip_page.page(work, shown)


async def live(work: Work) -> Response:
    """Tells when a letter came, went or was delivered, or a file is ready; and nothing else."""
    async with work.core.store.read() as db:
        await found(work, db)
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(_changes(work), media_type="text/event-stream", headers=headers)


async def _changes(work: Work) -> AsyncIterator[str]:
    """As long as the officer is signed in and may see the tip."""
    known, reference = None, work.request.path_params["reference"]
    while await signed_in(work.request) and not await work.request.is_disconnected():
        async with work.core.store.read() as db:
            tip = await tip_for(db, work.viewer, reference)
            seen = await progress_of(db, tip.id) if tip else None
        if seen is None:
            return
        yield ": here\n\n" if known in (None, seen) else "event: changed\ndata: \n\n"
        known = seen
        await asyncio.sleep(LOOK_EVERY)


async def assign(work: Work) -> Response:
    office = work.text("office")
    if not office:
        return await tip_page.refused(work, [Fault("no_office", "", field="office")])
    return await do(
        work, lambda db, tip: handing.assign(db, clocks(work), seals(work), work.viewer, tip, office, tree(work))
    )


async def take_back(work: Work) -> Response:
    return await do(work, lambda db, tip: handing.take_back(db, clocks(work), work.viewer, tip, tree(work)))


def ends_as(work: Work) -> tuple[Status, Outcome]:
    """How a form closes a tip. `end_faults` tells what was not chosen."""
    try:
        status, outcome = Status(work.text("status")), Outcome(work.text("outcome"))
    except ValueError:
        raise HTTPException(422) from None
    if status not in ENDED:
        raise HTTPException(422)
    return status, outcome if status is Status.CLOSED else Outcome.NONE


def end_faults(work: Work, before: str = "") -> list[Fault]:
    """What was not chosen of how a tip ends, at the fields whose ids begin with `before`."""
    if not work.text("status"):
        return [Fault("needed", "", field=f"{before}end")]
    if work.text("status") == Status.CLOSED and not work.text("outcome"):
        return [Fault("needed", "", field=f"{before}outcome")]
    return []


async def close(work: Work) -> Response:
    if faults := end_faults(work):
        return await tip_page.refused(work, faults)
    status, outcome = ends_as(work)
    if outcome is Outcome.ACTED and not await _is_reported(work):
        return await tip_page.refused(work, [Fault("no_report_yet", "", field="outcome")])
    words = work.text("words")
    if (asked := await _asked_once_more(work, words)) is not None:
        return asked
    return await do(
        work, lambda db, tip: verbs.close(db, clocks(work), seals(work), work.viewer, tip, status, outcome, words)
    )


async def _is_reported(work: Work) -> bool:
    async with work.core.store.read() as db:
        return await is_reported(db, await found(work, db))


async def message(work: Work) -> Response:
    """Words or a phrase."""
    words, phrase = work.text("words"), work.text("phrase")
    if not words and phrase not in QUICK:
        raise refuse(work, "needed", "message")
    if (asked := await _asked_once_more(work, words)) is not None:
        return asked
    warned, own = asks_who(words, telling_phrases()), once(work, "message", words, phrase)
    return await do(
        work,
        lambda db, tip: verbs.write_to_informant(db, seals(work), work.viewer, tip, words, phrase, own, warned=warned),
    )


async def _asked_once_more(work: Work, words: str) -> Response | None:
    """What asks the informant who they are is shown once more before it goes."""
    if not asks_who(words, telling_phrases()) or work.text("sure") == "yes":
        return None
    async with work.core.store.read() as db:
        tip = await found(work, db)
    kept = {name: work.text(name) for name in ("letters", "status", "outcome", "version", "draft") if work.text(name)}
    return work.page("sure.html", tip=tip, words=words, kept=kept, action=work.request.url.path)


async def note(work: Work) -> Response:
    words = needed(work, "words", "note")
    own = once(work, "note", words)
    return await do(work, lambda db, tip: verbs.add_note(db, seals(work), work.viewer, tip, words, own))


ROUTES = [
    guarded(TIP, show),
    guarded(f"{TIP}/live", live, quiet=True),
    guarded(f"{TIP}/assign", assign, "POST"),
    guarded(f"{TIP}/take-back", take_back, "POST"),
    guarded(f"{TIP}/close", close, "POST"),
    guarded(f"{TIP}/message", message, "POST"),
    guarded(f"{TIP}/note", note, "POST"),
]
