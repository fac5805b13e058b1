"""What is at rest, and only that.

No column holds an address, a name, a provider's id, or a time finer than the hour of something an informant did. Ids
are random, and on SQLite the tables of tips have no rowid, which would count them in the order they came. `sealed`
columns are sealed boxes: see identity/ for the return address (the courier's key) and tips/letters.py for content.
"""

from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from satark.store.columns import UNORDERED, partial, random_id, sealed_bytes

FILTERED = ("category", "assigned", "locale", "channel")


class Tip(SQLModel, table=True):
    """A tip, without its content. `hour` and `changed_hour` are hours since 1970 (UTC); `station` is a suggestion.

    Each index of a filter has the status and the order of the inbox behind it, see tips/ways.py.

    `priority` is one of tips/life.py. `due_hour` is the hour since 1970 in which the present step is late, None where no
    clock runs; `late` counts what was done about it, and `next_hour` is when more is to be done (tips/escalation.py).
    `cell` is the H3 cell, at resolution 7, of the place that the citizen named; empty where they named no more than a
    station or a district. Never finer: a pin may be the informant's own house, and such a cell, of some 5 km², is a village
    with its neighbours and holds some thousands of people (P3).
    `destroyed` is the hour since 1970 in which all that was said in it was destroyed, None while it is kept.
    """

    __tablename__ = "tip"
    __table_args__ = (
        *(Index(f"ix_tip_by_{one}", one, "status", "hour", "id") for one in FILTERED),
        partial("ix_tip_urgent", "status", "hour", "id", "priority", where="priority > 0"),
        partial("ix_tip_running", "status", "hour", "id", "due_hour", where="due_hour IS NOT NULL"),
        UNORDERED,
    )
    id: str = Field(default_factory=random_id, primary_key=True)
    reference: str = Field(unique=True)
    receipt: str = Field(unique=True)
    hour: int = Field(index=True)
    changed_hour: int
    channel: str
    locale: str
    category: str
    district: str = ""
    station: str = ""
    cell: str = ""
    assigned: str = ""
    status: str = "received"
    outcome: str = ""
    incomplete: bool = False
    synthetic: bool = False
    priority: int = 0
    due_hour: int | None = Field(default=None, index=True)
    late: int = 0
    next_hour: int | None = Field(default=None, index=True)
    destroyed: int | None = None


class StatusChange(SQLModel, table=True):
    """A step of a tip's life, as the informant may see it. `hour` is hours since 1970."""

    __tablename__ = "status_change"
    __table_args__ = UNORDERED
    id: str = Field(default_factory=random_id, primary_key=True)
    tip_id: str = Field(index=True, foreign_key="tip.id")
    status: str
    outcome: str = ""
    hour: int
    step: int


WAITING = ("office_id", "turn", "step", "status", "hour", "tip_id", "due_hour", "late")


class TipReader(SQLModel, table=True):
    """An office that may read a tip: routing decides, every query joins.

    `fresh` is whether there is something in it that nobody of the office has looked at, and `fresh_hour` when that last
    came. The rest is how the tip stands (tips/standing.py), so that an office's lists are read off its own indexes: `turn`
    is the office that it waits for, and `step` what for, if for anything (tips/lateness.py).
    """

    __tablename__ = "tip_reader"
    __table_args__ = (
        Index("ix_tip_reader_list", "office_id", "hour", "tip_id"),
        Index("ix_tip_reader_status", "office_id", "status", "hour", "tip_id"),
        partial(
            "ix_tip_reader_fresh", "office_id", "status", "hour", "tip_id", "fresh", where="fresh", sqlite="fresh = 1"
        ),
        partial("ix_tip_reader_news", "office_id", "fresh_hour", "tip_id", "fresh", where="fresh", sqlite="fresh = 1"),
        *(
            Index(f"ix_tip_reader_{one}", "office_id", one, "status", "hour", "tip_id")
            for one in ("district", "station")
        ),
        partial("ix_tip_reader_turn", *WAITING, where="step IS NOT NULL"),
        UNORDERED,
    )
    tip_id: str = Field(primary_key=True, foreign_key="tip.id")
    office_id: str = Field(primary_key=True)
    hour: int = 0
    fresh: bool = True
    fresh_hour: int = 0
    status: str = "received"
    district: str = ""
    station: str = ""
    turn: str = ""
    step: str | None = None
    due_hour: int | None = None
    late: int = 0


class Accusation(SQLModel, table=True):
    """An office that a tip accuses: it, and those below it, never learn of the tip."""

    __tablename__ = "accusation"
    __table_args__ = UNORDERED
    tip_id: str = Field(primary_key=True, foreign_key="tip.id")
    office_id: str = Field(primary_key=True, index=True)


class AccusationRequest(SQLModel, table=True):
    """An office that an officer named, and why: `sealed` is a letter. Where they serve below it, `decider` is the office
    that decides; `category` is what the tip is about once it was accepted. `state` is one of tips/accusations.py, `hour`
    hours since 1970."""

    __tablename__ = "accusation_request"
    __table_args__ = UNORDERED
    tip_id: str = Field(primary_key=True, foreign_key="tip.id")
    office_id: str = Field(primary_key=True)
    officer_id: str
    decider: str = Field(default="", index=True)
    category: str = ""
    hour: int
    state: str
    sealed: bytes = sealed_bytes()


class Assignment(SQLModel, table=True):
    """The last time that an officer handed a tip down: to `office_id`, from the office that had it, `previous` ("" for
    none). Who did it by mistake can take it back."""

    __tablename__ = "assignment"
    __table_args__ = UNORDERED
    tip_id: str = Field(primary_key=True, foreign_key="tip.id")
    officer_id: str
    office_id: str
    previous: str = ""


class Recusal(SQLModel, table=True):
    """An officer who knows the people involved, and does not learn more of the tip. `hour` is hours since 1970."""

    __tablename__ = "recusal"
    __table_args__ = UNORDERED
    tip_id: str = Field(primary_key=True, foreign_key="tip.id")
    officer_id: str = Field(primary_key=True, foreign_key="officer.id", index=True)
    hour: int


class TipHold(SQLModel, table=True):
    """A tip that an officer keeps from being destroyed, and those merged into it: a court wants it. Why is a note of the
    tip. `hour` is hours since 1970."""

    __tablename__ = "tip_hold"
    __table_args__ = UNORDERED
    tip_id: str = Field(primary_key=True, foreign_key="tip.id")
    officer_id: str
    hour: int


class TipLink(SQLModel, table=True):
    """Two tips that officers connected. `kind` is `related` (then the smaller id comes first) or `duplicate`: `tip_id` was
    merged into `other_id`."""

    __tablename__ = "tip_link"
    __table_args__ = UNORDERED
    tip_id: str = Field(primary_key=True, foreign_key="tip.id")
    other_id: str = Field(primary_key=True, foreign_key="tip.id", index=True)
    kind: str


class CheckMark(SQLModel, table=True):
    """An item of the category's checklist that an officer ticked. `hour` is hours since 1970."""

    __tablename__ = "check_mark"
    __table_args__ = UNORDERED
    tip_id: str = Field(primary_key=True, foreign_key="tip.id")
    item: str = Field(primary_key=True)
    officer_id: str
    hour: int


class Message(SQLModel, table=True):
    """One letter of a tip's dialogue. `kind` and `delivery` are those of tips/letters.py; `sealed` is its content.

    `author` is an officer's id, empty for the informant. `delivered_day` is the day since 1970 on which it arrived, 0
    where that is not known. `place` counts the letters of one tip. `indexed` is that search
    knows its words.
    """

    __tablename__ = "message"
    __table_args__ = (
        partial("ix_message_not_indexed", "id", "indexed", where="NOT indexed", sqlite="indexed = 0"),
        UNORDERED,
    )
    id: str = Field(default_factory=random_id, primary_key=True)
    tip_id: str = Field(index=True, foreign_key="tip.id")
    kind: str
    author: str = ""
    hour: int
    place: int = 0
    sealed: bytes = sealed_bytes()
    delivery: str = ""
    delivered_day: int = 0
    indexed: bool = False


class LetterWords(SQLModel, table=True):
    """What search looks through of a letter: its words, locked with `search.key`. It is gone with the letter.

    `hour` is that of the tip: what is searched together, the newest first, lies together.
    """

    __tablename__ = "letter_words"
    __table_args__ = UNORDERED
    hour: int = Field(primary_key=True)
    tip_id: str = Field(primary_key=True)
    message_id: str = Field(primary_key=True, foreign_key="message.id", ondelete="CASCADE", index=True)
    words: bytes = sealed_bytes()


class Voice(StrEnum):
    """What is heard in a recording: by the informant's wish their own voice, a changed one, or that of an officer. Before it
    is clean, "" is that it will be changed."""

    OWN = "own"
    CHANGED = "changed"
    OFFICER = "officer"


class Evidence(SQLModel, table=True):
    """A file. `key` is the file's key sealed to the content key; without it the blob is noise.

    `source` is where to fetch it, sealed to the courier's key, until it is fetched. `original` and `cleaned` are
    SHA-256 in hex of what came and of what is shown. `blob` names the ciphertext in the evidence store.

    `poster` and `poster_key` are the same of a video's poster. `peaks` is how loud a recording is, sealed to the content
    key. `looks` is what it looks like (evidence/looks.py), locked with `search.key`: two tips that show the same are linked
    by whoever has that key, and by nobody who stole the database. `voice` is a Voice, of recordings, and of films of one
    picture. `left_out` is what the clean file does not show as it came: values of evidence/report.py, commas between.
    """

    __tablename__ = "evidence"
    __table_args__ = UNORDERED
    id: str = Field(default_factory=random_id, primary_key=True)
    tip_id: str | None = Field(default=None, index=True)
    kind: str
    mime: str = ""
    size: int = 0
    state: str = Field(default="waiting", index=True)
    reason: str = ""
    original: str = ""
    cleaned: str = ""
    blob: str = ""
    key: bytes | None = sealed_bytes(nullable=True)
    poster: str | None = None
    poster_key: bytes | None = sealed_bytes(nullable=True)
    peaks: bytes | None = sealed_bytes(nullable=True)
    looks: bytes | None = sealed_bytes(nullable=True)
    voice: str = ""
    left_out: str = ""
    source: bytes | None = sealed_bytes(nullable=True)
    channel: str = ""
    attempts: int = 0
    due: int = Field(default=0, index=True)
    hour: int


class Upload(SQLModel, table=True):
    """A file that comes in parts, over a line that breaks. Whoever knows its id goes on with it; once it is whole, the id
    is that of its evidence. `arrived` is in bytes, `expires` in hours since 1970.
    """

    __tablename__ = "upload"
    __table_args__ = UNORDERED
    id: str = Field(default_factory=random_id, primary_key=True)
    kind: str
    mime: str = ""
    size: int
    arrived: int = 0
    expires: int = Field(index=True)


class UploadPart(SQLModel, table=True):
    """The bytes of an upload from `start` on, in a blob of their own. `key` is the part's key sealed to the content key."""

    __tablename__ = "upload_part"
    __table_args__ = UNORDERED
    upload_id: str = Field(primary_key=True)
    start: int = Field(primary_key=True)
    size: int
    blob: str
    key: bytes | None = sealed_bytes(nullable=True)


class MuteRequest(SQLModel, table=True):
    """What an officer wants done about a malicious sender, until the worker has done it. `wish` is one of tips/abuse.py."""

    __tablename__ = "mute_request"
    __table_args__ = UNORDERED
    tip_id: str = Field(primary_key=True)
    wish: str


class Edit(SQLModel, table=True):
    """A change that administrators made to the jurisdiction pack (routing/edits.py). `value` is JSON, empty where the
    change was taken back; `number` counts the changes, so that every process sees that there is a new one."""

    __tablename__ = "edit"
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    value: str
    number: int = Field(index=True)


class ChannelHealth(SQLModel, table=True):
    """How a channel does. Hours since 1970, 0 for never; `failed` counts the errors of the hour `failed_hour`."""

    __tablename__ = "channel_health"
    channel: str = Field(primary_key=True)
    in_hour: int = 0
    out_hour: int = 0
    failed: int = 0
    failed_hour: int = 0
    trouble: str = ""


class KeyFingerprint(SQLModel, table=True):
    """A key that this installation has or had, by a hash that nobody finds the key by (store/fingerprints.py). `in_use` is
    whether it is the one that closes; another of its name is being exchanged."""

    __tablename__ = "key_fingerprint"
    name: str = Field(primary_key=True)
    fingerprint: str = Field(primary_key=True)
    in_use: bool
