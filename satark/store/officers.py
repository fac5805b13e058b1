"""What is kept of officers: accounts, posts, sessions, and the record of what they did.

They are no informants: what they do has exact times, and their rows may be counted.
"""

from sqlmodel import Field, SQLModel

from satark.store.columns import random_id, sealed_bytes


class Officer(SQLModel, table=True):
    """A person of the police with an account. `role` is one of panel/roles.py. `second` is the secret of their second
    factor, locked with `officers.key`, and `second_step` the last half minute a code of it was taken for.

    `digest` is how often they get an e-mail (panel/notices): empty for never; `digested` is when they last did, and
    `warnings_seen` when they last looked at what warnings are new, in unix seconds.
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
    email: str = ""
    digest: str = ""
    digested: int = 0
    warnings_seen: int = 0


class Post(SQLModel, table=True):
    """An office an officer serves or served in. `until` is an hour since 1970, None while it lasts."""

    __tablename__ = "post"
    id: str = Field(default_factory=random_id, primary_key=True)
    officer_id: str = Field(index=True, foreign_key="officer.id")
    office_id: str = Field(index=True)
    since: int
    until: int | None = None


class ChangeRequest(SQLModel, table=True):
    """What an administrator wants, and another one is to confirm. `kind` is one of panel/admin/second.py, `subject` the
    officer whom it is about, `offices` those that it concerns (with blanks between), `value` JSON, `secret` half of a
    password, locked with `officers.key`. Times are unix seconds."""

    __tablename__ = "change_request"
    id: str = Field(default_factory=random_id, primary_key=True)
    kind: str
    subject: str = ""
    offices: str = ""
    value: str = ""
    secret: bytes | None = sealed_bytes(nullable=True)
    officer_id: str
    made: int = Field(index=True)
    expires: int
    state: str = "waiting"
    decider: str = ""
    decided: int = 0


class SignIn(SQLModel, table=True):
    """An open session of an officer, by the hash of its cookie. Times are unix seconds; `seen` is when they last did
    something. `stage` is empty once they are in; before, `code` or `enrol`. `secret` is what they were asked, locked with
    `officers.key` (panel/asked.py).
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


class AuditHead(SQLModel, table=True):
    """The newest entry of the audit log on a day, signed with `audit.key`. `day` is days since 1970, `time` unix seconds,
    `signature` hex (Ed25519, tips/audit_heads.py). `mailed` and `filed` are whether it was sent away."""

    __tablename__ = "audit_head"
    day: int = Field(primary_key=True)
    number: int
    hash: str
    time: int
    signature: str
    mailed: bool = False
    filed: bool = False


class Passkey(SQLModel, table=True):
    """A second factor that a browser or a security key holds (WebAuthn). `id` is the credential's, base64url; `public` its
    key (COSE), `counter` how often it signed. `since` is unix seconds."""

    __tablename__ = "passkey"
    id: str = Field(primary_key=True)
    officer_id: str = Field(index=True, foreign_key="officer.id")
    public: bytes = sealed_bytes()
    counter: int = 0
    name: str = ""
    since: int = 0


class SavedFilter(SQLModel, table=True):
    """A view of the inbox that an officer named. `query` is that of its address."""

    __tablename__ = "saved_filter"
    id: str = Field(default_factory=random_id, primary_key=True)
    officer_id: str = Field(index=True, foreign_key="officer.id")
    name: str
    query: str


class PushSubscription(SQLModel, table=True):
    """A browser of an officer that wants to be told (Web Push, RFC 8030). `told` is how many unread tips it was last told
    of, `warned` when the newest warning that it was told of became known."""

    __tablename__ = "push_subscription"
    id: str = Field(default_factory=random_id, primary_key=True)
    officer_id: str = Field(index=True, foreign_key="officer.id")
    endpoint: str = Field(unique=True)
    p256dh: str
    auth: str
    told: int = 0
    warned: int = 0


class ReportWish(SQLModel, table=True):
    """A report that an officer subscribed to. `kind` is one of insight/periods.py, `locale` the language they take it in,
    `mail` whether they get an e-mail when it is ready. `told` is the first day (days since 1970) of the period that they
    last got one of, `seen` of the newest one that was ready when they last looked."""

    __tablename__ = "report_wish"
    officer_id: str = Field(primary_key=True, foreign_key="officer.id")
    kind: str = Field(primary_key=True)
    locale: str = "hi"
    mail: bool = False
    told: int = 0
    seen: int = 0


DRAFT_SECONDS = 86_400
"""For so long a draft is kept: as long as files that no tip claims."""


class Draft(SQLModel, table=True):
    """A form that an officer sent when their session had ended. `sealed` are its fields, `page` the address of the page it
    stands on, `action` where it is sent; `made` is unix seconds, `offered` whether they were led to it after signing in."""

    __tablename__ = "draft"
    id: str = Field(primary_key=True)
    officer_id: str = Field(index=True, foreign_key="officer.id")
    page: str
    action: str
    sealed: bytes = sealed_bytes()
    made: int
    offered: bool = False
