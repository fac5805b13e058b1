"""An officer's own passkeys: made and taken away by who types the password again."""

from starlette.responses import RedirectResponse, Response

from satark.panel import keyring
from satark.panel.account import ACCOUNT, page
from satark.panel.asked import ask, new_asked, spend
from satark.panel.confirming import knows_password
from satark.panel.gate import COOKIE, SEE_OTHER, Work, guarded
from satark.panel.own_factors import take_away
from satark.panel.people import officer_of
from satark.panel.roles import EVERYBODY
from satark.panel.sessions import stage_of
from satark.panel.sites import site_of
from satark.tips.audit import append


async def begin(work: Work) -> Response:
    """Ask the browser for a new one."""
    from satark.panel import passkeys

    core, site, name = work.core, site_of(work.core.settings.public_url), work.text("name")
    if site is None or not name:
        return await page(work, 422)
    if not await knows_password(work, "password"):
        return await page(work, 422, unconfirmed="passkey", name=name)
    asked, officer = new_asked(), await officer_of(core.store, work.viewer.officer_id)
    await ask(core, work.session.key, asked)
    known = [one.id for one in await keyring.passkeys_of(core.store, officer.id)]
    options = passkeys.to_make(site, asked.challenge, officer, known)
    return work.page("passkey.html", name=name, options=options)


async def keep(work: Work) -> Response:
    """Keep what the browser made, if it was asked to in this session a moment ago."""
    from satark.panel import passkeys

    core, site, own = work.core, site_of(work.core.settings.public_url), work.viewer.officer_id
    row = await stage_of(core.store, work.request.cookies.get(COOKIE, ""), "")
    challenge = await spend(core, row)
    await ask(core, work.session.key, None)
    made = passkeys.made(site, challenge, work.text("credential")) if site and challenge else None
    if made is None:
        return await page(work, 422, refused=True)
    async with core.store.write() as db:
        kept = await keyring.keep(core.store, db, own, made, work.text("name"))
        if kept:
            await append(db, own, "add passkey")
    return RedirectResponse(ACCOUNT, SEE_OTHER) if kept else await page(work, 422, refused=True)


async def remove(work: Work) -> Response:
    own, key = work.viewer.officer_id, work.text("key")
    return await take_away(work, lambda db: keyring.drop(db, own, key), "remove passkey", key)


ROUTES = [
    guarded("/account/passkeys/new", begin, "POST", EVERYBODY),
    guarded("/account/passkeys", keep, "POST", EVERYBODY),
    guarded("/account/passkeys/remove", remove, "POST", EVERYBODY),
]
