"""One tip: its page, and what an officer does with it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from satark.evidence.keeping import OverLimit
from satark.panel.acting import do, found, seals
from satark.panel.conflict import districts_for, offices_to_accuse
from satark.panel.gate import Work
from satark.store.sealing import CannotOpen, Opener
from satark.tips import handing, verbs
from satark.tips.asking import asks_who, telling_phrases
from satark.tips.letters import QUICK, Letter, LetterKind, open_letter
from satark.tips.life import FOLLOWING, Outcome, Status
from satark.tips.queries import accused_by, barred_who_looked, files_of, letters_of, steps_of

READ = 262_144
ENDS = (Status.CLOSED, Status.DUPLICATE, Status.NOT_ACTIONABLE)


@dataclass(frozen=True)
class Shown:
    """A letter as an officer reads it; `letter` is None where this panel has no key to it."""

    row: Any
    letter: Letter | None


async def show(work: Work) -> Response:
    async with work.core.store.write() as db:
        tip = await found(work, db)
        await verbs.look(db, work.viewer, tip)
        tip = await found(work, db)
        letters = [Shown(row, _opened(work, row)) for row in await letters_of(db, tip.id)]
        files = await files_of(db, tip.id)
        steps = await steps_of(db, tip.id)
        accused = await accused_by(db, tip.id)
        barred = await barred_who_looked(db, tip, accused, work.core.pack.parents)
    following = FOLLOWING[Status(tip.status)]
    return work.page(
        "tip.html",
        tip=tip,
        letters=letters,
        files=files,
        ready=sum(1 for file in files.values() if file.state == "ready"),
        steps=steps,
        accused=sorted(accused),
        barred=barred,
        quick=QUICK,
        handed_to_us=tip.assigned in work.viewer.offices,
        districts=districts_for(work, tip, accused),
        offices=offices_to_accuse(work, accused),
        assignable=sorted(work.viewer.may_assign(work.core.pack.parents, accused)),
        can_assign=Status.ASSIGNED in following,
        can_act=Status.ACTION_TAKEN in following,
        ends=[status.value for status in ENDS if status in following],
        outcomes=[outcome.value for outcome in Outcome if outcome],
    )


def _opened(work: Work, row: Any) -> Letter | None:
    name = "reply.key" if row.kind == LetterKind.MESSAGE else "content.key"
    if name not in work.core.keys:
        return None
    try:
        return open_letter(Opener(work.core.keys[name]), row.sealed)
    except CannotOpen:
        return None


async def assign(work: Work) -> Response:
    parents = work.core.pack.parents
    return await do(
        work, lambda db, tip: handing.assign(db, seals(work), work.viewer, tip, work.text("office"), parents)
    )


async def report(work: Work) -> Response:
    """An action report, with its files."""
    async with work.core.store.read() as db:
        await found(work, db)
    files = [await _keep(work, one) for one in work.form.getlist("files") if isinstance(one, UploadFile) and one.size]
    text, words = work.text("text"), work.text("words")
    if not text and not files:
        raise HTTPException(422)
    response = await do(
        work, lambda db, tip: verbs.report_action(db, seals(work), work.viewer, tip, text, files, words)
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
    return await do(work, lambda db, tip: verbs.close(db, seals(work), work.viewer, tip, status, outcome, words))


async def message(work: Work) -> Response:
    """Words or a phrase. What asks the informant who they are is shown once more before it goes."""
    words, phrase = work.text("words"), work.text("phrase")
    if not words and phrase not in QUICK:
        raise HTTPException(422)
    warned = asks_who(words, telling_phrases())
    if warned and work.text("sure") != "yes":
        async with work.core.store.read() as db:
            tip = await found(work, db)
        return work.page("sure.html", tip=tip, words=words)
    return await do(
        work,
        lambda db, tip: verbs.write_to_informant(db, seals(work), work.viewer, tip, words, phrase, warned=warned),
    )


async def note(work: Work) -> Response:
    words = work.text("words")
    if not words:
        raise HTTPException(422)
    return await do(work, lambda db, tip: verbs.add_note(db, seals(work), work.viewer, tip, words))
