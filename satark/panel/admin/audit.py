"""The audit log, newest first, and whether it is whole and as it was signed."""

from starlette.responses import Response

from satark.panel.gate import Work, guarded
from satark.panel.roles import AUDITORS
from satark.store.keys import audit_public
from satark.tips.audit import page_of
from satark.tips.audit_heads import Verdict, verify_log

PAGE = 100


async def show(work: Work) -> Response:
    return await _page(work)


async def check(work: Work) -> Response:
    """Verify the chain now, and compare it with what was signed."""
    async with work.core.store.read() as db:
        verdict = await verify_log(db, audit_public(work.core.keys))
    return await _page(work, verdict)


async def _page(work: Work, verdict: Verdict | None = None) -> Response:
    asked = work.request.query_params.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 12 else 0
    async with work.core.store.read() as db:
        entries = await page_of(db, before, PAGE + 1)
    return work.page(
        "audit.html",
        entries=entries[:PAGE],
        more=len(entries) > PAGE,
        verdict=verdict,
        can_check=audit_public(work.core.keys) is not None,
    )


ROUTES = [
    guarded("/admin/audit", show, roles=AUDITORS),
    guarded("/admin/audit", check, "POST", AUDITORS),
]
