"""How a tip begins, and how an informant adds to it."""

from dataclasses import dataclass
from typing import NamedTuple

from satark.store.sealing import Seal
from satark.store.tables import Accusation, Message, StatusChange, Tip, TipReader
from satark.store.writing import Rows
from satark.tips.letters import Letter, LetterKind, close_letter
from satark.tips.numbers import new_reference
from satark.tips.standing import standing_of


@dataclass(frozen=True)
class NewTip:
    """A tip about to be opened: office ids, `hour` since 1970, `receipt` as its keyed hash, `due` as in tips/clocks.py,
    `cell` as in store/tables.py. Who writes its rows marks its month once for all (tips/tallies/marks.py)."""

    channel: str
    locale: str
    category: str
    district: str
    station: str
    accused: frozenset[str]
    readers: frozenset[str]
    letter: Letter
    receipt: str
    hour: int
    due: int | None = None
    incomplete: bool = False
    synthetic: bool = False
    cell: str = ""


class Opened(NamedTuple):
    """What a new tip is called."""

    id: str
    reference: str


def open_tip(rows: Rows, seal: Seal, new: NewTip) -> Opened:
    """The rows of a new tip. The account's message has the tip's files."""
    tip = rows.put(
        Tip,
        reference=new_reference(),
        receipt=new.receipt,
        hour=new.hour,
        changed_hour=new.hour,
        channel=new.channel,
        locale=new.locale,
        category=new.category,
        district=new.district,
        station=new.station,
        cell=new.cell,
        incomplete=new.incomplete,
        synthetic=new.synthetic,
        due_hour=new.due,
        next_hour=new.due,
    )
    tip_id: str = tip["id"]
    rows.put(StatusChange, tip_id=tip_id, status="received", hour=new.hour, step=0)
    stands = standing_of(tip["status"], new.district, new.station, tip["assigned"], new.due, new.readers)
    for office in new.readers:
        rows.put(TipReader, tip_id=tip_id, office_id=office, hour=new.hour, fresh_hour=new.hour, **stands)
    for office in new.accused:
        rows.put(Accusation, tip_id=tip_id, office_id=office)
    letter = close_letter(seal, new.letter)
    rows.put(Message, tip_id=tip_id, kind=LetterKind.ACCOUNT.value, hour=new.hour, place=0, sealed=letter)
    return Opened(tip_id, tip["reference"])


def from_informant(seal: Seal, tip_id: str, kind: LetterKind, letter: Letter, hour: int, place: int) -> Message:
    """A letter that only the content key opens."""
    return Message(tip_id=tip_id, kind=kind.value, hour=hour, place=place, sealed=close_letter(seal, letter))
