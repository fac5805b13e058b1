"""What leads back to informants, and what is on its way to them: sealed to the courier, or a keyed hash. The panel's role
may read none of it (grants.py)."""

from sqlmodel import Field, SQLModel

from satark.store.columns import UNORDERED, random_id, sealed_bytes


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
    day: int


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
    may report a failure. `knocking` is that only a knock may be sent. Providers know a part by a hash of `provider_ref`,
    which is random, and by no id of the database. `place` counts the answers of one conversation, for two of them may be
    due in one second.

    SQLite keeps the rows in the order in which they were written, which `due` tells already: what is written, and what is
    deleted soon after, lies together, and each commit writes a sixth fewer pages.
    """

    __tablename__ = "outbox"
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
    provider_ref: str = Field(default_factory=random_id)


class Pace(SQLModel, table=True):
    """When an informant may be written to (or called) at full pace again, by a keyed hash of who; gone at that time.

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
    day: int


class Mute(SQLModel, table=True):
    """The keyed hash of a sender whose messages are marked until the end of a day since 1970. It names no tip."""

    __tablename__ = "mute"
    __table_args__ = UNORDERED
    key: str = Field(primary_key=True)
    until: int = Field(index=True)
