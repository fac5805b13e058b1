"""A clean file, for an officer who may see its tip: shown, whole or a part of it; or taken along, which is noted."""

import mimetypes
import re
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from satark.language import show_time
from satark.panel.gate import Work, guarded
from satark.paper.words import words_of
from satark.store.clock import now, start_of
from satark.tips.audit import append, append_hourly, is_noted
from satark.tips.custody import DOWNLOADED, NOTED, OPENED, narrows
from satark.tips.queries import evidence_for

FILE = "/evidence/{evidence}"
SUFFIXES = {"image/jpeg": ".jpg", "audio/mp4": ".m4a"}
NAMED = 8
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
HEADERS = {
    "Accept-Ranges": "bytes",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
}
# No browser shows a document in a sandbox: it is saved.
SAVED = frozenset({"application/pdf"})


async def file_of(work: Work, db: AsyncConnection) -> Any:
    """The row of the file of the address. What is not there and what may not be seen are the same 404."""
    row = await evidence_for(db, work.viewer, work.request.path_params["evidence"])
    if row is None:
        raise HTTPException(404)
    return row


async def _ready(work: Work, db: AsyncConnection) -> Any:
    row = await file_of(work, db)
    if row.state != "ready":
        raise HTTPException(404)
    return row


async def show(work: Work) -> Response:
    async with work.core.store.read() as db:
        row = await _ready(work, db)
        entry = (work.viewer.officer_id, OPENED, row.tip_id, row.id)
        noted = await is_noted(db, *entry)
    if not noted:
        async with work.core.store.write() as db:
            await append_hourly(db, *entry)
    asked = _RANGE.fullmatch(work.request.headers.get("range", ""))
    start = int(asked[1]) if asked else 0
    end = int(asked[2]) + 1 if asked and asked[2] else row.size
    if start >= row.size or end <= start:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{row.size}"})
    part = (start, min(end, row.size)) if asked else None
    return await _sent(work, row, {**HEADERS, **(_attached(_name(row)) if row.mime in SAVED else {})}, part)


async def _sent(work: Work, row: Any, headers: dict[str, str], part: tuple[int, int] | None = None) -> Response:
    """The bytes of a clean file, or the part [start, end) of them."""
    start, end = part or (0, row.size)
    opened = await work.core.keeper.open(row.id, start, end)
    if opened is None:
        raise HTTPException(404)
    headers = {**headers, "Content-Length": str(end - start)}
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{opened.size}"
    return StreamingResponse(opened.chunks, 206 if part else 200, headers, opened.mime)


async def download(work: Work) -> Response:
    """The clean file as it is, nothing burnt into it: its hash stays what the certificate says. The entry is the mark."""
    async with work.core.store.write() as db:
        row = await _ready(work, db)
        await append(db, work.viewer.officer_id, DOWNLOADED, row.tip_id, f"{row.id} {row.cleaned}")
    return await _sent(work, row, {**HEADERS, **_attached(_name(row))})


async def note(work: Work) -> Response:
    """What goes beside a downloaded file: words, and the line by which `sha256sum -c` checks it."""
    async with work.core.store.write() as db:
        row = await _ready(work, db)
        await append(db, work.viewer.officer_id, NOTED, row.tip_id, row.id)
    locale = work.viewer.locale
    told = words_of("custody", locale, file=row, by=work.viewer.name, time=said_time(now(), row.hour, locale))
    lines = [f"# {line}" for line in told["lines"]]
    text = "\n".join([*lines, f"{row.cleaned}  {_name(row)}", ""])
    return PlainTextResponse(text, headers=_attached(f"{_name(row)}.sha256"))


def said_time(time: int, hour: int, locale: str) -> str:
    """When a file that came in an hour was in somebody's hands: to the minute, where that tells no more than the
    hour."""
    if not narrows(time, hour):
        return show_time(time, locale)
    return f"{show_time(start_of(hour), locale)} – {show_time(start_of(hour + 1), locale)}"


def _name(row: Any) -> str:
    """`REFERENCE-<first 8 of the hash>.ext`: what a file is called outside."""
    suffix = SUFFIXES.get(row.mime) or mimetypes.guess_extension(row.mime) or ""
    return f"{row.reference}-{row.cleaned[:NAMED]}{suffix}"


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


ROUTES = [
    guarded(FILE, show),
    guarded(f"{FILE}/download", download, "POST"),
    guarded(f"{FILE}/note", note, "POST"),
]
