"""Forms of a tip that decide who works on it and who must not learn of it; each wants a reason."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from satark.panel.acting import TIP, clocks, do, seals, tree
from satark.panel.gate import Work, guarded
from satark.panel.refusing import needed
from satark.tips import accusations, conflict, handing


def _reason(work: Work) -> str:
    return needed(work, "words", f"{work.request.url.path.rsplit('/', 1)[-1]}-words")


async def accuse(work: Work) -> Response:
    reason, office = _reason(work), work.text("office")
    return await do(
        work,
        lambda db, tip: accusations.name(db, clocks(work), seals(work), work.viewer, tip, office, reason, tree(work)),
    )


async def accusation(work: Work) -> Response:
    """What the office above says of an office that was named: yes, no, or after all not."""
    office, act = work.text("office"), work.text("act")
    match act:
        case "accept":
            return await do(
                work, lambda db, tip: accusations.accept(db, clocks(work), work.viewer, tip, office, tree(work))
            )
        case "decline":
            return await do(work, lambda db, tip: accusations.decline(db, work.viewer, tip, office))
        case "withdraw":
            return await do(
                work, lambda db, tip: accusations.withdraw(db, clocks(work), work.viewer, tip, office, tree(work))
            )
    raise HTTPException(422)


async def decisions(work: Work) -> Response:
    """The tips about which the officer has to decide whether they accuse an office."""
    async with work.core.store.read() as db:
        waiting = await accusations.waiting_for(db, work.viewer)
    return work.page("decisions.html", waiting=waiting)


async def recuse(work: Work) -> Response:
    reason = _reason(work)
    return await do(
        work, lambda db, tip: conflict.recuse(db, clocks(work), seals(work), work.viewer, tip, reason, tree(work))
    )


async def hand_back(work: Work) -> Response:
    reason = _reason(work)
    return await do(
        work, lambda db, tip: handing.hand_back(db, clocks(work), seals(work), work.viewer, tip, reason, tree(work))
    )


async def transfer(work: Work) -> Response:
    reason, district = _reason(work), work.text("office")
    return await do(
        work,
        lambda db, tip: handing.transfer(db, clocks(work), seals(work), work.viewer, tip, district, reason, tree(work)),
    )


ROUTES = [
    guarded(f"{TIP}/accuse", accuse, "POST"),
    guarded("/decisions", decisions),
    guarded(f"{TIP}/accusation", accusation, "POST"),
    guarded(f"{TIP}/recuse", recuse, "POST"),
    guarded(f"{TIP}/hand-back", hand_back, "POST"),
    guarded(f"{TIP}/transfer", transfer, "POST"),
]
