"""Carries out what the flow wants done, inside the transaction of its batch."""

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.channels.brake import Brake
from satark.channels.messages import Media
from satark.conversation.state import (
    Append,
    Discard,
    Effect,
    Event,
    Forget,
    Found,
    Given,
    LetterShown,
    Locate,
    Located,
    LookUp,
    Place,
    ReadNews,
    Submit,
    Submitted,
)
from satark.identity.envelope import seal_address
from satark.identity.lookup import Lookup
from satark.insight.cells import cell_of
from satark.intake.arrivals import Thread
from satark.intake.draft import accused_offices, letter_of, placed
from satark.routing.jurisdiction import Jurisdiction
from satark.routing.pack import Pack
from satark.routing.places import Gazetteer
from satark.routing.policy import readers
from satark.store.among import among
from satark.store.informants import ReturnAddress, SentPart
from satark.store.sealing import Opener, Seal
from satark.store.tables import Evidence, Message, Tip, TipReader, UploadPart, Voice
from satark.store.writing import Rows, Script
from satark.tips.clocks import Step, clocks_of
from satark.tips.letters import LetterKind, words_of
from satark.tips.numbers import is_receipt, new_receipt
from satark.tips.opening import NewTip, from_informant, open_tip
from satark.tips.receipts import progress, tip_of_receipt
from satark.tips.tallies.marks import put_marks, touched

# A draft that the clock submits was last added to before: in hours, rounded up.
IDLE_AT_MOST = 1
# Wrong receipts of one sender, until ten minutes after the last; of each process.
FREE_TRIES = 10

_evidence: Any = Evidence
_message: Any = Message
_part: Any = UploadPart
_tip: Any = Tip
_reader: Any = TipReader
_return: Any = ReturnAddress
_sent: Any = SentPart
_CLAIMED = (
    update(Evidence)
    .where(among(_evidence.id, "files") & _evidence.tip_id.is_(None))
    .values(tip_id=bindparam("tip"), voice=bindparam("said_voice"))
)


@dataclass(frozen=True)
class Tools:
    """What effects need besides the database. `tries` brakes who guesses receipts in a chat or a call, by the keyed hash
    that their conversation has."""

    jurisdiction: Jurisdiction
    lookup: Lookup
    content: Seal
    courier: Seal
    reply: Opener
    tries: Brake = field(default_factory=lambda: Brake(FREE_TRIES))

    @property
    def pack(self) -> Pack:
        return self.jurisdiction.pack

    @property
    def gazetteer(self) -> Gazetteer:
        return self.jurisdiction.of(Gazetteer)


class Effects:
    """The effects of one batch: `rows` are written at its end, `hour` is when it happens, `letters` counts those that each
    tip has among the rows."""

    def __init__(self, db: AsyncConnection, tools: Tools, rows: Rows, hour: int) -> None:
        self.db = db
        self.tools = tools
        self.rows = rows
        self.hour = hour
        self.files_of: list[tuple[list[str], dict[str, str]]] = []
        self.letters: Counter[str] = Counter()
        self.destroyed = False
        self.opened = False

    async def carry_out(self, effect: Effect, thread: Thread, sealed_address: bytes) -> Event | None:
        """Do it. Returns what the flow wants to know of it."""
        match effect:
            case Submit():
                return self._submit(effect, thread, sealed_address)
            case LookUp():
                return await self._look_up(effect.receipt, thread.key)
            case ReadNews():
                await self._heard(effect.tip, thread.channel)
                return await self._found(effect.tip)
            case Locate():
                return self._locate(effect)
            case Append():
                await self._append(effect, muted=thread.is_muted)
                await self._heard(effect.tip, thread.channel)
            case Discard():
                await self._discard(effect.given)
            case Forget():
                await self._forget(effect.tip)
        return None

    def _submit(self, effect: Submit, thread: Thread, sealed_address: bytes) -> Submitted:
        pack, draft = self.tools.pack, effect.draft
        parents = pack.parents
        place = placed(draft, parents)
        districts = [office.id for office in pack.offices.values() if office.kind == "district"]
        accused = accused_offices(draft, place, districts)
        reading = readers(parents, pack.outside, pack.top, place.district, accused)
        receipt = new_receipt()
        category = draft.category or pack.fallback.id
        tip = open_tip(
            self.rows,
            self.tools.content,
            NewTip(
                channel=thread.channel,
                locale=draft.locale or "hi",
                category=category,
                district=place.district,
                station=place.station,
                cell=self._cell(draft.place, place.district),
                accused=accused,
                readers=reading,
                letter=letter_of(draft.given, draft, muted=thread.is_muted),
                receipt=self.tools.lookup.of("receipt", "", receipt),
                hour=self.hour,
                due=clocks_of(pack).late_hour(category, Step.SEE, self.hour),
                incomplete=not effect.whole,
            ),
        )
        if sealed_address:
            heard = self.hour if effect.whole else self.hour - IDLE_AT_MOST
            sealed = self._sealed_anew(thread, sealed_address)
            self.rows.put(ReturnAddress, tip_id=tip.id, channel=thread.channel, sealed=sealed, heard_hour=heard)
        self._claim_files(draft.given, tip.id, draft.own_voice)
        self.letters[tip.id] += 1
        self.opened = True
        return Submitted(tip=tip.id, receipt=receipt, readers=tuple(sorted(reading)), whole=effect.whole)

    def _sealed_anew(self, thread: Thread, sealed_address: bytes) -> bytes:
        """The return address of a tip is like that of no other row: with their conversation, all that two tips of one
        person have in common must be gone (P3). Where the clock sends it off, its conversation ends here."""
        return seal_address(self.tools.courier, thread.address) if thread.address else sealed_address

    def _cell(self, named: Place, district: str) -> str:
        """The cell of the place that the citizen named, where it lies in the tip's district."""
        gazetteer, point = self.tools.gazetteer, named.point
        if point is not None:
            return cell_of(point.lat, point.lon) if gazetteer.lies_in(point.lat, point.lon, district) else ""
        at = gazetteer.point_of(named.words, district) if named.words else None
        return cell_of(*at) if at else ""

    def _claim_files(self, given: Iterable[Given], tip_id: str, own_voice: bool) -> None:
        files = [one.evidence for one in given if one.evidence]
        if files:
            self.files_of.append((files, {"tip": tip_id, "said_voice": Voice.OWN if own_voice else ""}))

    async def _look_up(self, receipt: str, sender: str) -> Found:
        """Whoever was wrong too often is not told any more whether they are."""
        tries = self.tools.tries
        if tries.holds(sender):
            return Found(held=True)
        if not is_receipt(receipt):
            tries.count(sender)
            return Found(slip=True)
        tip_id = await tip_of_receipt(self.db, self.tools.lookup.of("receipt", "", receipt))
        if tip_id is None:
            tries.count(sender)
        return await self._found(tip_id or secrets.token_hex(16))

    async def _found(self, tip_id: str) -> Found:
        known = await progress(self.db, self.tools.reply, tip_id)
        if known is None or known.gone:
            return Found(gone=known is not None)
        letters = tuple(LetterShown(hour, words_of(letter), letter.phrase) for hour, letter in known.letters)
        return Found(
            tip=tip_id,
            reference=known.reference,
            status=known.status,
            outcome=known.outcome,
            steps=known.steps,
            letters=letters,
            files=known.files,
            files_ready=known.files_ready,
            files_withheld=known.files_withheld,
        )

    def _locate(self, effect: Locate) -> Located:
        point = effect.point
        if point is None:
            found = self.tools.gazetteer.find(effect.words, effect.district)
            districts = {one.district for one in found}
            district = districts.pop() if len(districts) == 1 else ""
            return Located(effect.words, None, district, tuple(one.station for one in found))
        at = self.tools.gazetteer.locate(point.lat, point.lon)
        stations = tuple(one.station for one in at.suggestions)
        return Located(effect.words, point, at.district, stations, outside=not at.district)

    async def _append(self, effect: Append, *, muted: bool) -> None:
        tip_id, given = effect.tip, effect.given
        count = select(func.count()).select_from(Message).where(_message.tip_id == tip_id)
        place = (await self.db.execute(count)).scalar_one() + self.letters[tip_id]
        self.letters[tip_id] += 1
        letter = from_informant(
            self.tools.content, tip_id, LetterKind.ADDITION, letter_of(given, muted=muted), self.hour, place=place
        )
        self.rows.add(letter)
        self._claim_files(given, tip_id, effect.own_voice)
        # What is added to a tip that was destroyed meanwhile is not lost: there is something in it again.
        lives = {"changed_hour": self.hour, "destroyed": None}
        await self.db.execute(update(Tip).where(_tip.id == tip_id).values(**lives))
        await self.db.execute(
            update(TipReader).where(_reader.tip_id == tip_id).values(fresh=True, fresh_hour=self.hour)
        )

    async def _heard(self, tip_id: str, channel: str) -> None:
        """The informant of a tip wrote: their window is open again, as far as this channel's hours tell."""
        own = (_return.tip_id == tip_id) & (_return.channel == channel)
        await self.db.execute(update(ReturnAddress).where(own).values(heard_hour=self.hour))

    async def _forget(self, tip_id: str) -> None:
        letters = select(_message.id).where(_message.tip_id == tip_id)
        await self.db.execute(delete(SentPart).where(_sent.message_id.in_(letters)))
        await self.db.execute(delete(ReturnAddress).where(_return.tip_id == tip_id))
        self.destroyed = True

    async def _discard(self, given: Iterable[Given]) -> None:
        """Without its key the file is noise; the sweep of abandoned files removes the rest. Where it came from is known
        until it is gone there too."""
        files = [one.evidence for one in given if one.evidence]
        gone = {"key": None, "state": "discarded"}
        await self.db.execute(update(Evidence).where(_evidence.id.in_(files)).values(**gone))
        await self.db.execute(update(UploadPart).where(_part.upload_id.in_(files)).values(key=None))
        self.destroyed = True

    def write(self, script: Script) -> None:
        """All rows; then each file is told its tip and its voice, and who counts that there are new ones."""
        if self.opened:
            put_marks(self.rows, touched(self.hour))
        script.insert(self.rows)
        for files, claim in self.files_of:
            script.do(_CLAIMED, files=files, **claim)


def source_of(media: Media) -> bytes:
    """Where a file is to be fetched, as it is sealed to the courier."""
    ref = media.ref.reveal() if media.ref else ""
    facts = {"kind": media.kind, "mime": media.mime, "size": media.size, "sha256": media.sha256, "ref": ref}
    return msgspec.json.encode(facts)
