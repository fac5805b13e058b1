"""How a page of administrators changes the jurisdiction: kept with its audit entry, and here at once."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from satark.language import LANGUAGES
from satark.panel.gate import Work
from satark.routing.edits import Edit, Slot, own_faults
from satark.routing.jurisdiction import Refused
from satark.routing.limits import Fault
from satark.tips.audit import append

Check = Callable[[AsyncConnection], Awaitable[list[Fault]]]


async def keep(work: Work, action: str, edit: Edit, about: str, check: Check | None = None) -> list[Fault]:
    """Make a change. Returns what is against it; then nothing was changed. `check` looks at what the pack does not know."""

    if faults := list(own_faults(edit)):
        return faults

    async def make(db: AsyncConnection) -> None:
        faults = await check(db) if check else []
        if faults:
            raise Refused(faults)
        await work.core.jurisdiction.keep(db, edit)

    return await _do(work, make, action, about)


async def take_back(work: Work, slot: Slot, about: str) -> list[Fault]:
    """From now on it is as it came with the installation. Returns what is against it."""
    return await _do(work, lambda db: work.core.jurisdiction.take_back(db, slot), "take back", about)


async def _do(work: Work, act: Callable[[AsyncConnection], Awaitable[None]], action: str, about: str) -> list[Fault]:
    try:
        async with work.core.store.write() as db:
            await act(db)
            await append(db, work.viewer.officer_id, action, "", about)
    except Refused as refused:
        return refused.faults
    await work.core.jurisdiction.look()
    return []


def line(work: Work, name: str) -> str:
    """A field of the form, on one line."""
    return " ".join(work.text(name).split())


def names_in(work: Work, field: str) -> dict[str, str]:
    """What was given as `field-en`, `field-hi` and so on, by locale; what was left empty is missing."""
    given = {locale: line(work, f"{field}-{locale}") for locale in ("en", *LANGUAGES)}
    return {locale: name for locale, name in given.items() if name}


def number_in(work: Work, field: str) -> int:
    """A number of the form; -1, which is none that may be and is never shown, where there is no number."""
    given = work.text(field)
    return int(given) if given.isdecimal() and len(given) < 6 else -1
