"""The audit log, newest first, and whether it is whole."""

from starlette.responses import Response

from satark.panel.gate import Work, guarded
from satark.panel.roles import AUDITORS
from satark.tips.audit import page_of, verify

PAGE = 100


async def show(work: Work) -> Response:
    return await _page(work)


async def check(work: Work) -> Response:
    """Verify the chain now."""
    async with work.core.store.read() as db:
        broken = await verify(db)
    return await _page(work, checked=True, broken=broken)


async def _page(work: Work, *, checked: bool = False, broken: int | None = None) -> Response:
    asked = work.request.query_params.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 12 else 0
    async with work.core.store.read() as db:
        entries = await page_of(db, before, PAGE + 1)
    return work.page("audit.html", entries=entries[:PAGE], more=len(entries) > PAGE, checked=checked, broken=broken)


ROUTES = [
    guarded("/admin/audit", show, roles=AUDITORS),
    guarded("/admin/audit", check, "POST", AUDITORS),
]
