"""What a player shows of a file before it is played: the poster of a video, and how loud a recording is."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from satark.panel.files import HEADERS
from satark.panel.gate import Work, guarded
from satark.tips.audit import append_hourly
from satark.tips.queries import evidence_for


async def _looked_at(work: Work) -> Any:
    """The row of a file that is ready and that the officer may see; the look is in the audit log."""
    async with work.core.store.write() as db:
        row = await evidence_for(db, work.viewer, work.request.path_params["evidence"])
        if row is None or row.state != "ready":
            raise HTTPException(404)
        await append_hourly(db, work.viewer.officer_id, "glimpse", row.tip_id, row.id)
    return row


async def poster(work: Work) -> Response:
    picture = await work.core.keeper.poster(await _looked_at(work))
    if picture is None:
        raise HTTPException(404)
    return Response(picture, headers=HEADERS, media_type="image/jpeg")


async def peaks(work: Work) -> Response:
    """`{"peaks": [...]}`: numbers from 0 to 255, of equal parts of the recording."""
    loud = work.core.keeper.peaks(await _looked_at(work))
    if loud is None:
        raise HTTPException(404)
    return JSONResponse({"peaks": list(loud)}, headers=HEADERS)


ROUTES = [guarded("/evidence/{evidence}/poster", poster), guarded("/evidence/{evidence}/peaks", peaks)]
