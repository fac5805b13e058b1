"""Reports of weeks and months, as PDF and XLSX: the numbers of the pages, of what who asks may see now.

An earlier report is counted anew whenever it is asked for, and nothing of it is kept: a tip that was found to accuse
somebody's office is in none of theirs. Analysts have the overview of now."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.responses import Response

from satark.insight.analysis import hour_within
from satark.insight.periods import Kind, Periods, periods
from satark.language import show_day
from satark.panel.gate import Work, guarded
from satark.panel.given import NOTHING_GIVEN, Given
from satark.panel.insight import report_overview, report_parts
from satark.panel.insight.asked import numbers_for
from satark.panel.insight.changes import end_asked, today
from satark.panel.insight.overview import overview_of
from satark.panel.insight.report_numbers import numbers_of
from satark.panel.insight.report_parts import Words, day
from satark.panel.people import officer_of
from satark.panel.ready import opened, wishes_of
from satark.panel.roles import SERVING, Role
from satark.paper.press import on_press
from satark.paper.reports import Report, Section, as_pdf, as_xlsx
from satark.paper.words import words_of
from satark.store.clock import hour_of, now, start_of
from satark.tips.audit import append

LANGUAGES = ("hi", "en")
SHOWN = 12
MAKERS: dict[str, tuple[Callable[[Report], bytes], str]] = {
    "pdf": (as_pdf, "application/pdf"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@dataclass(frozen=True)
class Wanted:
    """`kind` is None for the overview of now."""

    kind: Kind | None
    until: str
    form: str

    @classmethod
    def of(cls, work: Work) -> "Wanted":
        """The button says it in three words: `pdf week 2026-11-23`. 422 where it says anything else."""
        form, _, rest = work.text("take").partition(" ")
        kind, _, until = rest.partition(" ")
        if form not in MAKERS or kind not in ("now", *Kind) or work.text("locale") not in LANGUAGES:
            raise HTTPException(422)
        analyst = work.session.role is Role.ANALYST
        if analyst is not (kind == "now"):
            raise HTTPException(403)
        return cls(None if analyst else Kind(kind), until, form)


async def show(work: Work) -> Response:
    """What was new until now is new no more."""
    if work.session.reports:
        await opened(work.core.store, work.viewer.officer_id)
    return await page(replace(work, session=replace(work.session, reports=0)))


async def page(work: Work, given: Given = NOTHING_GIVEN, status: int = 200) -> Response:
    """Drawn from the calendar and the officer's own row, so that nothing of it comes or goes with a tip."""
    officer, own = work.session.role is Role.OFFICER, work.viewer.officer_id
    wishes = await wishes_of(work.core.store, own)
    return work.page(
        "insight/reports.html", status, kinds={kind.value: _newest(kind) for kind in Kind} if officer else {},
        hour=hour_within, one_day=timedelta(1), report_languages=LANGUAGES, given=given,
        wished={one.kind for one in wishes}, mail=any(one.mail for one in wishes),
        wish_locale=wishes[0].locale if wishes else work.viewer.locale,
        mails=bool(work.core.settings.mail_from), email=(await officer_of(work.core.store, own)).email,
    )  # fmt: skip


def _newest(kind: Kind) -> list[Periods]:
    found = [periods(kind, today())]
    while len(found) < SHOWN:
        found.append(periods(kind, found[-1].now.first))
    return found


async def file(work: Work) -> Response:
    wanted, locale = Wanted.of(work), work.text("locale")
    spoken = replace(work, session=replace(work.session, viewer=replace(work.viewer, locale=locale)))
    hour = hour_of(now())
    words = words_of("report", locale, name=work.viewer.name, day=show_day(hour, locale))
    period, sections = await _content(spoken, wanted, words)
    name = "-".join(filter(None, (wanted.kind or "now", wanted.until)))
    async with work.core.store.write() as db:
        await append(db, work.viewer.officer_id, "export report", detail=f"{wanted.form} {name} {locale}")
    make, mime = MAKERS[wanted.form]
    report = Report(words[wanted.kind or "now"], period, words["by"], words["about"], sections, locale, start_of(hour))
    headers = {"Content-Disposition": f'attachment; filename="satark-report-{name}.{wanted.form}"'}
    return Response(await on_press(make, report), headers=headers, media_type=mime)


async def _content(work: Work, wanted: Wanted, words: Words) -> tuple[str, list[Section]]:
    """Of when it is, and what is in it. 503 as long as numbers are being counted."""
    async with numbers_for(work) as of:
        if of is None:
            raise HTTPException(503)
        if wanted.kind is None:
            found = await overview_of(of, work)
            return report_overview.period_of(work, words, found), report_overview.sections_of(work, words, found)
        until = end_asked(wanted.until, wanted.kind, today(), today())
        if wanted.until and until.isoformat() != wanted.until:
            raise HTTPException(422)
        numbers = await numbers_of(of, work, wanted.kind, until)
    span = numbers.analysis.periods.now
    period = f"{day(work, span.first)} – {day(work, span.after - timedelta(1))}"
    return period, report_parts.sections_of(work, words, numbers)


ROUTES = [
    guarded("/insight/reports", show, roles=SERVING),
    guarded("/insight/reports/file", file, "POST", SERVING),
]
