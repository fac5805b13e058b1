"""One tip: its page, and what an officer does with it."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from satark.panel.acting import TIP, clocks, do, found, once, opened, seals, tree
from satark.panel.conflict import districts_for, offices_to_accuse
from satark.panel.gate import Work, guarded, signed_in
from satark.panel.report import SEIZURES
from satark.panel.sorting import office_kinds
from satark.routing.pack import Office, Pack
from satark.store.clock import hour_of, now
from satark.tips import handing, verbs
from satark.tips.abuse import may_mute
from satark.tips.alike import alike
from satark.tips.asking import asks_who, telling_phrases
from satark.tips.checklist import ticked
from satark.tips.conflict import read_by
from satark.tips.holding import hold_of, may_hold
from satark.tips.letters import QUICK, Letter
from satark.tips.life import FOLLOWING, Outcome, Priority, Status
from satark.tips.links import links_of
from satark.tips.queries import accused_by, barred_who_looked, files_of, letters_of, progress_of, steps_of, tip_for

LOOK_EVERY = 2.0
ENDS = (Status.CLOSED, Status.DUPLICATE, Status.NOT_ACTIONABLE)


@dataclass(frozen=True)
class Shown:
    """A letter as an officer reads it; `letter` is None where this panel has no key to it."""

    row: Any
    letter: Letter | None


async def show(work: Work) -> Response:
    async with work.core.store.write() as db:
        tip = await found(work, db)
        await verbs.look(db, clocks(work), work.viewer, tip)
        tip = await found(work, db)
        read, reading = await _read(work, db, tip), await read_by(db, tip)
    return work.page(
        "tip.html", tip=tip, this_hour=hour_of(now()), **read, **_offered(work, tip, read["accused"], reading)
    )


async def _read(work: Work, db: AsyncConnection, tip: Any) -> dict[str, Any]:
    """What the page shows of a tip."""
    files, accused = await files_of(db, tip.id), await accused_by(db, tip.id)
    category = work.core.pack.category(tip.category)
    return {
        "letters": [Shown(row, opened(work, row)) for row in await letters_of(db, tip.id)],
        "files": files,
        "ready": sum(1 for file in files.values() if file.state == "ready"),
        "withheld": sum(1 for file in files.values() if file.state == "withheld"),
        "steps": await steps_of(db, tip.id),
        "accused": sorted(accused),
        "barred": await barred_who_looked(db, tip, accused, work.core.pack.parents),
        "links": await links_of(db, work.viewer, tip),
        "alike": await alike(db, work.viewer, tip, work.core.keeper.locker) if work.core.keeper.locker else [],
        "checklist": category.checklist if category else (),
        "ticked": await ticked(db, tip.id),
        "hold": await hold_of(db, tip.id),
        "can_take_back": await handing.may_take_back(db, work.viewer, tip, tree(work)),
    }


def _offered(work: Work, tip: Any, accused: Sequence[str], reading: Collection[str]) -> dict[str, Any]:
    """What can be done with it now, by this officer."""
    pack, following = work.core.pack, FOLLOWING[Status(tip.status)]
    channel = work.core.registry.channels.get(tip.channel)
    return {
        "quick": QUICK,
        "handed_to_us": tip.assigned in work.viewer.offices,
        "districts": districts_for(work, tip, accused),
        "offices": offices_to_accuse(work, accused),
        "assignable": sorted(handing.may_assign(work.viewer, tree(work), reading, accused)),
        "categories": [one.id for one in pack.categories if not one.hidden or one.id == tip.category],
        "stations": [one.id for one in pack.offices.values() if _is_station_of(pack, one, tip.district)],
        "priorities": list(Priority),
        "rows": SEIZURES,
        "can_assign": Status.ASSIGNED in following,
        "can_act": Status.ACTION_TAKEN in following,
        "ends": [status.value for status in ENDS if status in following],
        "outcomes": [outcome.value for outcome in Outcome if outcome],
        "can_mute": may_mute(office_kinds(work)),
        "can_hold": may_hold(office_kinds(work)),
        "finds_sender": channel is not None and channel.capabilities.pushes_for != 0,
    }


def _is_station_of(pack: Pack, office: Office, district: str) -> bool:
    return office.kind == "station" and not office.closed and pack.district_of(office.id) == district


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
    return await do(
        work, lambda db, tip: handing.assign(db, clocks(work), seals(work), work.viewer, tip, office, tree(work))
    )


async def take_back(work: Work) -> Response:
    return await do(work, lambda db, tip: handing.take_back(db, clocks(work), work.viewer, tip, tree(work)))


def ends_as(work: Work) -> tuple[Status, Outcome]:
    """How a form closes a tip."""
    try:
        status, outcome = Status(work.text("status")), Outcome(work.text("outcome"))
    except ValueError:
        raise HTTPException(422) from None
    if status not in ENDS:
        raise HTTPException(422)
    return status, outcome if status is Status.CLOSED else Outcome.NONE


async def close(work: Work) -> Response:
    status, outcome = ends_as(work)
    words = work.text("words")
    if (asked := await _asked_once_more(work, words)) is not None:
        return asked
    return await do(
        work, lambda db, tip: verbs.close(db, clocks(work), seals(work), work.viewer, tip, status, outcome, words)
    )


async def message(work: Work) -> Response:
    """Words or a phrase."""
    words, phrase = work.text("words"), work.text("phrase")
    if not words and phrase not in QUICK:
        raise HTTPException(422)
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
    kept = {name: work.text(name) for name in ("letters", "status", "outcome") if work.text(name)}
    return work.page("sure.html", tip=tip, words=words, kept=kept, action=work.request.url.path)


async def note(work: Work) -> Response:
    words = work.text("words")
    if not words:
        raise HTTPException(422)
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
