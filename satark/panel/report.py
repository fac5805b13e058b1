"""The action report, from a phone in the field: entered, looked at once more as the informant will get it, then sent."""

from collections.abc import AsyncIterator
from itertools import zip_longest
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from satark.channels.storable import media_type
from satark.evidence.keeping import OverLimit
from satark.panel.acting import TIP, clocks, do, found, once, seals
from satark.panel.gate import Work, guarded
from satark.panel.offers import SEIZURES
from satark.panel.refusing import refuse
from satark.store.tables import Voice
from satark.tips import verbs
from satark.tips.asking import asks_who, telling_phrases
from satark.tips.letters import Result, Seizure
from satark.tips.life import Status

READ = 262_144
SEND = "send"
MOST_SEIZED = 12
MOST_ARRESTS = 9999
MOST_LINE = 120


async def report(work: Work) -> Response:
    """What was done, in words, numbers and files. Nothing is entered before it was looked at once more."""
    async with work.core.store.read() as db:
        tip = await found(work, db)
    files = [await _keep(work, one) for one in work.form.getlist("files") if isinstance(one, UploadFile) and one.size]
    files = [*_texts(work, "kept"), *files]
    text, words, result = work.text("text"), work.text("words"), _result(work)
    if not text and not files and result == Result():
        raise refuse(work, "needed", "report")
    if work.text("step") != SEND:
        return _preview(work, tip, files, text, words, result)
    own = once(work, "report", text, words, str(result), *files)
    response = await do(
        work,
        lambda db, tip: verbs.report_action(
            db, clocks(work), seals(work), work.viewer, tip, text, result, files, words, own
        ),
    )
    await work.core.wake("prepare")
    return response


def _preview(work: Work, tip: Any, files: list[str], text: str, words: str, result: Result) -> Response:
    return work.page(
        "report.html",
        tip=tip,
        files=files,
        text=text,
        words=words,
        result=result,
        rows=SEIZURES,
        letters=work.text("letters"),
        version=work.text("version"),
        draft_id=work.text("draft"),
        told=words or work.phrases(tip.locale)[Status.ACTION_TAKEN],
        asks=asks_who(words, telling_phrases()),
    )


def _result(work: Work) -> Result:
    arrests = work.text("arrests") or "0"
    if not arrests.isdecimal() or int(arrests) > MOST_ARRESTS:
        raise refuse(work, "number", "arrests")
    pairs = zip_longest(_texts(work, "what", empty=True), _texts(work, "amount", empty=True), fillvalue="")
    seized = tuple(Seizure(what, amount) for what, amount in pairs if what or amount)
    return Result(int(arrests), seized[:MOST_SEIZED], work.text("fir")[:MOST_LINE])


def _texts(work: Work, name: str, *, empty: bool = False) -> list[str]:
    """All values of a field that may stand in a form more than once."""
    values = [one.strip()[:MOST_LINE] for one in work.form.getlist(name) if isinstance(one, str)]
    return values if empty else [one for one in values if one]


async def _keep(work: Work, upload: UploadFile) -> str:
    try:
        limit, mime = work.core.settings.upload_limit, media_type(upload.content_type or "")
        return await work.core.keeper.keep(_chunks(upload), mime, limit, voice=Voice.OFFICER)
    except OverLimit:
        raise HTTPException(413) from None


async def _chunks(upload: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await upload.read(READ):
        yield chunk


ROUTES = [guarded(f"{TIP}/report", report, "POST")]
