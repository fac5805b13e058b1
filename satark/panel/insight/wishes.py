"""The form of who wants to hear of each weekly or monthly report: in the panel, and by an e-mail without content.

Nothing ticked is no subscription any more. An address that is typed here is that of *My account*."""

from typing import Any

from sqlalchemy import delete, insert, update
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from satark.insight.periods import Kind
from satark.panel.gate import SEE_OTHER, Work, guarded
from satark.panel.given import Given
from satark.panel.insight.reports import LANGUAGES, page
from satark.panel.notice_choices import wrong_with
from satark.panel.ready import newest, wishes_of
from satark.panel.roles import SERVING
from satark.routing.limits import Fault
from satark.store.officers import Officer, ReportWish
from satark.tips.audit import append

REPORTS = "/panel/insight/reports#wish"

_officer: Any = Officer
_wish: Any = ReportWish


async def keep(work: Work) -> Response:
    kinds = [] if work.text("stop") else [kind.value for kind in Kind if work.text(kind)]
    mail = bool(kinds) and bool(work.core.settings.mail_from) and bool(work.text("mail"))
    if work.text("locale") not in LANGUAGES:
        raise HTTPException(422)
    if faults := await _faults(work, kinds, mail):
        return await page(work, Given(work.form, faults), 422)
    await _write(work, kinds, mail)
    return RedirectResponse(REPORTS, SEE_OTHER)


async def _faults(work: Work, kinds: list[str], mail: bool) -> list[Fault]:
    own = work.viewer.officer_id
    found = []
    if not kinds and not await wishes_of(work.core.store, own):
        found.append(Fault("no_report", own, field=Kind.WEEK))
    if mail and (why := wrong_with("daily", work.text("email"))):
        found.append(Fault(why, own, field="email"))
    return found


async def _write(work: Work, kinds: list[str], mail: bool) -> None:
    """What is ready now is on this page: they hear of the next one."""
    own, locale = work.viewer.officer_id, work.text("locale")
    rows = [
        ReportWish(officer_id=own, kind=kind, locale=locale, mail=mail, told=newest(kind), seen=newest(kind))
        for kind in kinds
    ]
    detail = " ".join(("reports", *(kinds or ["never"]), *(["e-mail"] if mail else [])))
    async with work.core.store.write() as db:
        await db.execute(delete(ReportWish).where(_wish.officer_id == own))
        if rows:
            await db.execute(insert(ReportWish), [row.model_dump() for row in rows])
        if mail:
            await db.execute(update(Officer).where(_officer.id == own).values(email=work.text("email")))
        await append(db, own, "notices", detail=detail)


ROUTES = [guarded("/insight/reports/wish", keep, "POST", SERVING)]
