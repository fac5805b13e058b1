"""What every page of a tip shares: finding it, its keys, and running a verb on it."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from satark.panel.gate import SEE_OTHER, Work
from satark.store.sealing import Seal
from satark.tips.conflict import Tree
from satark.tips.entries import NotAllowed, Seals
from satark.tips.life import NotNow
from satark.tips.queries import tip_for

INBOX = "/panel/tips"


async def found(work: Work, db: AsyncConnection) -> Any:
    """The tip of the address. What is not there and what may not be seen are the same 404."""
    tip = await tip_for(db, work.viewer, work.request.path_params["reference"])
    if tip is None:
        raise HTTPException(404)
    return tip


def seals(work: Work) -> Seals:
    return Seals(Seal(work.core.keys["content.pub"]), Seal(work.core.keys["reply.pub"]))


def tree(work: Work) -> Tree:
    return Tree(work.core.pack.parents, work.core.pack.top, work.core.pack.outside)


async def do(work: Work, act: Callable[[AsyncConnection, Any], Awaitable[None]]) -> Response:
    """Run a verb on the tip of the address, then show the tip; the inbox, where it may not be seen any more."""
    reference = work.request.path_params["reference"]
    try:
        async with work.core.store.write() as db:
            await act(db, await found(work, db))
            left = await tip_for(db, work.viewer, reference)
    except NotNow:
        raise HTTPException(422) from None
    except NotAllowed:
        raise HTTPException(403) from None
    await work.core.wake("deliver")
    return RedirectResponse(f"{INBOX}/{reference}" if left else INBOX, SEE_OTHER)
