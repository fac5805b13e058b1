"""An officer's own account: open sessions, second factors, password, language, signing out."""

from starlette.responses import RedirectResponse, Response

from satark.language import PANEL_LANGUAGES
from satark.panel.confirming import knows_password
from satark.panel.devices import browser_and_system
from satark.panel.gate import COOKIE, SEE_OTHER, SIGN_IN, Work, guarded
from satark.panel.keyring import passkeys_of
from satark.panel.notice_choices import Mail, choices
from satark.panel.people import LEAST_PASSWORD, choose_locale, is_weak, officer_of, set_password
from satark.panel.roles import EVERYBODY
from satark.panel.sessions import close_of, close_session, sessions_of
from satark.panel.sites import site_of
from satark.tips.audit import append

ACCOUNT = "/panel/account"


async def show(work: Work) -> Response:
    return await page(work)


async def page(work: Work, status: int = 200, mail: Mail | None = None, **said: bool | str) -> Response:
    """`said` is what came of what they did: see account.html; `mail` what they wished and cannot have.

    Of a password, `wrong` names the field; `unconfirmed` names the form where the password was typed wrong, and `name` is
    what else stood there.
    """
    store = work.core.store
    officer = await officer_of(store, work.viewer.officer_id)
    sessions = [(one, browser_and_system(one.device)) for one in await sessions_of(store, officer.id)]
    outcomes = dict.fromkeys(("changed", "refused", "last"), False) | dict.fromkeys(
        ("wrong", "unconfirmed", "name"), ""
    )
    return work.page(
        "account.html",
        status,
        officer=officer,
        sessions=sessions,
        own=work.session.key,
        least=LEAST_PASSWORD,
        passkeys=await passkeys_of(store, officer.id),
        site=site_of(work.core.settings.public_url),
        **{**outcomes, **said},
        mail=mail or Mail(officer.email, officer.digest),
        **await choices(work),
    )


async def password(work: Work) -> Response:
    """A new password, for who knows the old one; every other session ends."""
    own, new = work.viewer.officer_id, work.secret("new")
    if not await knows_password(work, "old"):
        return await page(work, 422, wrong="old")
    if is_weak(new):
        return await page(work, 422, wrong="new")
    await set_password(work.core.store, own, new)
    await close_of(work.core.store, own, but=work.session.key)
    async with work.core.store.write() as db:
        await append(db, own, "password")
    return await page(work, changed=True)


async def close(work: Work) -> Response:
    """End another session of one's own, or all others."""
    await close_of(work.core.store, work.viewer.officer_id, key=work.text("key"), but=work.session.key)
    return RedirectResponse(ACCOUNT, SEE_OTHER)


async def leave(work: Work) -> Response:
    await close_session(work.core.store, work.request.cookies.get(COOKIE, ""))
    response = RedirectResponse(SIGN_IN, SEE_OTHER)
    response.delete_cookie(COOKIE, path="/panel")
    return response


async def language(work: Work) -> Response:
    wanted = work.text("locale")
    if wanted in PANEL_LANGUAGES:
        await choose_locale(work.core.store, work.viewer.officer_id, wanted)
    return RedirectResponse("/panel/", SEE_OTHER)


ROUTES = [
    guarded("/sign-out", leave, "POST", EVERYBODY),
    guarded("/language", language, "POST", EVERYBODY),
    guarded("/account", show, roles=EVERYBODY),
    guarded("/account/password", password, "POST", EVERYBODY),
    guarded("/account/sessions", close, "POST", EVERYBODY),
]
