"""A second factor of one's own is taken away by who types the password again; not the last of somebody who must have one."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from satark.panel.account import ACCOUNT, page
from satark.panel.confirming import knows_password
from satark.panel.gate import SEE_OTHER, Work
from satark.panel.keyring import factors
from satark.panel.sign_in import must_have_second_factor
from satark.tips.audit import append


async def take_away(work: Work, drop: Callable[[AsyncConnection], Awaitable[bool]], action: str, form: str) -> Response:
    """`drop` takes it away and returns whether it was there; `action` is what the audit log says then. `form` is the one
    that was sent, by its name in account.html."""
    core, own = work.core, work.viewer.officer_id
    if not await knows_password(work, "password"):
        return await page(work, 422, unconfirmed=form)
    least = 1 if await must_have_second_factor(core, own, work.session.role) else 0
    async with core.store.write() as db:
        others = await factors(db, own) > least
        if others and await drop(db):
            await append(db, own, action)
    return RedirectResponse(ACCOUNT, SEE_OTHER) if others else await page(work, 422, last=True)
