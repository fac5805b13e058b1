"""The page of one tip: what it shows, and how it comes back where a form was refused."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from satark.panel.acting import found, opened, opened_with, tree
from satark.panel.drafts import Kept, given_fields
from satark.panel.gate import Work
from satark.panel.given import NOTHING_GIVEN, Given
from satark.panel.offers import offers
from satark.routing.limits import Fault
from satark.store.clock import hour_of, now
from satark.tips import accusations, handing
from satark.tips.alike import alike
from satark.tips.checklist import ticked
from satark.tips.conflict import read_by
from satark.tips.holding import hold_of
from satark.tips.letters import Letter
from satark.tips.links import links_of
from satark.tips.queries import accused_by, barred_who_looked, files_of, is_reported, letters_of, steps_of
from satark.tips.versions import facts_of, version_of


@dataclass(frozen=True)
class Shown:
    """A letter as an officer reads it; `letter` is None where this panel has no key to it."""

    row: Any
    letter: Letter | None


@dataclass(frozen=True)
class Named:
    """An office that an officer named; `reason` is None where this panel has no key to it."""

    row: Any
    reason: Letter | None
    may_decide: bool
    may_withdraw: bool


def _named(work: Work, row: Any) -> Named:
    decides, withdraws = (
        accusations.may_decide(work.viewer, row),
        accusations.may_withdraw(work.viewer, row, tree(work)),
    )
    return Named(row, opened_with(work, "content.key", row.sealed), decides, withdraws)


async def shown(work: Work, db: AsyncConnection) -> dict[str, Any]:
    """What the page of the tip shows and offers."""
    tip = await found(work, db)
    read, reading = await _read(work, db, tip), await read_by(db, tip)
    offered = offers(work, tip, read["accused"], reading, reported=await is_reported(db, tip))
    return {"tip": tip, **read, **offered}


def page(work: Work, context: dict[str, Any], faults: Sequence[Fault] = ()) -> Response:
    """Where a form was refused, as it was filled in and with what is wrong."""
    given = Given(work.form, faults) if faults else NOTHING_GIVEN
    return work.page("tip.html", 422 if faults else 200, this_hour=hour_of(now()), given=given, **context)


async def refused(work: Work, faults: Sequence[Fault]) -> Response:
    """The tip once more, because of what is wrong with a form of its page."""
    async with work.core.store.read() as db:
        context = await shown(work, db)
    again = Kept(work.text("draft"), "", work.request.url.path, given_fields(work.form))
    return page(replace(work, again=again, wrong=frozenset(one.field for one in faults if one.field)), context, faults)


async def _read(work: Work, db: AsyncConnection, tip: Any) -> dict[str, Any]:
    files, accused = await files_of(db, tip.id), await accused_by(db, tip.id)
    category = work.core.pack.category(tip.category)
    return {
        "letters": [Shown(row, opened(work, row)) for row in await letters_of(db, tip.id)],
        "files": files,
        "ready": sum(1 for file in files.values() if file.state == "ready"),
        "withheld": sum(1 for file in files.values() if file.state == "withheld"),
        "steps": await steps_of(db, tip.id),
        "accused": work.in_order(accused),
        "barred": await barred_who_looked(db, tip, accused, work.core.pack.parents),
        "named": [_named(work, row) for row in await accusations.of_tip(db, work.viewer, tip)],
        "links": await links_of(db, work.viewer, tip),
        "alike": await alike(db, work.viewer, tip, work.core.keeper.locker) if work.core.keeper.locker else [],
        "checklist": category.checklist if category else (),
        "ticked": await ticked(db, tip.id),
        "hold": await hold_of(db, tip.id),
        "version": version_of(await facts_of(db, tip)),
        "can_take_back": await handing.may_take_back(db, work.viewer, tip, tree(work)),
    }
