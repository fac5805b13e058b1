"""Searching the tips for words. What an officer looks for stands readable in no address, no log and no history: the form is
posted, and leads to an address in which the words are locked, so that Back and a reload work. Only who searched can open it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from satark.panel.acting import INBOX
from satark.panel.gate import SEE_OTHER, Work, guarded
from satark.panel.inbox import list_page, place_in
from satark.store.sealing import CannotOpen, Locker
from satark.tips.audit import append
from satark.tips.queries import Filters
from satark.tips.searching import search
from satark.tips.wording import wanted

MOST_TYPED = 200
SEARCH = f"{INBOX}/search"


async def ask(work: Work) -> Response:
    """Lock the words into an address, and go there."""
    typed, filters = work.text("words")[:MOST_TYPED], Filters.of(work.text)
    if not wanted(typed):
        return RedirectResponse(f"{INBOX}?{filters.asked()}", SEE_OTHER)
    return RedirectResponse(_address(filters, _locked(work, typed), work.text("before")), SEE_OTHER)


async def find(work: Work) -> Response:
    """A page of what was found. The audit log says that somebody searched, and not for what."""
    asked = work.request.query_params
    token, place = asked.get("search", ""), place_in(asked.get("before", ""))
    filters, typed = Filters.of(lambda name: asked.get(name, "")), _opened(work, token)
    needles = wanted(typed)
    if not needles:
        return RedirectResponse(f"{INBOX}?{filters.asked()}", SEE_OTHER)
    async with work.core.store.write() as db:
        await append(db, work.viewer.officer_id, "search")
    async with work.core.store.read() as db:
        found = await search(db, _locker(work), work.viewer, filters, needles, place)
    further = _address(filters, token, str(found.reached)) if found.reached else ""
    return await list_page(work, filters, tips=found.tips, words=typed, reached=found.reached, further=further)


def _locker(work: Work) -> Locker:
    return Locker(work.core.keys["search.key"])


def _locked(work: Work, words: str) -> str:
    closed = _locker(work).close(f"{work.viewer.officer_id}\0{words}".encode())
    return urlsafe_b64encode(closed).decode().rstrip("=")


def _opened(work: Work, token: str) -> str:
    """The words of an address; "" where it is somebody else's, or of another key."""
    try:
        opened = _locker(work).open(urlsafe_b64decode(token + "=" * (-len(token) % 4))).decode()
    except (CannotOpen, ValueError):
        return ""
    owner, _, words = opened.partition("\0")
    return words if owner == work.viewer.officer_id else ""


def _address(filters: Filters, token: str, before: str) -> str:
    more = urlencode({"search": token, **({"before": before} if before else {})})
    return f"{SEARCH}?{filters.asked()}{'&' if filters.asked() else ''}{more}"


ROUTES = [guarded("/tips/search", find), guarded("/tips/search", ask, "POST")]
