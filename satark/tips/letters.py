"""The letters of a tip: what was said, by whom, and to whom it is sealed."""

from enum import StrEnum

import msgspec
from msgspec import Struct

from satark.store.sealing import Opener, Seal


class LetterKind(StrEnum):
    """`account` and `addition` come from the informant; `message` goes to them; `report` and `note` stay inside."""

    ACCOUNT = "account"
    ADDITION = "addition"
    MESSAGE = "message"
    REPORT = "report"
    NOTE = "note"


# What an officer can ask with one tap: ids of templates/conversation/phrases.j2.
QUICK = ("ask_where", "ask_when", "ask_now", "ask_vehicle", "ask_photo", "thanks")


class Delivery(StrEnum):
    """How far a `message` came. `waiting` is: it waits behind the receipt, for this channel cannot push."""

    NONE = ""
    WAITING = "waiting"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


class PieceNote(Struct, frozen=True):
    """What came beside a piece: a `link` with its target, whom it was `forwarded` from, what it answers (`quoted`)."""

    kind: str
    text: str


class Piece(Struct, frozen=True, omit_defaults=True):
    """A text, a file (the id of an evidence row, its caption as `text`) or a pin (WGS84 degrees, its name as `text`), in the
    order they were given."""

    text: str = ""
    evidence: str = ""
    notes: tuple[PieceNote, ...] = ()
    lat: float | None = None
    lon: float | None = None

    @property
    def words(self) -> str:
        """All that was written in it and beside it."""
        return " ".join(filter(None, (self.text, *(note.text for note in self.notes))))


class Seizure(Struct, frozen=True):
    """What was seized and how much of it, as the officer writes it: `country liquor`, `20 l`."""

    what: str
    amount: str


class Result(Struct, frozen=True, omit_defaults=True):
    """What an action led to, in numbers. `fir` is the number of the First Information Report."""

    arrests: int = 0
    seizures: tuple[Seizure, ...] = ()
    fir: str = ""


class Letter(Struct, frozen=True, omit_defaults=True):
    """`place` is where it happens in the informant's words; `lat` and `lon` where they pinned it (WGS84 degrees).

    A letter to the informant has either words or a `phrase`, the id of one in the catalogue (templates/conversation/
    phrases.j2), so that it arrives in their language. `result` is that of an action report. `muted` is that its sender was
    muted when they sent it (tips/abuse.py).
    """

    phrase: str = ""
    pieces: tuple[Piece, ...] = ()
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    result: Result | None = None
    muted: bool = False


def letter_in(words: str, phrase: str) -> Letter:
    """To the informant: words, or a phrase in their language where there are none."""
    return Letter(pieces=(Piece(text=words),)) if words else Letter(phrase=phrase)


def words_of(letter: Letter) -> str:
    return "\n".join(piece.text for piece in letter.pieces if piece.text)


_decoder = msgspec.json.Decoder(Letter)


def close_letter(seal: Seal, letter: Letter) -> bytes:
    return seal.close(msgspec.json.encode(letter))


def open_letter(opener: Opener, sealed: bytes) -> Letter:
    """Raises CannotOpen."""
    return _decoder.decode(opener.open(sealed))
