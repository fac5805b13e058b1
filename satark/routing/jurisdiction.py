"""The pack as it is now: what came with the installation, and what administrators have changed since, in every process.

The process that makes a change has it at once, the others within `LOOK_EVERY` seconds. What is made of the pack is made
anew with it, outside the event loop, and takes its place in one step.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.routing.edits import Edit, Settled, Slot, WordingEdit, settle, slot_of
from satark.routing.limits import OUTDATED, Fault
from satark.routing.pack import Pack
from satark.routing.wording import locked
from satark.store import tables
from satark.store.engine import Store

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
# Any number, the same in every process: the lock under which edits are made on PostgreSQL.
EDITS_LOCK = 7_283_276

T = TypeVar("T")

_edit: Any = tables.Edit
_decoder: msgspec.json.Decoder[Edit] = msgspec.json.Decoder(Edit)


class Refused(Exception):
    """A change after which the pack would not be sound. `faults` say why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = faults


class Jurisdiction:
    """One per process. `pack` is the pack of now, `base` the one that came with the installation."""

    def __init__(self, store: Store, base: Pack) -> None:
        self.base = base
        self.pack = base
        self._store = store
        self._newest = 0
        self._left_out: frozenset[Slot] = frozenset()
        self._made: dict[Callable[[Pack], Any], Any] = {}
        self._looking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def of(self, build: Callable[[Pack], T]) -> T:
        """What `build` makes of the pack of now, made once for each pack. From a thread as well: should the pack change
        meanwhile, what is made of the old one goes with it."""
        made = self._made
        if build not in made:
            made[build] = build(self.pack)
        found: T = made[build]
        return found

    async def start(self) -> None:
        await self.look()
        self._task = asyncio.create_task(self._watch(), name="the jurisdiction")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self.look()

    async def look(self) -> None:
        """Take in what was changed since the last look. Whatever goes wrong, the pack stays as it was."""
        async with self._looking:
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - no edit and no database may stop a process
                log.error("the edits of the jurisdiction could not be read (%s)", type(error).__name__)

    async def _look(self) -> None:
        async with self._store.read() as db:
            newest = (await db.execute(select(func.max(_edit.number)))).scalar_one() or 0
            if newest == self._newest:
                return
            sound, faults = await _stored(db)
        settled = await asyncio.to_thread(settle, self.base, sound.values())
        self._tell(faults | settled.left_out)
        made = {build: await asyncio.to_thread(build, settled.pack) for build in list(self._made)}
        self.pack, self._made, self._newest = settled.pack, made, newest

    def _tell(self, faults: dict[Slot, Fault]) -> None:
        for slot in sorted(faults.keys() - self._left_out):
            log.error("edit %s %s is left out (%s)", *slot, faults[slot].code)
        self._left_out = frozenset(faults)

    async def keep(self, db: AsyncConnection, edit: Edit) -> None:
        """Make a change, in the caller's transaction; `look` after it. Raises Refused."""
        await self._change(db, slot_of(edit), edit)

    async def take_back(self, db: AsyncConnection, slot: Slot) -> None:
        """Undo a change: from then on the pack's own word counts. Raises Refused."""
        await self._change(db, slot, None)

    async def version(self, slot: Slot) -> int:
        """Return the number of the last change of a slot, 0 where there was none. `pack` has that change then: a page that
        asks first and is made of `pack` afterwards shows what its version says, whichever process made the change."""
        async with self._store.read() as db:
            version = await _version(db, slot)
        if version > self._newest:
            await self.look()
        return version

    async def check_version(self, db: AsyncConnection, slot: Slot, version: int) -> None:
        """Let nobody else change anything before this transaction ends. Raises Refused where the slot was changed since."""
        if db.dialect.name == "postgresql":
            await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": EDITS_LOCK})
        if await _version(db, slot) != version:
            raise Refused([Fault(OUTDATED, "")])

    async def edits(self) -> dict[Slot, Edit]:
        """What was changed."""
        async with self._store.read() as db:
            return (await _stored(db))[0]

    async def with_edit(self, edit: Edit) -> Settled:
        """The pack as it would be with one more change."""
        sound = {**await self.edits(), slot_of(edit): edit}
        return await asyncio.to_thread(settle, self.base, sound.values())

    async def without_edit(self, slot: Slot) -> Settled:
        """The pack as it would be with one change less."""
        sound = {other: edit for other, edit in (await self.edits()).items() if other != slot}
        return await asyncio.to_thread(settle, self.base, sound.values())

    async def _change(self, db: AsyncConnection, slot: Slot, edit: Edit | None) -> None:
        if db.dialect.name == "postgresql":
            await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": EDITS_LOCK})
        before, _ = await _stored(db)
        after = {other: kept for other, kept in before.items() if other != slot} | ({slot: edit} if edit else {})
        await asyncio.to_thread(self._check, before, after, slot)
        newest = (await db.execute(select(func.max(_edit.number)))).scalar_one() or 0
        kept = {"value": msgspec.json.encode(edit).decode() if edit else "", "number": newest + 1}
        insert = self._store.insert(tables.Edit).values(kind=slot[0], key=slot[1], **kept)
        await db.execute(insert.on_conflict_do_update(index_elements=["kind", "key"], set_=kept))

    def _check(self, before: dict[Slot, Edit], after: dict[Slot, Edit], changed: Slot) -> None:
        """Whether a change is sound, and makes nothing unsound that was sound."""
        known = settle(self.base, before.values()).left_out
        faults = settle(self.base, after.values()).left_out | _forbidden(after)
        wrong = [fault for slot, fault in faults.items() if slot not in known or slot == changed]
        if wrong:
            raise Refused(wrong)


async def _version(db: AsyncConnection, slot: Slot) -> int:
    found = await db.execute(select(_edit.number).where(_edit.kind == slot[0], _edit.key == slot[1]))
    return found.scalar_one_or_none() or 0


async def _stored(db: AsyncConnection) -> tuple[dict[Slot, Edit], dict[Slot, Fault]]:
    """The stored edits that can be read and may be, and what is wrong with the others."""
    sound: dict[Slot, Edit] = {}
    faults: dict[Slot, Fault] = {}
    for row in await db.execute(select(tables.Edit).where(_edit.value != "")):
        slot = (row.kind, row.key)
        try:
            edit = _decoder.decode(row.value)
        except msgspec.DecodeError:
            faults[slot] = Fault("unreadable", row.key)
            continue
        if slot_of(edit) == slot:
            sound[slot] = edit
        else:
            faults[slot] = Fault("unreadable", row.key)
    forbidden = _forbidden(sound)
    return {slot: edit for slot, edit in sound.items() if slot not in forbidden}, faults | forbidden


def _forbidden(edits: dict[Slot, Edit]) -> dict[Slot, Fault]:
    """Edits of what may stand on a lock screen (P9)."""
    words = {slot: edit for slot, edit in edits.items() if isinstance(edit, WordingEdit)}
    return {slot: Fault("locked", slot[1]) for slot, edit in words.items() if edit.message in locked()}
