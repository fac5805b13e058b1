"""Numbers that hold for the whole jurisdiction: office hours, the usual clock, how long tips are kept."""

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from satark.panel.admin.categories import clock_in
from satark.panel.admin.changing import keep, number_in, take_back
from satark.panel.gate import SEE_OTHER, Work, guarded
from satark.panel.given import NOTHING_GIVEN, Given
from satark.panel.roles import ADMINISTRATORS
from satark.routing.edits import ClockEdit, Edit, HoursEdit, RetentionEdit
from satark.routing.limits import MOST_CONTENT_DAYS, MOST_RETURN_DAYS, Fault
from satark.routing.pack import RULES, Keep, OfficeHours

CLOCKS = "/panel/admin/clocks"
KINDS = ("hours", "clock", "retention")


async def show(work: Work) -> Response:
    return await _page(work)


async def _page(work: Work, faults: list[Fault] | None = None, given: str = "") -> Response:
    """`given` is the kind of the form that was refused."""
    edits = await work.core.jurisdiction.edits()
    forms = {kind: Given(work.form, faults or []) if kind == given else NOTHING_GIVEN for kind in KINDS}
    return work.page(
        "clocks.html",
        422 if faults else 200,
        versions={kind: await work.core.jurisdiction.version((kind, "")) for kind in KINDS},
        hours=work.core.pack.hours,
        clock=work.core.pack.clock,
        retention={rule: work.core.pack.retention[rule] for rule in RULES},
        most_content=MOST_CONTENT_DAYS,
        most_address=MOST_RETURN_DAYS,
        edited=[kind for kind in KINDS if (kind, "") in edits],
        given=forms | {"whole": Given(None, faults or [])},
    )


async def change(work: Work) -> Response:
    """One of the three forms."""
    edit: Edit
    match work.text("kind"):
        case "hours":
            days = frozenset(day for day in range(7) if work.text(f"day-{day}"))
            edit = HoursEdit(OfficeHours(days, number_in(work, "start"), number_in(work, "end")))
        case "clock":
            edit = ClockEdit(clock_in(work))
        case "retention":
            edit = RetentionEdit({rule: _keep_in(work, rule) for rule in RULES})
        case _:
            raise HTTPException(422)
    faults = await keep(work, f"change {work.text('kind')}", edit, "")
    return await _page(work, faults, work.text("kind")) if faults else RedirectResponse(CLOCKS, SEE_OTHER)


def _keep_in(work: Work, rule: str) -> Keep:
    return Keep(number_in(work, f"content-{rule}"), number_in(work, f"address-{rule}"))


async def restore(work: Work) -> Response:
    """As it came with the installation."""
    if work.text("kind") not in KINDS:
        raise HTTPException(422)
    faults = await take_back(work, (work.text("kind"), ""), work.text("kind"))
    return await _page(work, faults) if faults else RedirectResponse(CLOCKS, SEE_OTHER)


ROUTES = [
    guarded("/admin/clocks", show, roles=ADMINISTRATORS),
    guarded("/admin/clocks", change, "POST", ADMINISTRATORS),
    guarded("/admin/clocks/restore", restore, "POST", ADMINISTRATORS),
]
