"""An officer's own authenticator: added and taken away by who types the password again."""

from starlette.responses import RedirectResponse, Response

from satark.panel import second_factor
from satark.panel.account import ACCOUNT, page
from satark.panel.asked import ask, locker_of, new_asked, opened
from satark.panel.confirming import knows_password
from satark.panel.gate import COOKIE, SEE_OTHER, Work, guarded
from satark.panel.own_factors import take_away
from satark.panel.people import officer_of
from satark.panel.roles import EVERYBODY
from satark.panel.sessions import stage_of
from satark.store.clock import now
from satark.tips.audit import append


async def begin(work: Work) -> Response:
    """Show a new secret, which is theirs once they show a code of it."""
    core = work.core
    if (await officer_of(core.store, work.viewer.officer_id)).second is not None:
        return await page(work, 422)
    if not await knows_password(work, "password"):
        return await page(work, 422, unconfirmed="authenticator")
    secret = second_factor.new_secret()
    await ask(core, work.session.key, new_asked(secret))
    return await _secret(work, secret)


async def _secret(work: Work, secret: str, status: int = 200) -> Response:
    officer = await officer_of(work.core.store, work.viewer.officer_id)
    picture = second_factor.picture(secret, officer.login)
    return work.page("authenticator.html", status, secret=secret, picture=picture, wrong=status != 200)


async def keep(work: Work) -> Response:
    """Keep it, if it was begun in this session a moment ago; nobody's is replaced."""
    core, own = work.core, work.viewer.officer_id
    row = await stage_of(core.store, work.request.cookies.get(COOKIE, ""), "")
    asked = opened(core, row) if row is not None and row.secret is not None else None
    if asked is None or asked.is_over or not asked.secret:
        return await page(work, 422)
    step = second_factor.step_of(asked.secret, work.text("code"), now(), 0)
    if step is None:
        return await _secret(work, asked.secret, 422)
    async with core.store.write() as db:
        if kept := await second_factor.keep(db, locker_of(core), own, asked.secret, step):
            await append(db, own, "add authenticator")
    await ask(core, work.session.key, None)
    return RedirectResponse(ACCOUNT, SEE_OTHER) if kept else await page(work, 422)


async def remove(work: Work) -> Response:
    own = work.viewer.officer_id
    return await take_away(work, lambda db: second_factor.drop(db, own), "remove authenticator", "authenticator")


ROUTES = [
    guarded("/account/authenticator/new", begin, "POST", EVERYBODY),
    guarded("/account/authenticator", keep, "POST", EVERYBODY),
    guarded("/account/authenticator/remove", remove, "POST", EVERYBODY),
]
