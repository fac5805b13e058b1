"""What is at rest, and only that.

No column holds an address, a name, a provider's id, or a time finer than the hour of something an informant did. Ids
are random, and on SQLite the tables of tips have no rowid, which would count them in the order they came. `sealed`
columns are sealed boxes: see identity/ for the return address (the courier's key) and tips/letters.py for content.
"""

import secrets
from typing import Any

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

UNORDERED = {"sqlite_with_rowid": False}


def random_id() -> str:
    """128 random bits in hex: it says neither when nor how many."""
    return secrets.token_hex(16)


def sealed_bytes(nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(LargeBinary, nullable=nullable))


class Conversation(SQLModel, table=True):
    """A running conversation, by the keyed hash of its address; it dies with its end.

    `state` is encrypted with the gateway's key. `expires` is a unix time in seconds, rounded up to five minutes.
    """

    __tablename__ = "conversation"
    __table_args__ = UNORDERED
    key: str = Field(primary_key=True)
    channel: str
    state: bytes = sealed_bytes()
    sealed_address: bytes = sealed_bytes()
    expires: int = Field(index=True)


class SeenEvent(SQLModel, table=True):
    """The keyed hash of a message that was processed, so that a repetition does nothing. `day` is days since 1970."""

    __tablename__ = "seen_event"
    __table_args__ = UNORDERED
    key: str = Field(primary_key=True)
    day: int = Field(index=True)


class Tip(SQLModel, table=True):
    """A tip, without its content. `hour` and `changed_hour` are hours since 1970 (UTC); `station` is a suggestion.

    `fresh` is whether the informant wrote something that no officer has looked at.
    """

    __tablename__ = "tip"
    __table_args__ = UNORDERED
    id: str = Field(default_factory=random_id, primary_key=True)
    reference: str = Field(unique=True)
    receipt: str = Field(unique=True)
    hour: int = Field(index=True)
    changed_hour: int
    channel: str
    locale: str
    category: str = Field(index=True)
    district: str = Field(default="", index=True)
    station: str = Field(default="", index=True)
    assigned: str = Field(default="", index=True)
    status: str = Field(default="received", index=True)
    outcome: str = ""
    incomplete: bool = False
    fresh: bool = True
    synthetic: bool = False


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


class TipReader(SQLModel, table=True):
    """An office that may read a tip: routing decides, every query joins."""

    __tablename__ = "tip_reader"
    __table_args__ = UNORDERED
    tip_id: str = Field(primary_key=True, foreign_key="tip.id")
    office_id: str = Field(primary_key=True, index=True)


class Accusation(SQLModel, table=True):
    """An office that a tip accuses: it, and those below it, never learn of the tip."""

    __tablename__ = "accusation"
    __table_args__ = UNORDERED
    tip_id: str = Field(primary_key=True, foreign_key="tip.id")
    office_id: str = Field(primary_key=True, index=True)


class Recusal(SQLModel, table=True):
    """An officer who knows the people involved, and does not learn more of the tip. `hour` is hours since 1970."""

    __tablename__ = "recusal"
    __table_args__ = UNORDERED
    tip_id: str = Field(primary_key=True, foreign_key="tip.id")
    officer_id: str = Field(primary_key=True, foreign_key="officer.id", index=True)
    hour: int


class Message(SQLModel, table=True):
    """One letter of a tip's dialogue. `kind` and `delivery` are those of tips/letters.py; `sealed` is its content.

    `author` is an officer's id, empty for the informant. `place` counts the letters of one tip.
    """

    __tablename__ = "message"
    __table_args__ = UNORDERED
    id: str = Field(default_factory=random_id, primary_key=True)
    tip_id: str = Field(index=True, foreign_key="tip.id")
    kind: str
    author: str = ""
    hour: int
    place: int = 0
    sealed: bytes = sealed_bytes()
    delivery: str = ""


class Evidence(SQLModel, table=True):
    """A file. `key` is the file's key sealed to the content key; without it the blob is noise.

    `source` is where to fetch it, sealed to the courier's key, until it is fetched. `original` and `cleaned` are
    SHA-256 in hex of what came and of what is shown. `blob` names the ciphertext in the evidence store.
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
    source: bytes | None = sealed_bytes(nullable=True)
    channel: str = ""
    attempts: int = 0
    due: int = Field(default=0, index=True)
    hour: int


class ReturnAddress(SQLModel, table=True):
    """Where the informant of a tip is, sealed to the courier's key. The panel's role may not read this table.

    `heard_hour` is the hour since 1970 in which they last wrote of this tip: some channels may push for a day only.
    """

    __tablename__ = "return_address"
    __table_args__ = UNORDERED
    tip_id: str = Field(primary_key=True)
    channel: str
    sealed: bytes = sealed_bytes()
    heard_hour: int = 0


class Outbox(SQLModel, table=True):
    """What must be said, committed with what caused it, and deleted once it was said.

    Either `sealed_prompts` and `sealed_address` (an answer within a conversation, `thread` being its key) or
    `message_id` (a letter of the police; its address is that of the tip). `due` and `claimed_until` are unix times in
    seconds. `part` is how many parts of it were sent, `failures` how often the provider took it and failed. `state` is
    `due`; `held`, until the informant opens the window by writing; or `sent`, for a short while in which the provider
    may report a failure. `knocking` is that only a knock may be sent. `place` counts the answers of one conversation,
    for two of them may be due in one second.
    """

    __tablename__ = "outbox"
    __table_args__ = UNORDERED
    id: str = Field(default_factory=random_id, primary_key=True)
    channel: str = ""
    thread: str = Field(default="", index=True)
    tip_id: str = ""
    message_id: str = ""
    sealed_address: bytes | None = sealed_bytes(nullable=True)
    sealed_prompts: bytes | None = sealed_bytes(nullable=True)
    due: int = Field(index=True)
    claimed_until: int = 0
    attempts: int = 0
    part: int = 0
    replaceable: bool = False
    state: str = "due"
    knocking: bool = False
    failures: int = 0
    place: int = 0


class Pace(SQLModel, table=True):
    """When an informant may be written to at full pace again, by a keyed hash of who; gone minutes later.

    `ready` is in unix seconds with fractions.
    """

    __tablename__ = "pace"
    __table_args__ = UNORDERED
    key: str = Field(primary_key=True)
    ready: float = Field(index=True)


class SentPart(SQLModel, table=True):
    """The keyed hash of the id under which a provider reports on a part that was sent. `errand` is its row in the
    outbox, `day` is days since 1970."""

    __tablename__ = "sent_part"
    __table_args__ = UNORDERED
    key: str = Field(primary_key=True)
    message_id: str = ""
    errand: str = ""
    part: int = 0
    day: int = Field(index=True)


class Officer(SQLModel, table=True):
    """A person of the police with an account. `role` is one of panel/roles.py. `second` is the secret of their second
    factor, locked with `officers.key`, and `second_step` the last half minute a code of it was taken for.
    """

    __tablename__ = "officer"
    id: str = Field(default_factory=random_id, primary_key=True)
    login: str = Field(unique=True)
    name: str
    password: str
    locale: str = "hi"
    active: bool = True
    role: str = "officer"
    second: bytes | None = sealed_bytes(nullable=True)
    second_step: int = 0


class Post(SQLModel, table=True):
    """An office an officer serves or served in. `until` is an hour since 1970, None while it lasts."""

    __tablename__ = "post"
    id: str = Field(default_factory=random_id, primary_key=True)
    officer_id: str = Field(index=True, foreign_key="officer.id")
    office_id: str = Field(index=True)
    since: int
    until: int | None = None


class SignIn(SQLModel, table=True):
    """An open session of an officer, by the hash of its cookie. Times are unix seconds; `seen` is when they last did
    something. `stage` is empty once they are in; before, `code` or `enrol`, with the new `secret` of a second factor.
    """

    __tablename__ = "sign_in"
    key: str = Field(primary_key=True)
    officer_id: str = Field(index=True, foreign_key="officer.id")
    csrf: str
    expires: int
    since: int = 0
    seen: int = 0
    device: str = ""
    stage: str = ""
    secret: bytes | None = sealed_bytes(nullable=True)


class AuditEntry(SQLModel, table=True):
    """One link of the audit chain: what an officer looked at or changed. `time` is unix seconds, `hash` is hex.

    An informant's acts are not in it: their place among officers' exact times would tell when they happened.
    """

    __tablename__ = "audit_entry"
    number: int = Field(primary_key=True)
    time: int
    actor: str = Field(index=True)
    action: str
    subject: str = Field(default="", index=True)
    detail: str = ""
    hash: str
