"""How a tip begins, and how an informant adds to it."""

from dataclasses import dataclass

from satark.store.sealing import Seal
from satark.store.tables import Accusation, Message, StatusChange, Tip, TipReader
from satark.store.writing import Rows
from satark.tips.letters import Letter, LetterKind, close_letter
from satark.tips.numbers import new_reference


@dataclass(frozen=True)
class NewTip:
    """A tip about to be opened: office ids, `hour` since 1970, `receipt` as its keyed hash."""

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
    incomplete: bool = False
    synthetic: bool = False


def open_tip(rows: Rows, seal: Seal, new: NewTip) -> Tip:
    """The rows of a new tip. Returns its row; the account's message has the tip's files."""
    tip = Tip(
        reference=new_reference(),
        receipt=new.receipt,
        hour=new.hour,
        changed_hour=new.hour,
        channel=new.channel,
        locale=new.locale,
        category=new.category,
        district=new.district,
        station=new.station,
        incomplete=new.incomplete,
        synthetic=new.synthetic,
    )
    rows.add(tip, StatusChange(tip_id=tip.id, status="received", hour=new.hour, step=0))
    rows.add(*(TipReader(tip_id=tip.id, office_id=office) for office in new.readers))
    rows.add(*(Accusation(tip_id=tip.id, office_id=office) for office in new.accused))
    rows.add(from_informant(seal, tip.id, LetterKind.ACCOUNT, new.letter, new.hour, place=0))
    return tip


def from_informant(seal: Seal, tip_id: str, kind: LetterKind, letter: Letter, hour: int, place: int) -> Message:
    """A letter that only the content key opens."""
    return Message(tip_id=tip_id, kind=kind.value, hour=hour, place=place, sealed=close_letter(seal, letter))
