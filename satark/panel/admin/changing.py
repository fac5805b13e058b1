"""How a page of administrators changes the jurisdiction: kept with its audit entry, and here at once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.language import LANGUAGES
from satark.panel.admin import second
from satark.panel.admin.second import ASKED, Kind
from satark.panel.gate import Elsewhere, Work
from satark.routing.edits import Edit, Slot, own_faults, slot_of
from satark.routing.jurisdiction import Refused
from satark.routing.limits import OUTDATED, Fault
from satark.routing.pack import Pack
from satark.routing.safeguards import decides_who_is_accused
from satark.tips.audit import append

MOST_DIGITS = 12
Check = Callable[[AsyncConnection], Awaitable[list[Fault]]]


async def keep(
    work: Work, action: str, edit: Edit, about: str, check: Check | None = None, *, is_new: bool = False
) -> list[Fault]:
    """Make a change. Returns what is against it; then nothing was changed. `check` looks at what the pack does not know.
    What is new takes the place of nothing that another administrator added meanwhile."""
    if faults := list(own_faults(edit)):
        return faults
    version = 0 if is_new else await _made_from(work, slot_of(edit))

    async def make(db: AsyncConnection) -> None:
        faults = await check(db) if check else []
        if faults:
            raise Refused(faults)
        await work.core.jurisdiction.check_version(db, slot_of(edit), version)
        await work.core.jurisdiction.keep(db, edit)

    if faults := await _outdated(work, slot_of(edit), version):
        return faults
    after = (await work.core.jurisdiction.with_edit(edit)).pack
    wanted = Wanted(slot_of(edit), action, about, after, msgspec.json.encode(edit).decode())
    return await _do(work, make, wanted)


async def take_back(work: Work, slot: Slot, about: str) -> list[Fault]:
    """From now on it is as it came with the installation. Returns what is against it."""
    version = await _made_from(work, slot)
    if faults := await _outdated(work, slot, version):
        return faults

    async def make(db: AsyncConnection) -> None:
        await work.core.jurisdiction.check_version(db, slot, version)
        await work.core.jurisdiction.take_back(db, slot)

    after = (await work.core.jurisdiction.without_edit(slot)).pack
    wanted = Wanted(slot, "take back", about, after)
    return await _do(work, make, wanted)


async def _made_from(work: Work, slot: Slot) -> int:
    """The version that a form was made from. Where it says none, that which is there: whether a change needs a second
    administrator is seen beside it, and not beside what this process knew before."""
    said = work.text("version")
    is_said = said.isdecimal() and len(said) < MOST_DIGITS
    return int(said) if is_said else await work.core.jurisdiction.version(slot)


async def _outdated(work: Work, slot: Slot, version: int) -> list[Fault]:
    """What is against a form that was made before somebody else changed the same. What is there now is known here then."""
    if await work.core.jurisdiction.version(slot) == version:
        return []
    await work.core.jurisdiction.look()
    return [Fault(OUTDATED, "")]


@dataclass(frozen=True)
class Wanted:
    """A change of the pack, which is `after` then. `edit` is JSON, empty where one is taken back."""

    slot: Slot
    action: str
    about: str
    after: Pack
    edit: str = ""


class _NeedsSecond(Exception):
    """It is sound, and another administrator has to confirm it."""


async def _do(work: Work, act: Callable[[AsyncConnection], Awaitable[None]], wanted: Wanted) -> list[Fault]:
    """Do it; what decides who is accused waits for another administrator (P12)."""
    needs_second = decides_who_is_accused(work.core.pack, wanted.after)
    try:
        async with work.core.store.write() as db:
            await act(db)
            if needs_second:
                raise _NeedsSecond
            await append(db, work.viewer.officer_id, wanted.action, "", wanted.about)
    except Refused as refused:
        return refused.faults
    except _NeedsSecond:
        await _ask(work, wanted)
    await work.core.jurisdiction.look()
    return []


async def _ask(work: Work, wanted: Wanted) -> None:
    kind, key = wanted.slot
    kept = (await work.core.jurisdiction.edits()).get(wanted.slot)
    value = {
        "kind": kind, "key": key, "action": wanted.action, "about": wanted.about, "edit": wanted.edit,
        "before": msgspec.json.encode(kept).decode() if kept else "",
    }  # fmt: skip
    await second.ask(work, Kind.EDIT if wanted.edit else Kind.TAKE_BACK, "", _concerned(work, wanted), value)
    raise Elsewhere(ASKED)


def _concerned(work: Work, wanted: Wanted) -> list[str]:
    """The office that is changed; of a new one, that which it comes below."""
    kind, key = wanted.slot
    if kind != "office":
        return []
    return [key] if key in work.core.pack.offices else [wanted.after.parents[key]]


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
