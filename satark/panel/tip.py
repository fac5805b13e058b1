"""One tip: its page, and what an officer does with it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from satark.evidence.keeping import OverLimit
from satark.panel.gate import SEE_OTHER, Work
from satark.store.sealing import CannotOpen, Opener, Seal
from satark.tips import handing, verbs
from satark.tips.entries import NotAllowed, Seals
from satark.tips.letters import Letter, LetterKind, open_letter
from satark.tips.life import FOLLOWING, NotNow, Outcome, Status
from satark.tips.queries import accused_by, files_of, letters_of, steps_of, tip_for

READ = 262_144
ENDS = (Status.CLOSED, Status.DUPLICATE, Status.NOT_ACTIONABLE)


@dataclass(frozen=True)
class Shown:
    """A letter as an officer reads it; `letter` is None where this panel has no key to it."""

    row: Any
    letter: Letter | None


async def show(work: Work) -> Response:
    async with work.core.store.write() as db:
        tip = await _found(work, db)
        await verbs.look(db, work.viewer, tip)
        tip = await _found(work, db)
        letters = [Shown(row, _opened(work, row)) for row in await letters_of(db, tip.id)]
        files = await files_of(db, tip.id)
        steps = await steps_of(db, tip.id)
        accused = await accused_by(db, tip.id)
    following = FOLLOWING[Status(tip.status)]
    return work.page(
        "tip.html",
        tip=tip,
        letters=letters,
        files=files,
        ready=sum(1 for file in files.values() if file.state == "ready"),
        steps=steps,
        accused=sorted(accused),
        assignable=sorted(work.viewer.may_assign(work.core.pack.parents, accused)),
        can_assign=Status.ASSIGNED in following,
        can_act=Status.ACTION_TAKEN in following,
        ends=[status.value for status in ENDS if status in following],
        outcomes=[outcome.value for outcome in Outcome if outcome],
    )


async def _found(work: Work, db: AsyncConnection) -> Any:
    """The tip of the address. What is not there and what may not be seen are the same 404."""
    tip = await tip_for(db, work.viewer, work.request.path_params["reference"])
    if tip is None:
        raise HTTPException(404)
    return tip


def _opened(work: Work, row: Any) -> Letter | None:
    name = "reply.key" if row.kind == LetterKind.MESSAGE else "content.key"
    if name not in work.core.keys:
        return None
    try:
        return open_letter(Opener(work.core.keys[name]), row.sealed)
    except CannotOpen:
        return None


def _seals(work: Work) -> Seals:
    return Seals(Seal(work.core.keys["content.pub"]), Seal(work.core.keys["reply.pub"]))


async def _do(work: Work, act: Callable[[AsyncConnection, Any], Awaitable[None]]) -> Response:
    """Run a verb on the tip of the address, then show the tip."""
    try:
        async with work.core.store.write() as db:
            await act(db, await _found(work, db))
    except NotNow:
        raise HTTPException(422) from None
    except NotAllowed:
        raise HTTPException(403) from None
    await work.core.wake("deliver")
    return RedirectResponse(f"/panel/tips/{work.request.path_params['reference']}", SEE_OTHER)


async def assign(work: Work) -> Response:
    parents = work.core.pack.parents
    return await _do(
        work, lambda db, tip: handing.assign(db, _seals(work), work.viewer, tip, work.text("office"), parents)
    )


async def report(work: Work) -> Response:
    """An action report, with its files."""
    async with work.core.store.read() as db:
        await _found(work, db)
    files = [await _keep(work, one) for one in work.form.getlist("files") if isinstance(one, UploadFile) and one.size]
    text, words = work.text("text"), work.text("words")
    if not text and not files:
        raise HTTPException(422)
    response = await _do(
        work, lambda db, tip: verbs.report_action(db, _seals(work), work.viewer, tip, text, files, words)
    )
    await work.core.wake("prepare")
    return response


async def _keep(work: Work, upload: UploadFile) -> str:
    try:
        return await work.core.keeper.keep(_chunks(upload), upload.content_type or "", work.core.settings.upload_limit)
    except OverLimit:
        raise HTTPException(413) from None


async def _chunks(upload: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await upload.read(READ):
        yield chunk


async def close(work: Work) -> Response:
    try:
        status, outcome = Status(work.text("status")), Outcome(work.text("outcome"))
    except ValueError:
        raise HTTPException(422) from None
    if status not in ENDS:
        raise HTTPException(422)
    outcome = outcome if status is Status.CLOSED else Outcome.NONE
    words = work.text("words")
    return await _do(work, lambda db, tip: verbs.close(db, _seals(work), work.viewer, tip, status, outcome, words))


async def message(work: Work) -> Response:
    return await _with_words(work, verbs.write_to_informant)


async def note(work: Work) -> Response:
    return await _with_words(work, verbs.add_note)


async def _with_words(work: Work, verb: Callable[..., Awaitable[None]]) -> Response:
    words = work.text("words")
    if not words:
        raise HTTPException(422)
    return await _do(work, lambda db, tip: verb(db, _seals(work), work.viewer, tip, words))
