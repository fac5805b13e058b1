"""The certificate that courts ask for with an electronic record (Bharatiya Sakshya Adhiniyam 2023, section 63(4)(c)).

What Satark knows stands in it, from the row of the file and the audit log; what only a person can say is left open.
"""

from collections.abc import AsyncIterator
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from satark.evidence.vault import Damaged
from satark.panel.acting import opened
from satark.panel.files import FILE, file_of, said_time
from satark.panel.gate import Work, guarded
from satark.paper.press import on_press, typeset
from satark.paper.words import words_of
from satark.store.clock import hour_of, now, start_of
from satark.tips.audit import append, read_through
from satark.tips.custody import CERTIFIED, custody_of
from satark.tips.queries import letters_of

LOCALES = ("hi", "en")


def is_certifiable(row: Any) -> bool:
    """There must be a hash to certify, and no more work on the file."""
    return bool(row.original) and row.state not in ("waiting", "kept")


async def issue(work: Work) -> Response:
    locale, time = work.text("locale"), now()
    if locale not in LOCALES:
        raise HTTPException(422)
    async with work.core.store.write() as db:
        row = await file_of(work, db)
        if not is_certifiable(row):
            raise HTTPException(404)
        await append(db, work.viewer.officer_id, CERTIFIED, row.tip_id, f"{row.id} {locale}")
    async with work.core.store.read() as db:
        log = await read_through(db)
        custody = [one for one in await custody_of(db, row.tip_id, row.id) if one.number <= log.number]
        bringer = await _bringer(work, db, row)
    told = {
        "file": row,
        "same": await _is_same(work, row),
        "bringer": bringer,
        "log": asdict(log),
        "issuer": work.viewer.name,
        "time": said_time(time, row.hour, locale),
        "software": f"Satark {version('satark')}",
        "address": work.core.settings.public_url,
        "on_disk": work.core.settings.evidence.startswith("file:"),
    }
    words = words_of("certificate", locale, **told)
    rows = [
        (str(one.number), said_time(one.time, row.hour, locale), one.name or "", words["actions"][one.action])
        for one in custody
    ]
    data = {"locale": locale, "words": words, "custody": rows}
    pdf = await on_press(typeset, "certificate.typ", data, start_of(hour_of(time)))
    name = f"{row.reference}-{(row.cleaned or row.id)[:8]}-certificate-{locale}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pdf, headers=headers, media_type="application/pdf")


async def _bringer(work: Work, db: AsyncConnection, row: Any) -> Any:
    """The row of the letter that a file came with; None where this panel cannot read it."""
    for one in await letters_of(db, row.tip_id):
        letter = opened(work, one)
        if letter and any(piece.evidence == row.id for piece in letter.pieces):
            return one
    return None


async def _is_same(work: Work, row: Any) -> bool | None:
    """Whether what is stored now has the hash that was noted: the clean copy, or of a withheld file the original. None
    where nothing is stored that can be opened here."""
    keeper = work.core.keeper
    if row.key is None or keeper.opener is None:
        return None
    if row.state == "ready":
        found = await keeper.open(row.id)
        return None if found is None else await _hash_of(found.chunks) == str(row.cleaned)
    return await _hash_of(keeper.read_original(row)) == str(row.original)


async def _hash_of(chunks: AsyncIterator[bytes]) -> str:
    """SHA-256 in hex; "" where what is stored was damaged or is gone."""
    digest = sha256()
    try:
        async for chunk in chunks:
            digest.update(chunk)
    except (Damaged, FileNotFoundError):
        return ""
    return digest.hexdigest()


ROUTES = [guarded(f"{FILE}/certificate", issue, "POST")]
