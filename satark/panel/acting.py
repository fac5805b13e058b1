"""What every page of a tip shares: finding it, its keys, reading a letter, and running a verb on it."""

from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from satark.panel.gate import SEE_OTHER, Work
from satark.panel.overwriting import Outdated, conflict_page
from satark.panel.refusing import refuse
from satark.store.sealing import CannotOpen, Opener, Seal
from satark.tips.clocks import Clocks, clocks_of
from satark.tips.conflict import Tree
from satark.tips.entries import AlreadyDone, NotAllowed, Seals
from satark.tips.letters import Letter, LetterKind, open_letter
from satark.tips.life import NotNow
from satark.tips.queries import tip_for
from satark.tips.versions import changed_since, facts_of, lock_tip

INBOX = "/panel/tips"
TIP = "/tips/{reference}"


async def found(work: Work, db: AsyncConnection) -> Any:
    """The tip of the address. What is not there and what may not be seen are the same 404."""
    tip = await tip_for(db, work.viewer, work.request.path_params["reference"])
    if tip is None:
        raise HTTPException(404)
    return tip


def seals(work: Work) -> Seals:
    return Seals(Seal(work.core.keys["content.pub"]), Seal(work.core.keys["reply.pub"]))


def tree(work: Work) -> Tree:
    pack = work.core.pack
    return Tree(pack.parents, pack.top, pack.outside, frozenset(pack.parents) - frozenset(pack.open_parents))


def once(work: Work, *content: str) -> str:
    """The id of the letter that a form makes: the same where the same form of the same page is sent twice, another where
    anything in it differs, so that nothing is lost. The form says how many letters its page showed."""
    facts = (work.session.csrf, work.request.path_params["reference"], work.text("letters"), *content)
    return blake2b("\0".join(facts).encode(), digest_size=16).hexdigest()


def clocks(work: Work) -> Clocks:
    return clocks_of(work.core.pack)


def opened(work: Work, row: Any) -> Letter | None:
    """The letter of a row, or None where this panel has no key to it."""
    return opened_with(work, "reply.key" if row.kind == LetterKind.MESSAGE else "content.key", row.sealed)


def opened_with(work: Work, name: str, sealed: bytes) -> Letter | None:
    """A letter, or None where this panel does not have the key to it."""
    if name not in work.core.keys:
        return None
    try:
        return open_letter(Opener(work.core.keys[name]), sealed)
    except CannotOpen:
        return None


async def unchanged(work: Work, db: AsyncConnection, reference: str, version: str, verb: str) -> Any:
    """The tip, which nobody else changes before this transaction ends; None where the officer may not see it. Raises
    Outdated where what the verb changes was changed since the version."""
    if (tip := await tip_for(db, work.viewer, reference)) is not None:
        await lock_tip(db, tip.id)
        tip = await tip_for(db, work.viewer, reference)
    if tip is None:
        return None
    facts = await facts_of(db, tip)
    if changed := changed_since(version, facts, verb):
        raise Outdated(tip, facts, changed)
    return tip


async def do(work: Work, act: Callable[[AsyncConnection, Any], Awaitable[None]]) -> Response:
    """Run a verb on the tip of the address, then show the tip; the inbox, where it may not be seen any more."""
    reference = work.request.path_params["reference"]
    try:
        async with work.core.store.write() as db:
            verb = work.request.url.path.rsplit("/", 1)[-1]
            tip = await unchanged(work, db, reference, work.text("version"), verb)
            if tip is None:
                raise HTTPException(404)
            if tip.destroyed is not None:
                raise NotNow
            await act(db, tip)
            left = await tip_for(db, work.viewer, reference)
    except Outdated as outdated:
        return conflict_page(work, outdated)
    except AlreadyDone:
        return RedirectResponse(f"{INBOX}/{reference}", SEE_OTHER)
    except NotNow:
        raise refuse(work, "not_now") from None
    except NotAllowed:
        raise refuse(work, "not_allowed", status=403) from None
    await work.core.wake("deliver")
    await work.core.wake("index")
    return RedirectResponse(f"{INBOX}/{reference}" if left else INBOX, SEE_OTHER)
