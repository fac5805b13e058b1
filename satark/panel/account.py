"""An officer's own account: open sessions, password, language, signing out."""

from starlette.responses import RedirectResponse, Response

from satark.language import LANGUAGES
from satark.panel.gate import COOKIE, SEE_OTHER, SIGN_IN, Work
from satark.panel.people import LEAST_PASSWORD, check_password, choose_locale, officer_of, set_password
from satark.panel.sessions import close_of, close_session, sessions_of
from satark.tips.audit import append

ACCOUNT = "/panel/account"


async def show(work: Work) -> Response:
    return await _page(work)


async def _page(work: Work, status: int = 200, *, wrong: bool = False, changed: bool = False) -> Response:
    officer = await officer_of(work.core.store, work.viewer.officer_id)
    sessions = await sessions_of(work.core.store, officer.id)
    return work.page(
        "account.html", status, officer=officer, sessions=sessions, own=work.session.key, wrong=wrong, changed=changed,
        least=LEAST_PASSWORD,
    )  # fmt: skip


async def password(work: Work) -> Response:
    """A new password, for who knows the old one; every other session ends."""
    officer = await officer_of(work.core.store, work.viewer.officer_id)
    new = work.secret("new")
    known = await check_password(work.core.store, officer.login, work.secret("old"))
    if known is None or len(new) < LEAST_PASSWORD:
        return await _page(work, 422, wrong=True)
    await set_password(work.core.store, officer.id, new)
    await close_of(work.core.store, officer.id, but=work.session.key)
    async with work.core.store.write() as db:
        await append(db, officer.id, "password")
    return await _page(work, changed=True)


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
    if wanted in LANGUAGES:
        await choose_locale(work.core.store, work.viewer.officer_id, wanted)
    return RedirectResponse("/panel/", SEE_OTHER)
