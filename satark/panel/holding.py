"""Forms that keep a tip from being destroyed, and let it go."""

from starlette.responses import Response

from satark.panel.acting import TIP, do, seals
from satark.panel.gate import Work, guarded
from satark.panel.offers import office_kinds
from satark.panel.refusing import needed
from satark.tips import holding


async def hold(work: Work) -> Response:
    return await _do(work, holding.hold)


async def release(work: Work) -> Response:
    return await _do(work, holding.release)


async def _do(work: Work, verb: holding.Verb) -> Response:
    reason = needed(work, "words", f"{work.request.url.path.rsplit('/', 1)[-1]}-words")
    return await do(work, lambda db, tip: verb(db, seals(work), work.viewer, office_kinds(work), tip, reason))


ROUTES = [guarded(f"{TIP}/{page.__name__}", page, "POST") for page in (hold, release)]
