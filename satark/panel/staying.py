"""Staying signed in while writing, and dropping what was written when a session had ended."""

from starlette.responses import RedirectResponse, Response

from satark.panel import drafts
from satark.panel.gate import SEE_OTHER, Work, guarded
from satark.panel.roles import EVERYBODY, FIRST_PAGE


async def stay(work: Work) -> Response:  # noqa: ARG001 - that it was asked for is noted before
    return Response(status_code=204)


async def discard(work: Work) -> Response:
    await drafts.drop(work.core.store, work.viewer.officer_id, work.text("discard"))
    return RedirectResponse(FIRST_PAGE[work.session.role], SEE_OTHER)


ROUTES = [
    guarded("/stay", stay, "POST", EVERYBODY),
    guarded("/drafts/drop", discard, "POST", EVERYBODY),
]
