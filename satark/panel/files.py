"""Shows a clean file to an officer who may see its tip, whole or a part of it."""

import re

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from satark.panel.gate import Work
from satark.tips.audit import append
from satark.tips.queries import evidence_for

_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
HEADERS = {
    "Accept-Ranges": "bytes",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
}


async def show(work: Work) -> Response:
    evidence_id = work.request.path_params["evidence"]
    async with work.core.store.write() as db:
        row = await evidence_for(db, work.viewer, evidence_id)
        if row is None or row.state != "ready":
            raise HTTPException(404)
        await append(db, work.viewer.officer_id, "file", row.tip_id, row.id)
    asked = _RANGE.fullmatch(work.request.headers.get("range", ""))
    start = int(asked[1]) if asked else 0
    end = int(asked[2]) + 1 if asked and asked[2] else row.size
    if start >= row.size or end <= start:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{row.size}"})
    opened = await work.core.keeper.open(evidence_id, start, end)
    if opened is None:
        raise HTTPException(404)
    end = min(end, opened.size)
    headers = {**HEADERS, "Content-Length": str(end - start)}
    if asked:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{opened.size}"
    return StreamingResponse(opened.chunks, 206 if asked else 200, headers, opened.mime)
